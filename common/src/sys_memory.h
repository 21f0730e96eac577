/* SPDX-License-Identifier: MIT */
/**
 * How much more memory there is, before it is touched. A memory cgroup or a machine that is full
 * answers a first touch with the OOM killer: no call fails, somebody ends by SIGKILL.
 */
#ifndef TRI_SYS_MEMORY_H
#define TRI_SYS_MEMORY_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stdint.h>

/** The least that is left anywhere, and where. */
struct tri_memory_left {
    uint64_t bytes;  // UINT64_MAX: nothing that could be read sets a limit
    char where[256]; // for people: "in memory cgroup /a/b (memory.max is 64.0 MiB)"
};

/**
 * Looks at the memory cgroup of this process, of version 1 or 2, at each one above it that can be seen,
 * and at the machine. Cached files count as free: the kernel gives them up first. So does swap that may
 * be used. What cannot be read is not judged.
 *
 * @param root  where the system's files are, "" for "/"
 */
void tri_memory_look(const char *root, struct tri_memory_left *left);

/** Bytes of reserved huge pages that are still to be had. */
uint64_t tri_memory_huge_left(const char *root);

/**
 * Whether `bytes` of shared memory can be touched, with something to spare for what follows.
 *
 * @param freed  of the caller's memory, what goes before that
 * @return false, with need, what is left and what to do in the log.
 */
bool tri_memory_allows(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed);

#endif
