/* SPDX-License-Identifier: MIT */
/**
 * Available memory, checked before it is touched. In a full memory cgroup or machine the first
 * touch invokes the OOM killer: no call fails, a process is killed.
 */
#ifndef TRI_SYS_MEMORY_H
#define TRI_SYS_MEMORY_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stdint.h>

/** The smallest amount available at any limit, and which limit that is. */
struct tri_memory_left {
    uint64_t bytes;  // UINT64_MAX: no readable limit
    char where[256]; // for people: "in memory cgroup /a/b (memory.max is 64.0 MiB)"
};

/**
 * Checks the memory cgroup of this process, version 1 or 2, its visible parents and the machine.
 * Cached files count as free, because the kernel reclaims them first; so does usable swap. Limits
 * that cannot be read are ignored.
 *
 * @param root  root of the system's files, "" for "/"
 */
void tri_memory_check(const char *root, struct tri_memory_left *left);

/** Bytes of reserved huge pages that are free. */
uint64_t tri_memory_huge_left(const char *root);

/**
 * Checks whether `bytes` of shared memory can be touched, with a reserve.
 *
 * @param freed  bytes of the caller's memory that are freed first
 *
 * @return false; the log has the need, the available amount and what to do.
 */
bool tri_memory_allows(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed);

#endif
