/* SPDX-License-Identifier: MIT */
/** Leaves the System V objects of other tests, before main(). Part of every cmocka test. */
#ifndef TESTS_ALONE_H
#define TESTS_ALONE_H

#include <stdbool.h>

/** Whether this process has an IPC namespace of its own: always where the user may make one. Programs
 * of other tests that list or read all streams attach their segments and lock their frames, so counts
 * of attachments, locks and objects are exact only here. */
bool test_is_alone(void);

#endif
