/* SPDX-License-Identifier: MIT */
/** Which System V limit stood in the way, how large it is and how to raise it. */
#ifndef TRI_SYS_LIMITS_H
#define TRI_SYS_LIMITS_H

#include <triptych/log.h>

#include <stdbool.h>
#include <stdint.h>

/** Says why a segment of `bytes` could not be made, after shmget() failed with `error`. */
void tri_limits_explain_shm(const tri_log *log, const char *name, uint64_t bytes, int error);

/**
 * Whether a segment of `bytes` can be made within the limits, asked before anything is given up for it.
 *
 * @param freed  bytes of the one segment that goes before, 0: none does
 * @return false, explained in the log. What cannot be read is not judged.
 */
bool tri_limits_allow_shm(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed);

/** Logs why a set of `count` semaphores could not be created, or set up by one call of `operations`
 *  operations, after semget() or semop() failed with `error`. */
void tri_limits_explain_sem(const tri_log *log, const char *name, unsigned count,
                            unsigned operations, int error);

#endif
