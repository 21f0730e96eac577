/* SPDX-License-Identifier: MIT */
/**
 * Makes one chosen call of the library into libc fail. Linked with the library's own objects and
 * `-Wl,--wrap=CALL`: its calls come through here and the test's own, never those within libc.
 *
 * Every other call runs normally. With FAIL_REMOVED the call itself also runs: its System V
 * object is removed first, as by a concurrent ipcrm.
 */
#ifndef SUPPORT_FAIL_H
#define SUPPORT_FAIL_H

#include <stdbool.h>
#include <sys/types.h>

// clang-format off
#define FAIL_CALLS(X)                                                                          \
    X(shmget_new, "shmget(IPC_CREAT)") X(shmget_found, "shmget()") X(shmat, "shmat()")         \
    X(shmctl, "shmctl()") X(semget_new, "semget(IPC_CREAT)") X(semget_found, "semget()")       \
    X(semop, "semop()") X(semtimedop, "semtimedop()") X(semctl, "semctl()")                    \
    X(madvise, "madvise()") X(nanosleep, "nanosleep()") X(malloc, "malloc()")                  \
    X(realloc, "realloc()") X(getrandom, "getrandom()") X(fopen64, "fopen()")                  \
    X(getgrnam_r, "getgrnam_r()") X(getpwuid_r, "getpwuid_r()") X(shmdt, "shmdt()")            \
    X(clock_gettime, "clock_gettime()") X(writev, "writev()")
// clang-format on

enum fail_call {
#define X(name, text) FAIL_##name,
    FAIL_CALLS(X)
#undef X
        FAIL_CALL_COUNT,
};

#define FAIL_REMOVED (-1) // instead of an errno, for calls that take an id

extern const char *const fail_call_names[FAIL_CALL_COUNT];

/** Counts calls from now on and makes the `nth` one of `call` (from 1; 0: none) fail with `error`.
 * FAIL_REMOVED affects only objects of `key`. */
void fail_arm(enum fail_call call, unsigned nth, int error, key_t key);

/** Ends the failure. @return whether the chosen call was reached. */
bool fail_disarm(void);

/** Simulates a machine with huge pages: /proc/meminfo is `meminfo`, and ordinary pages serve as
 * huge ones. NULL ends it. */
void fail_play_huge_pages(const char *meminfo);

/** Calls since fail_arm(). */
unsigned fail_calls(enum fail_call call);

/** Memory that the library has allocated and not freed, segments it has attached and not
 * detached. */
int fail_allocations(void);
int fail_attachments(void);

#endif
