/* SPDX-License-Identifier: MIT */
/** A memory cgroup of a test's own, of whichever version this machine has. */
#ifndef TESTS_CGROUP_H
#define TESTS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/** Makes it, for this test's processes to join. @return NULL, or why it cannot be made. */
const char *cgroup_make(uint64_t limit);

/** Sets what it allows. */
void cgroup_allow(uint64_t limit);

/** This process goes in. Call it in a process that the test has started. */
bool cgroup_join(void);

/** Removes it, once its processes have ended. */
void cgroup_remove(void);

#endif
