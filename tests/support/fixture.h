/* SPDX-License-Identifier: MIT */
/** The streams, processes and shared memory of one test: created here, and removed when it ends. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "skip.h"

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
#define FIXTURE_PATIENCE_S 60

/** A case with cleanup: what it started is ended; a remaining object is a failure. */
#define fixture_test(function) cmocka_unit_test_teardown(function, fixture_end)

/** In a process of fixture_start(), where cmocka's assertions do not work: prints the failed
 * condition and exits. */
#define CHECK(true)                                                                  \
    do {                                                                             \
        if (!(true)) {                                                               \
            fprintf(stderr, "%s:%d: process %d: not true: %s\n", __FILE__, __LINE__, \
                    (int)getpid(), #true);                                           \
            _exit(1);                                                                \
        }                                                                            \
    } while (0)

/** A name that no other test and no other process uses, for a stream of this test. */
const char *fixture_stream(void);

/** Zeroed memory that every process of this test shares. */
void *fixture_share(size_t bytes);

/** What two processes of a test share: a stream's name, and how far each has come. */
struct meeting {
    const char *name;
    _Atomic uint64_t ready;
    _Atomic uint64_t go;
};

/** Zeroed, with the name of a new stream. */
struct meeting *meeting_new(void);

/** Runs body(argument) in a child process, which exits with its result. */
pid_t fixture_start(int (*body)(void *argument), void *argument);

/** Waits for a process to end. @return its exit status, or 128 and the signal that ended it. */
int fixture_join(pid_t pid);

/** Ends a process with SIGKILL and reaps it. */
void fixture_kill(pid_t pid);

/** Stops a process and waits until it has stopped; continues it. */
void fixture_freeze(pid_t pid);
void fixture_thaw(pid_t pid);

/** Waits until *count is at least `least`. @return false at the time limit. */
bool fixture_reaches(const _Atomic uint64_t *count, uint64_t least);

/** Processor time of a process, nanoseconds. */
int64_t fixture_cpu_ns(pid_t pid);

void fixture_sleep_ms(int ms);

/** Returns the number of entries of a folder: /proc/self/task, /proc/self/fd. */
unsigned fixture_entries(const char *folder);

/** cmocka's teardown: ends and removes everything, fails if a System V object was left. */
int fixture_end(void **state);

#endif
