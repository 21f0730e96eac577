/* SPDX-License-Identifier: MIT */
/** Explains which System V limit was exceeded, its value and how to raise it. */
#ifndef TRI_SYS_LIMITS_H
#define TRI_SYS_LIMITS_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stdint.h>

/** Logs why a segment of `bytes` could not be created, after shmget() failed with `error`. */
void tri_limits_explain_shm(const tri_log *log, const char *name, uint64_t bytes, int error);

/**
 * Checks whether a segment of `bytes` fits within the limits, before the old one is detached for
 * it.
 *
 * @param freed  bytes of the segment that is freed first, 0: none
 *
 * @return false, logged. Limits that cannot be read are ignored.
 */
bool tri_limits_allow_shm(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed);

/** Logs why a set of `count` semaphores could not be created, or set up by one call of `operations`
 *  operations, after semget() or semop() failed with `error`. */
void tri_limits_explain_sem(const tri_log *log, const char *name, unsigned count,
                            unsigned operations, int error);

#endif
