/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

#define HANDLER_NS 20000 // between two checks whether a handler has ended
#define TICK_US    10000 // between the signals that end waits
#define AGAIN_MS   1000  // a later signal comes from someone whom the program keeps waiting

static volatile sig_atomic_t requested;
static _Atomic(tri_reader *) readers[STOP_READERS];
static atomic_uint handlers; // running
static atomic_uint first_ms; // of the monotonic clock, odd; 0: no signal yet

/** Ends a wait. */
static void on_tick(int number)
{
    (void)number;
}

static void handle_ticks(int flags)
{
    struct sigaction tick = { .sa_handler = on_tick, .sa_flags = flags };
    sigemptyset(&tick.sa_mask);
    sigaction(SIGALRM, &tick, NULL);
}

static void on_signal(int number)
{
    const struct itimerval ticks = { .it_interval.tv_usec = TICK_US, .it_value.tv_usec = TICK_US };
    const int saved = errno;
    const unsigned now_ms = (unsigned)(tri_now_ns() / 1000000) | 1;
    unsigned since_ms = 0;
    if (!atomic_compare_exchange_strong(&first_ms, &since_ms, now_ms) &&
        now_ms - since_ms >= AGAIN_MS) {
        signal(number, SIG_DFL);
        raise(number); // blocked until this handler returns
    }
    requested = 1;
    setitimer(ITIMER_REAL, &ticks, NULL); // for a wait that has not begun yet
    atomic_fetch_add(&handlers, 1);
    for (size_t i = 0; i < STOP_READERS; i++) {
        tri_reader *reader = atomic_load(&readers[i]);
        if (reader)
            tri_reader_interrupt(reader);
    }
    atomic_fetch_sub(&handlers, 1);
    errno = saved;
}

void stop_add_reader(tri_reader *reader)
{
    for (size_t i = 0; i < STOP_READERS; i++) {
        tri_reader *none = NULL;
        if (atomic_compare_exchange_strong(&readers[i], &none, reader))
            break;
    }
    if (requested)
        tri_reader_interrupt(reader);
}

void stop_remove_reader(tri_reader *reader)
{
    const struct timespec span = { .tv_nsec = HANDLER_NS };
    for (size_t i = 0; i < STOP_READERS; i++) {
        tri_reader *one = reader;
        if (reader)
            atomic_compare_exchange_strong(&readers[i], &one, NULL);
    }
    while (atomic_load(&handlers) > 0) // of another thread: one of this thread has ended by now
        nanosleep(&span, NULL);
}

void stop_on_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction old;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct sigaction action = { .sa_handler = on_signal };
        sigemptyset(&action.sa_mask);
        const bool nohup =
            numbers[i] == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
        if (!nohup)
            sigaction(numbers[i], &action, NULL);
    }
    handle_ticks(SA_RESTART); // writes continue, for the last output; it does not apply to waits
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL); // a write then fails, which is reported
    sigaction(SIGXFSZ, &ignore, NULL);
}

int stop_open(const char *path, int flags)
{
    handle_ticks(0); // SA_RESTART applies to open(2)
    const int fd = open(path, flags);
    const int saved = errno;
    handle_ticks(SA_RESTART);
    errno = saved;
    return fd;
}

bool stop_requested(void)
{
    return requested != 0;
}
