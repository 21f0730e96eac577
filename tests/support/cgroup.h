/* SPDX-License-Identifier: MIT */
/** A memory cgroup of the test, of either version. */
#ifndef TESTS_CGROUP_H
#define TESTS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/** Makes the cgroup for the test's processes. @return NULL, or why it cannot be made. */
const char *cgroup_make(uint64_t limit);

/** Sets its limit. */
void cgroup_allow(uint64_t limit);

/** Moves this process into it. Call it in a process that the test has started. */
bool cgroup_join(void);

/** Removes it after its processes have ended. */
void cgroup_remove(void);

#endif
