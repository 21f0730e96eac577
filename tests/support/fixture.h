/* SPDX-License-Identifier: MIT */
/** The streams, processes and shared memory of one test: made here, and gone when it ends. */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

/** Seconds that anything may take on a busy machine before it counts as stuck. */
#define SCENE_PATIENCE_S 60

/** A case with the scene swept after it: what it started is ended, what it left is a failure. */
#define scene_test(function) cmocka_unit_test_teardown(function, scene_end)

/** In a process of scene_start(), where cmocka's assertions do not reach: says what failed and ends. */
#define CHECK(true)                                                                  \
    do {                                                                             \
        if (!(true)) {                                                               \
            fprintf(stderr, "%s:%d: process %d: not true: %s\n", __FILE__, __LINE__, \
                    (int)getpid(), #true);                                           \
            _exit(1);                                                                \
        }                                                                            \
    } while (0)

/** A name that no other test and no other process uses, for a stream of this test. */
const char *scene_stream(void);

/** Zeroed memory that every process of this test shares. */
void *scene_share(size_t bytes);

/** Runs body(argument) in a process of its own, which ends with what body() returns. */
pid_t scene_start(int (*body)(void *argument), void *argument);

/** Waits for a process to end. @return its exit status, or 128 and the signal that ended it. */
int scene_join(pid_t pid);

/** Ends a process with SIGKILL and waits until it is gone. */
void scene_kill(pid_t pid);

/** Stops a process and waits until it has stopped; lets it go on. */
void scene_freeze(pid_t pid);
void scene_thaw(pid_t pid);

/** Waits until *count is at least `least`. @return false if that takes longer than the patience. */
bool scene_reaches(const _Atomic uint64_t *count, uint64_t least);

/** Processor time that a process has used so far, nanoseconds. */
int64_t scene_cpu_ns(pid_t pid);

void scene_sleep_ms(int ms);

/** Skips the test, saying why. */
#define scene_skip(why)                        \
    do {                                       \
        print_message("# skipped: %s\n", why); \
        skip();                                \
    } while (0)

/** cmocka's teardown: ends and removes everything, fails if a System V object was left. */
int scene_end(void **state);

#endif
