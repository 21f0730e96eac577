/* SPDX-License-Identifier: MIT */
/* tri_reader_interrupt() ends a wait, from any thread and in every wait mode, and nothing else. */
#include "fixture.h"
#include "solid_frames.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/time.h>
#include <time.h>

enum { TIMES = 1000, LEARNING = 30 };

#define PICTURE     solid_video(64, 48)
#define SOON_NS     20000000
#define DELAYS_US   1500 // into the wait, at most
#define SLEEP_MS    1000 // an idle reader's sleeps, after the first one of 100 ms
#define PERIOD_US   2000
#define FRAMES_STEP 10 // one interrupt for so many frames, where frames come

/** A reader in this thread, and a thread that interrupts it. */
struct wait {
    tri_reader *reader;
    tri_writer *writer; // NULL: no writer
    _Atomic int64_t asked_ns;
    _Atomic unsigned asked;
    _Atomic unsigned answered;
    _Atomic bool stop;
};

static void sleep_us(unsigned us)
{
    const struct timespec span = { .tv_nsec = (long)(1000 * us) };
    nanosleep(&span, NULL);
}

static void *interrupt_again_and_again(void *argument)
{
    struct wait *wait = argument;
    unsigned seed = 1;
    for (unsigned i = 1; i <= TIMES && !wait->stop; i++) {
        sleep_us((unsigned)rand_r(&seed) % DELAYS_US);
        wait->asked_ns = tri_now_ns();
        wait->asked = i;
        tri_reader_interrupt(wait->reader);
        while (wait->answered < i && !wait->stop)
            sleep_us(20);
    }
    return NULL;
}

/** Interrupts the reader's waits, in which no frame comes; nothing else may be interrupted. */
static void expect_interrupts(tri_reader *reader)
{
    struct wait wait = { .reader = reader };
    struct tri_frame frame = { 0 };
    pthread_t thread;
    unsigned late = 0;
    unsigned late_sleeps = 0;
    struct rusage before;
    struct rusage after;
    assert_int_equal(getrusage(RUSAGE_THREAD, &before), 0);
    assert_int_equal(pthread_create(&thread, NULL, interrupt_again_and_again, &wait), 0);
    for (unsigned i = 1; i <= TIMES; i++) {
        assert_int_equal(tri_reader_acquire(reader, &frame, 1000 * FIXTURE_PATIENCE_S),
                         TRI_ERR_INTERRUPTED);
        late += tri_now_ns() - wait.asked_ns > SOON_NS;
        assert_int_equal(wait.asked, i);
        const struct timespec span = { .tv_nsec = 50000 };
        const int64_t start = tri_now_ns();
        assert_int_equal(nanosleep(&span, NULL), 0); // the caller's own
        late_sleeps += tri_now_ns() - start > SOON_NS;
        wait.answered = i;
    }
    pthread_join(thread, NULL);
    assert_int_equal(getrusage(RUSAGE_THREAD, &after), 0);
    print_message("# longer than 20 ms: %u of %d interrupts, %u of as many sleeps of 0.05 ms; "
                  "%.2f wake-ups each\n",
                  late, TIMES, late_sleeps, (double)(after.ru_nvcsw - before.ru_nvcsw) / TIMES - 1);
    // Of waits that only their own time limits end, four in five are late. On a busy machine a few are.
    assert_in_range(late, 0, TIMES / 2);
}

static tri_reader *open_reader(const char *name, enum tri_reader_wait wait, uint32_t flags)
{
    tri_reader *reader;
    assert_int_equal(
        tri_reader_open(&reader,
                        &(struct tri_reader_options){ .name = name, .wait = wait, .flags = flags }),
        TRI_OK);
    return reader;
}

static void interrupts_end_waits_on_a_live_stream(enum tri_reader_wait wait, uint32_t flags)
{
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *reader = open_reader(name, wait, flags);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT); // attached
    for (unsigned i = 1; i <= LEARNING; i++) {
        sleep_us(PERIOD_US);
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
        solid_expect(reader, &frame, i);
    }
    expect_interrupts(reader);
    assert_int_equal(solid_publish(writer, &video, LEARNING + 1), TRI_OK);
    solid_expect(reader, &frame, LEARNING + 1);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static void interrupt_ends_a_blocking_wait(void **state)
{
    (void)state;
    interrupts_end_waits_on_a_live_stream(TRI_WAIT_BLOCK, 0);
}

static void interrupt_ends_a_spinning_wait(void **state)
{
    (void)state;
    interrupts_end_waits_on_a_live_stream(TRI_WAIT_SPIN, 0);
}

static void interrupt_ends_a_paced_wait(void **state)
{
    (void)state;
    interrupts_end_waits_on_a_live_stream(TRI_WAIT_PACED, 0);
}

static void interrupt_ends_a_wait_of_a_reader_that_locks_nothing(void **state)
{
    (void)state;
    interrupts_end_waits_on_a_live_stream(TRI_WAIT_BLOCK, TRI_READER_NO_LOCK);
}

static void interrupt_ends_a_wait_for_a_stream(void **state)
{
    (void)state;
    tri_reader *reader = open_reader(fixture_stream(), TRI_WAIT_BLOCK, 0);
    expect_interrupts(reader);
    tri_reader_close(&reader);
}

static void interrupt_ends_a_wait_for_a_writer(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        tri_writer *writer;
        CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
        CHECK(solid_publish(writer, &video, 1) == TRI_OK);
        _exit(0); // as if killed: nothing is closed
    }
    assert_int_equal(fixture_join(pid), 0);
    tri_reader *reader = open_reader(name, TRI_WAIT_BLOCK, 0);
    expect_interrupts(reader);
    tri_reader_close(&reader);
    assert_int_equal(tri_stream_remove(name, true), TRI_OK);
}

static void interrupt_ends_a_wait_in_a_thread_that_blocks_signals(void **state)
{
    sigset_t all;
    sigset_t before;
    sigset_t after;
    sigfillset(&all);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &all, &before), 0);
    interrupt_ends_a_blocking_wait(state);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, &after), 0);
    assert_true(sigismember(&after, SIGURG)); // restored after each sleep
}

static tri_reader *handled; // by the signal handler
static volatile sig_atomic_t handled_times;

static void on_alarm(int number)
{
    (void)number;
    handled_times++;
    tri_reader_interrupt(handled);
}

static void a_signal_handler_interrupts(enum tri_reader_wait wait)
{
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    handled = open_reader(name, wait, 0);
    handled_times = 0;
    const struct sigaction action = { .sa_handler = on_alarm };
    struct sigaction before;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);

    struct tri_frame frame = { 0 };
    const int64_t start = tri_now_ns();
    for (unsigned i = 1; i <= TIMES; i++) {
        // Some arrive before the wait, some while it begins, some within it.
        const struct itimerval once = { .it_value = { .tv_usec = (suseconds_t)(1 + i % 100) } };
        assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
        assert_int_equal(tri_reader_acquire(handled, &frame, 1000 * FIXTURE_PATIENCE_S),
                         TRI_ERR_INTERRUPTED);
        assert_int_equal(handled_times, i);
    }
    assert_true(tri_now_ns() - start < (int64_t)TIMES * SOON_NS);
    sigaction(SIGALRM, &before, NULL);
    solid_leave(&handled, &frame);
    tri_writer_close(&writer);
}

static void signal_handler_interrupts_a_sleeping_wait(void **state)
{
    (void)state;
    a_signal_handler_interrupts(TRI_WAIT_BLOCK);
}

static void signal_handler_interrupts_a_spinning_wait(void **state)
{
    (void)state;
    a_signal_handler_interrupts(TRI_WAIT_SPIN);
}

static void interrupt_before_a_wait_ends_the_next_one_that_waits(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *reader = open_reader(name, TRI_WAIT_BLOCK, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    tri_reader_interrupt(reader);
    tri_reader_interrupt(reader);
    assert_int_equal(tri_reader_acquire(reader, &frame, -1), TRI_OK); // a frame was there
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
    assert_int_equal(tri_reader_acquire(reader, &frame, -1), TRI_ERR_INTERRUPTED);
    assert_int_equal(tri_reader_acquire(reader, &frame, 10), TRI_ERR_TIMEOUT); // they were one
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static tri_reader *in_window; // to be interrupted just before the next sleep begins
static struct timespec limit_in_window;

/** In the place of libc's, which it calls. */
int semtimedop(int id, struct sembuf *ops, size_t count, const struct timespec *limit)
{
    static int (*of_libc)(int, struct sembuf *, size_t, const struct timespec *);
    if (!of_libc)
        *(void **)&of_libc = dlsym(RTLD_NEXT, "semtimedop");
    if (in_window && limit) {
        tri_reader_interrupt(in_window);
        in_window = NULL;
        limit_in_window = *limit;
    }
    return of_libc(id, ops, count, limit);
}

static void interrupt_just_before_the_system_call_takes_its_time_limit(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *reader = open_reader(name, TRI_WAIT_BLOCK, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(reader, &frame, 1);
    limit_in_window.tv_nsec = 1;
    in_window = reader;
    assert_int_equal(tri_reader_acquire(reader, &frame, -1), TRI_ERR_INTERRUPTED);
    assert_null(in_window);
    assert_int_equal(limit_in_window.tv_sec, 0);
    assert_int_equal(limit_in_window.tv_nsec, 0);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static void on_own_urgent(int number)
{
    (void)number;
}

static void interrupt_keeps_the_handler_of_the_process(void **state)
{
    const struct sigaction action = { .sa_handler = on_own_urgent };
    struct sigaction before;
    struct sigaction after;
    assert_int_equal(sigaction(SIGURG, &action, &before), 0);
    interrupt_ends_a_blocking_wait(state);
    assert_int_equal(sigaction(SIGURG, &before, &after), 0);
    assert_ptr_equal(after.sa_handler, on_own_urgent);
}

static void *wait_for_frames(void *argument)
{
    struct wait *wait = argument;
    tri_reader *reader = wait->reader;
    struct tri_frame frame = { 0 };
    struct rusage usage;
    while (!wait->stop) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, -1);
        wait->answered += err == TRI_ERR_INTERRUPTED;
    }
    getrusage(RUSAGE_THREAD, &usage);
    wait->asked = (unsigned)usage.ru_nvcsw;
    tri_reader_release(reader, &frame);
    return NULL;
}

static void interrupt_wakes_no_other_reader(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    struct wait other = { .reader = open_reader(name, TRI_WAIT_BLOCK, 0) };
    tri_reader *reader = open_reader(name, TRI_WAIT_BLOCK, 0);
    pthread_t thread;
    const int64_t start = tri_now_ns();
    assert_int_equal(pthread_create(&thread, NULL, wait_for_frames, &other), 0);
    expect_interrupts(reader);
    assert_int_equal(other.answered, 0);
    other.stop = true;
    tri_reader_interrupt(other.reader);
    pthread_join(thread, NULL);
    const int64_t sleeps = (tri_now_ns() - start) / 1000000 / SLEEP_MS;
    assert_int_equal(other.answered, 1);
    assert_in_range(other.asked, 1, sleeps + 10);
    tri_reader_close(&other.reader);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}

/** Publishes, and interrupts the readers in between. */
static void *publish_and_interrupt(void *argument)
{
    struct wait *wait = argument;
    const struct tri_video video = PICTURE;
    for (unsigned i = 1; i <= TIMES; i++) {
        if (wait->writer && solid_publish(wait->writer, &video, i) != TRI_OK)
            break;
        if (i % FRAMES_STEP == 0)
            tri_reader_interrupt(wait->reader);
        sleep_us(100);
    }
    return NULL;
}

static void no_frame_is_lost_where_two_threads_interrupt(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *reader = open_reader(name, TRI_WAIT_BLOCK, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT); // attached
    struct wait wait[] = { { .reader = reader, .writer = writer }, { .reader = reader } };
    pthread_t thread[2];
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, publish_and_interrupt, &wait[i]), 0);
    unsigned interrupts = 0;
    while (frame.info.number < TIMES) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, 1000 * FIXTURE_PATIENCE_S);
        interrupts += err == TRI_ERR_INTERRUPTED;
        assert_true(err == TRI_OK || err == TRI_ERR_INTERRUPTED);
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    struct tri_reader_stats stats;
    tri_reader_get_stats(reader, &stats);
    assert_int_equal(stats.frames + stats.skipped, TIMES);
    assert_in_range(interrupts, 1, 2 * TIMES / FRAMES_STEP);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(interrupt_ends_a_blocking_wait),
        fixture_test(interrupt_ends_a_spinning_wait),
        fixture_test(interrupt_ends_a_paced_wait),
        fixture_test(interrupt_ends_a_wait_of_a_reader_that_locks_nothing),
        fixture_test(interrupt_ends_a_wait_for_a_stream),
        fixture_test(interrupt_ends_a_wait_for_a_writer),
        fixture_test(interrupt_ends_a_wait_in_a_thread_that_blocks_signals),
        fixture_test(signal_handler_interrupts_a_sleeping_wait),
        fixture_test(signal_handler_interrupts_a_spinning_wait),
        fixture_test(interrupt_before_a_wait_ends_the_next_one_that_waits),
        fixture_test(interrupt_just_before_the_system_call_takes_its_time_limit),
        fixture_test(interrupt_keeps_the_handler_of_the_process),
        fixture_test(interrupt_wakes_no_other_reader),
        fixture_test(no_frame_is_lost_where_two_threads_interrupt),
    };
    return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}
