/* SPDX-License-Identifier: MIT */
/** Which System V limit stood in the way, how large it is and how to raise it. */
#ifndef TRI_IPC_LIMITS_H
#define TRI_IPC_LIMITS_H

#include <triptych/log.h>

#include <stdint.h>

/** Says why a segment of `bytes` could not be made, after shmget() failed with `error`. */
void tri_limits_explain_shm(const tri_log *log, const char *name, uint64_t bytes, int error);

/** Says why a set of `count` semaphores could not be made or set up, after semget() or the first
 *  semop() failed with `error`. */
void tri_limits_explain_sem(const tri_log *log, const char *name, unsigned count, int error);

#endif
