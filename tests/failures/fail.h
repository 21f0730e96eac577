/* SPDX-License-Identifier: MIT */
/**
 * Makes one chosen call of the library into libc fail. Linked with the library's own objects and
 * `-Wl,--wrap=CALL`: its calls come through here and the test's own, never those within libc.
 *
 * Every other call runs for real, and so does the one made to fail with FAIL_REMOVED: the System V
 * object it is about is removed first, as by an ipcrm of somebody else at that very moment.
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

/** From now on calls are counted, and the `nth` one of `call` (from 1; 0: none) fails with `error`.
 *  FAIL_REMOVED touches only objects of `key`. */
void fail_arm(enum fail_call call, unsigned nth, int error, key_t key);

/** No failure any more. @return whether the chosen call came. */
bool fail_disarm(void);

/** Plays a machine that has huge pages: /proc/meminfo is `meminfo`, and ordinary ones are theirs. NULL
 *  ends it. */
void fail_play_huge_pages(const char *meminfo);

/** Calls since fail_arm(). */
unsigned fail_calls(enum fail_call call);

/** What the library has allocated and not freed, attached and not detached. */
int fail_allocations(void);
int fail_attachments(void);

#endif
