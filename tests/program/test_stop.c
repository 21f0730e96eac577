/* SPDX-License-Identifier: MIT */
/* Signals that end a program: no wait outlasts them, also one that begins just after. */
#include "program/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_S = 60, PIPE_BYTES = 1 << 20 };

static bool poll_ends(void)
{
    return poll(NULL, 0, LONG_S * 1000) == -1 && errno == EINTR;
}

static bool sleep_ends(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += LONG_S;
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR;
}

/** Whether opening either end of a FIFO ends without a partner. */
static bool open_ends(void)
{
    char folder[] = "/tmp/stop-XXXXXX";
    char path[sizeof(folder) + 5];
    if (!mkdtemp(folder))
        return false;
    snprintf(path, sizeof(path), "%s/fifo", folder);
    bool ended = mkfifo(path, 0600) == 0;
    for (int end = O_RDONLY; end <= O_WRONLY; end++)
        ended = ended && stop_open(path, end | O_CLOEXEC) == -1 && errno == EINTR;
    return unlink(path) == 0 && rmdir(folder) == 0 && ended;
}

/** Whether the last output is complete, although its pipe is full for several ticks. */
static bool write_continues(void)
{
    static char output[PIPE_BYTES];
    int ends[2];
    if (pipe(ends) != 0)
        return false;
    const pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
        while (read(ends[0], output, sizeof(output)) > 0)
            ;
        _exit(0);
    }
    close(ends[0]);
    FILE *to = fdopen(ends[1], "w");
    const bool complete = to && fwrite(output, sizeof(output), 1, to) == 1;
    return to && fclose(to) == 0 && waitpid(pid, NULL, 0) == pid && complete;
}

/** Runs `part` in a process that a signal has just asked to stop. @return the process's wait status */
static int status_after_signal(bool (*part)(void))
{
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0) {
        stop_on_signals();
        raise(SIGTERM);
        _exit(stop_requested() && part() ? 0 : 1);
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    return status;
}

/** Does the same. @return the result of `part` */
static bool after_signal(bool (*part)(void))
{
    const int status = status_after_signal(part);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void wait_that_begins_after_a_signal_ends(void **state)
{
    (void)state;
    assert_true(after_signal(poll_ends));
    assert_true(after_signal(sleep_ends));
}

static void opening_a_fifo_after_a_signal_ends(void **state)
{
    (void)state;
    assert_true(after_signal(open_ends));
}

static void output_after_a_signal_is_complete(void **state)
{
    (void)state;
    assert_true(after_signal(write_continues));
}

/** Whether this process, asked to stop already, outlives another signal. */
static bool outlives_another(void)
{
    return raise(SIGTERM) == 0 && raise(SIGINT) == 0;
}

static bool outlives_another_after_a_second(void)
{
    const int64_t end = tri_now_ns() + 1200000000;
    while (tri_now_ns() < end)
        poll(NULL, 0, 1200); // ended by the ticks
    return outlives_another();
}

static void two_signals_at_once_end_a_program_cleanly(void **state)
{
    (void)state;
    assert_true(after_signal(outlives_another));
}

static void signal_a_second_after_the_first_ends_a_program_at_once(void **state)
{
    (void)state;
    const int status = status_after_signal(outlives_another_after_a_second);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wait_that_begins_after_a_signal_ends),
        cmocka_unit_test(opening_a_fifo_after_a_signal_ends),
        cmocka_unit_test(output_after_a_signal_is_complete),
        cmocka_unit_test(two_signals_at_once_end_a_program_cleanly),
        cmocka_unit_test(signal_a_second_after_the_first_ends_a_program_at_once),
    };
    return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
