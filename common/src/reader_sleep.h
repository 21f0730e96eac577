/* SPDX-License-Identifier: MIT */
/**
 * Sleeps that another thread or a signal handler can end.
 *
 * A thread asleep in semtimedop() is woken by its semaphore, its time limit or a signal, and a reader
 * of another user may not change the semaphore. So an interrupt sends SIGURG to the sleeping thread:
 * ignored by default, passed on silently by debuggers, and used for the same purpose by Go's runtime.
 * The library installs an empty handler at the first interrupt, where there is none.
 *
 * A signal that arrives just before the system call would be lost. The interrupt therefore also sets
 * the time limit to zero, which the kernel reads when the call begins: the call returns at once then.
 */
#ifndef TRI_READER_SLEEP_H
#define TRI_READER_SLEEP_H

#include <triptych/error.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/** One thread's sleeps, one after the other. All zero at first. */
struct tri_sleep {
    _Atomic uint32_t state; // TRI_SLEEP_*
    bool known;             // `thread` and `masked` are valid
    bool masked;            // the thread blocks SIGURG: unblocked during a sleep
    pthread_t thread;       // that slept last
    sigset_t mask;          // the thread's own, during a sleep
    struct timespec limit;  // for the system call; the interrupt sets it to zero
};

#define TRI_SLEEP_ASLEEP    1u // between tri_sleep_begin() and tri_sleep_end()
#define TRI_SLEEP_REQUESTED 2u // interrupt this sleep or the next one
#define TRI_SLEEP_CALLER    4u // one for each thread inside tri_sleep_interrupt()

/** Whether an interrupt is requested. For loops that poll. */
static inline bool tri_sleep_is_interrupted(const struct tri_sleep *sleep)
{
    return atomic_load_explicit(&sleep->state, memory_order_relaxed) & TRI_SLEEP_REQUESTED;
}

/** The same, and clears the request. */
bool tri_sleep_take_interrupt(struct tri_sleep *sleep);

/** Prepares `limit` for a system call of at most `ns`, which tri_sleep_end() follows.
 *  @return false: an interrupt is requested; do not sleep, and do not call tri_sleep_end(). */
bool tri_sleep_begin(struct tri_sleep *sleep, int64_t ns);

/** Keeps errno. Returns after every interrupt that found the thread asleep has sent its signal, and the
 *  thread has received it: none of them ends a system call of the caller's. */
void tri_sleep_end(struct tri_sleep *sleep);

/** Sleeps. @return TRI_OK; TRI_ERR_INTERRUPTED, also by a signal of others. */
enum tri_err tri_sleep_for(struct tri_sleep *sleep, int64_t ns);

/** Ends the sleep in progress or the next one. Any thread, and signal handlers. Keeps errno. */
void tri_sleep_interrupt(struct tri_sleep *sleep);

#endif
