/* SPDX-License-Identifier: MIT */
/* Cost of a frame, counted and not timed: system calls, page faults, context switches. */
#include "skip.h"

#include <triptych/triptych.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAMES = 100, PATIENCE_S = 60, TRIES = 5 };

#define WAIT_MAX_NS 100000000 // a wait for a frame that reaches this bound is repeated

#define MARK SYS_getppid // the library never calls it: it marks the counted range

static const struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 1280, .height = 720 };

static struct {
    tri_writer *writer;
    tri_reader *reader;
    struct tri_frame frame;
} own;

static char stream_name[TRI_NAME_MAX + 1]; // of the test's process, and so of its children

static void need(bool ok)
{
    if (!ok)
        _exit(1);
}

static void open_writer(void)
{
    need(tri_writer_open(&own.writer, &(struct tri_writer_options){ .name = stream_name,
                                                                    .video = video }) == TRI_OK);
}

static void open_reader(enum tri_reader_wait wait)
{
    const struct tri_reader_options options = { .name = stream_name, .wait = wait };
    need(tri_reader_open(&own.reader, &options) == TRI_OK);
}

static void close_own(void)
{
    tri_reader_release(own.reader, &own.frame);
    tri_reader_close(&own.reader);
    tri_writer_close(&own.writer);
}

/** Publishes a frame of which every byte is written. */
static void publish(void)
{
    struct tri_draft draft;
    need(tri_writer_begin(own.writer, &video, &draft) == TRI_OK);
    for (uint32_t p = 0; p < draft.shape.planes; p++)
        memset(draft.data[p], 0x40, (size_t)draft.shape.plane[p].bytes);
    need(tri_writer_publish(own.writer, &draft) == TRI_OK);
}

static volatile unsigned sum; // makes the reads observable

/** Reads every byte of a frame. */
static void read_frame(void)
{
    need(tri_reader_acquire(own.reader, &own.frame, PATIENCE_S * 1000) == TRI_OK);
    for (uint32_t p = 0; p < own.frame.shape.planes; p++)
        for (uint64_t i = 0; i < own.frame.shape.plane[p].bytes; i++)
            sum += own.frame.data[p][i];
    need(tri_reader_is_intact(own.reader, &own.frame));
}

static void sleep_ms(long ms)
{
    const struct timespec span = { .tv_nsec = ms * 1000000 };
    nanosleep(&span, NULL);
}

/** System calls that `counted` makes in a child process, after `before`, which is not counted. */
static long calls_of(void (*before)(void), void (*counted)(void))
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(PATIENCE_S);
        before();
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        raise(SIGSTOP);
        syscall(MARK);
        counted();
        syscall(MARK);
        close_own();
        _exit(0);
    }

    int status = 0;
    int marks = 0;
    long calls = 0;
    bool inside = false; // of a system call: the process stops at its entry and exit
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        const int signal_sent = WSTOPSIG(status);
        if (signal_sent == (SIGTRAP | 0x80)) {
            inside = !inside;
            struct __ptrace_syscall_info info = { 0 };
            ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info);
            if (inside && info.entry.nr == MARK)
                marks++;
            else if (inside && marks == 1)
                calls++;
        } else if (signal_sent == SIGSTOP) {
            ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
        }
        ptrace(PTRACE_SYSCALL, child, 0, signal_sent == SIGALRM ? SIGALRM : 0);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip_because("a sandbox without ptrace(2)");
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(marks, 2);
    return calls;
}

/** Writer and reader in one process, after one frame: everything is attached. */
static void open_both(void)
{
    open_writer();
    open_reader(TRI_WAIT_BLOCK);
    for (int i = 0; i < 3; i++) { // until all slots are open
        publish();
        read_frame();
    }
    tri_reader_release(own.reader, &own.frame);
}

static void publish_many(void)
{
    for (int i = 0; i < FRAMES; i++)
        publish();
}

static void publish_and_read(void)
{
    publish();
    read_frame();
}

static void publish_and_read_many(void)
{
    for (int i = 0; i < FRAMES; i++)
        publish_and_read();
}

static void look_up_many(void)
{
    for (int i = 0; i < FRAMES; i++)
        need(tri_reader_acquire(own.reader, &own.frame, 0) == TRI_ERR_TIMEOUT);
}

static void rest(void)
{
    sleep_ms(10);
}

/** Publishes while the reader sleeps, so that it waits for this frame on a busy machine, too. */
static void await_sleeping_reader(void)
{
    struct tri_stream stream = { 0 };
    while (tri_stream_find(stream_name, &stream) == TRI_OK && stream.waiting == 0)
        sleep_ms(1);
}

/** A writer in a child process, until it is killed. */
static pid_t start_writer(void (*between)(void))
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    alarm(PATIENCE_S);
    open_writer();
    for (;;) {
        publish();
        between();
    }
}

static void end_process(pid_t process)
{
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
    tri_stream_remove(stream_name, TRI_REMOVE_FORCE);
}

static void open_blocking(void)
{
    open_reader(TRI_WAIT_BLOCK);
    read_frame();
}

static void open_paced(void)
{
    open_reader(TRI_WAIT_PACED);
    for (int i = 0; i < FRAMES; i++)
        read_frame();
}

static void read_and_release_many(void)
{
    for (int i = 0; i < FRAMES; i++) {
        read_frame();
        tri_reader_release(own.reader, &own.frame);
    }
}

static void read_many(void)
{
    for (int i = 0; i < FRAMES; i++)
        read_frame();
}

static void published_frame_costs_two_system_calls(void **state)
{
    (void)state;
    // The excess: two polls a second, of the stream and of its locks.
    assert_in_range(calls_of(open_both, publish_many), 2 * FRAMES, 2 * FRAMES + PATIENCE_S);
}

/** The reader keeps a frame while the writer continues. */
static void open_both_and_hold(void)
{
    open_both();
    publish_and_read();
}

static void slot_locked_for_long_is_polled_rarely(void **state)
{
    (void)state;
    // Polling the lock each time makes three calls; once in eight frames makes 2 and an eighth.
    assert_in_range(calls_of(open_both_and_hold, publish_many), 2 * FRAMES,
                    2 * FRAMES + FRAMES / 2);
}

static void exchanging_a_ready_frame_costs_one_call(void **state)
{
    (void)state;
    assert_in_range(calls_of(open_both, publish_and_read_many), 3 * FRAMES,
                    3 * FRAMES + PATIENCE_S);
}

static void poll_without_a_frame_costs_no_call(void **state)
{
    (void)state;
    assert_int_equal(calls_of(open_both, look_up_many), 0);
}

/** In a namespace without other streams. */
static void open_alone_and_hold(void)
{
    if (unshare(CLONE_NEWIPC) != 0)
        _exit(77);
    open_both_and_hold();
}

static void find_own(void)
{
    struct tri_stream stream;
    need(tri_stream_find(stream_name, &stream) == TRI_OK);
}

static void stream_is_described_in_a_few_calls(void **state)
{
    (void)state;
    // One call for each semaphore would be 195.
    assert_in_range(calls_of(open_alone_and_hold, find_own), 10, 30);
}

static void wait_for_no_stream(void)
{
    need(tri_reader_acquire(own.reader, &own.frame, 1500) == TRI_ERR_TIMEOUT);
}

/** The first wait makes the doorbell. */
static void open_and_wait_for_no_stream(void)
{
    open_reader(TRI_WAIT_BLOCK);
    need(tri_reader_acquire(own.reader, &own.frame, 1) == TRI_ERR_TIMEOUT);
}

static void missing_stream_is_polled_rarely(void **state)
{
    (void)state;
    // A lookup and a sleep, 20 times a second.
    assert_in_range(calls_of(open_and_wait_for_no_stream, wait_for_no_stream), 3, 2 * 30 + 10);
}

/** Waits that may have been repeated since then, on a machine too busy to run the writer. */
static long repeated_since(int64_t start_ns)
{
    return (long)((tri_now_ns() - start_ns) / WAIT_MAX_NS);
}

static void awaited_and_released_frame_costs_three_calls(void **state)
{
    (void)state;
    const int64_t start_ns = tri_now_ns();
    const pid_t writer = start_writer(await_sleeping_reader);
    const long calls = calls_of(open_blocking, read_and_release_many);
    end_process(writer);
    assert_in_range(calls, 2 * FRAMES, 3 * FRAMES + FRAMES / 10 + repeated_since(start_ns));
}

static void exchanging_an_awaited_frame_costs_two_calls(void **state)
{
    (void)state;
    const int64_t start_ns = tri_now_ns();
    const pid_t writer = start_writer(await_sleeping_reader);
    const long calls = calls_of(open_blocking, read_many);
    end_process(writer);
    assert_in_range(calls, FRAMES, 2 * FRAMES + FRAMES / 10 + repeated_since(start_ns));
}

static void paced_reader_makes_three_calls_at_most(void **state)
{
    (void)state;
    const long limit = 3 * FRAMES + FRAMES * 3 / 4;
    long calls = LONG_MAX;
    // Prelocks, sleeps until shortly before the frame is due, releases; for a late frame sleeps
    // once more. On a busy machine most frames are late: the best try counts.
    for (int i = 0; i < TRIES && calls > limit; i++) {
        const pid_t writer = start_writer(rest);
        calls = calls_of(open_paced, read_and_release_many);
        end_process(writer);
    }
    assert_in_range(calls, 2 * FRAMES, limit);
}

static long faults(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_minflt + use.ru_majflt;
}

static long sleeps(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_nvcsw;
}

static void frames_bring_no_page_faults(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_because("a sanitizer touches its shadow memory page by page");
#endif
    open_both();
    publish_and_read_many(); // each slot's pages are mapped when its first frame is taken
    const long before = faults();
    publish_and_read_many();
    const long after = faults();
    close_own();
    assert_int_equal(after - before, 0);
}

static void reader_falls_asleep_once_a_frame(void **state)
{
    (void)state;
    const pid_t writer = start_writer(await_sleeping_reader);
    open_blocking();
    const int64_t start_ns = tri_now_ns();
    const long before = sleeps();
    read_many();
    const long after = sleeps();
    const long repeated = repeated_since(start_ns);
    close_own();
    end_process(writer);
    assert_in_range(after - before, 0, FRAMES + FRAMES / 10 + repeated);
}

static void writer_never_falls_asleep(void **state)
{
    (void)state;
    open_both();
    const long before = sleeps();
    publish_many();
    const long after = sleeps();
    close_own();
    assert_in_range(after - before, 0, FRAMES / 20); // a signal or a lock within the kernel
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_frame_costs_two_system_calls),
        cmocka_unit_test(slot_locked_for_long_is_polled_rarely),
        cmocka_unit_test(exchanging_a_ready_frame_costs_one_call),
        cmocka_unit_test(poll_without_a_frame_costs_no_call),
        cmocka_unit_test(stream_is_described_in_a_few_calls),
        cmocka_unit_test(missing_stream_is_polled_rarely),
        cmocka_unit_test(awaited_and_released_frame_costs_three_calls),
        cmocka_unit_test(exchanging_an_awaited_frame_costs_two_calls),
        cmocka_unit_test(paced_reader_makes_three_calls_at_most),
        cmocka_unit_test(frames_bring_no_page_faults),
        cmocka_unit_test(reader_falls_asleep_once_a_frame),
        cmocka_unit_test(writer_never_falls_asleep),
    };
    snprintf(stream_name, sizeof(stream_name), "counts-%d", (int)getpid());
    return cmocka_run_group_tests(tests, NULL, NULL);
}
