/* SPDX-License-Identifier: MIT */
#include "reader_sleep.h"

#include <errno.h>
#include <sched.h>

#define CALLER_NS 20000 // between two checks whether an interrupt has sent its signal

static void on_urgent(int number)
{
    (void)number; // its delivery ends a system call
}

/** Ensures that SIGURG ends system calls. Each time, because the program may have ignored it
 *  since. */
static void install_handler(void)
{
    struct sigaction action = { .sa_flags = 0 };
    if (sigaction(SIGURG, NULL, &action) < 0 ||
        (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN))
        return;
    // semtimedop() is never restarted; SA_ONSTACK for languages with small stacks.
    action = (struct sigaction){ .sa_handler = on_urgent, .sa_flags = SA_RESTART | SA_ONSTACK };
    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, NULL);
}

/** Checks once per thread whether it blocks SIGURG, to save that system call in later sleeps. */
static void identify_thread(struct tri_sleep *sleep)
{
    const pthread_t self = pthread_self();
    if (sleep->known && pthread_equal(sleep->thread, self))
        return;
    sigset_t mask;
    sleep->masked = pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGURG) == 1;
    sleep->thread = self;
    sleep->known = true;
}

static void unmask(struct tri_sleep *sleep)
{
    sigset_t urgent;
    sigemptyset(&urgent);
    sigaddset(&urgent, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &urgent, &sleep->mask);
}

bool tri_sleep_take_interrupt(struct tri_sleep *sleep)
{
    return tri_sleep_is_interrupted(sleep) &&
           atomic_fetch_and_explicit(&sleep->state, ~TRI_SLEEP_REQUESTED, memory_order_acquire) &
               TRI_SLEEP_REQUESTED;
}

/** Ends a sleep. Waits for interrupts in progress and their signals. */
static void leave(struct tri_sleep *sleep)
{
    const uint32_t before =
        atomic_fetch_and_explicit(&sleep->state, ~TRI_SLEEP_ASLEEP, memory_order_acq_rel);
    if (before < TRI_SLEEP_CALLER)
        return;
    const struct timespec span = { .tv_nsec = CALLER_NS }; // a yield would starve threads of lower
                                                           // priority
    while (atomic_load_explicit(&sleep->state, memory_order_acquire) >= TRI_SLEEP_CALLER)
        nanosleep(&span, NULL);
    sched_yield(); // any system call: a pending signal is delivered at its end
}

bool tri_sleep_begin(struct tri_sleep *sleep, int64_t ns)
{
    identify_thread(sleep);
    sleep->limit = (struct timespec){ .tv_sec = (time_t)(ns / 1000000000),
                                      .tv_nsec = (long)(ns % 1000000000) };
    // Release: an interrupt that finds the thread asleep sees `thread`, and overwrites this limit.
    const uint32_t before =
        atomic_fetch_or_explicit(&sleep->state, TRI_SLEEP_ASLEEP, memory_order_acq_rel);
    if (before & TRI_SLEEP_REQUESTED) {
        leave(sleep);
        return false;
    }
    if (sleep->masked)
        unmask(sleep);
    return true;
}

void tri_sleep_end(struct tri_sleep *sleep)
{
    const int saved = errno;
    leave(sleep);
    if (sleep->masked)
        pthread_sigmask(SIG_SETMASK, &sleep->mask, NULL);
    errno = saved;
}

enum tri_err tri_sleep_for(struct tri_sleep *sleep, int64_t ns)
{
    if (!tri_sleep_begin(sleep, ns))
        return TRI_ERR_INTERRUPTED;
    const bool done = nanosleep(&sleep->limit, NULL) == 0;
    tri_sleep_end(sleep);
    return done ? TRI_OK : TRI_ERR_INTERRUPTED;
}

void tri_sleep_interrupt(struct tri_sleep *sleep)
{
    const int saved = errno;
    atomic_fetch_add_explicit(&sleep->state, TRI_SLEEP_CALLER, memory_order_acq_rel);
    const uint32_t before =
        atomic_fetch_or_explicit(&sleep->state, TRI_SLEEP_REQUESTED, memory_order_acq_rel);
    // If another interrupt is requested, it has ended the sleep or will do so.
    if ((before & (TRI_SLEEP_ASLEEP | TRI_SLEEP_REQUESTED)) == TRI_SLEEP_ASLEEP) {
        install_handler();
        sleep->limit.tv_sec = 0;
        sleep->limit.tv_nsec = 0;
        pthread_kill(sleep->thread, SIGURG); // alive: leave() waits for us
    }
    atomic_fetch_sub_explicit(&sleep->state, TRI_SLEEP_CALLER, memory_order_acq_rel);
    errno = saved;
}
