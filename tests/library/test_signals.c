/* SPDX-License-Identifier: MIT */
/* A signal ends a wait for a frame in every wait mode, so programs can be stopped. */
#include "fixture.h"
#include "solid_frames.h"

#include <signal.h>
#include <sys/time.h>

#define SIGNAL_MS 300 // during the wait, repeatedly
#define WHOLE_MS  20000
#define PIECE_MS  20 // less than a reader spins for

static _Atomic unsigned signals_handled;

static void on_signal(int number)
{
    (void)number;
    signals_handled++;
}

static void ring(long ms)
{
    const struct timeval span = { .tv_usec = 1000 * ms };
    const struct itimerval every = { span, span };
    assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

/** Waits for a frame that does not arrive, in slices of that length. @return the error that ended
 * it. */
static enum tri_err wait_in_pieces(tri_reader *reader, struct tri_frame *frame, int piece_ms)
{
    const int64_t until = tri_now_ns() + INT64_C(20) * 1000000000;
    enum tri_err err = TRI_ERR_TIMEOUT;
    while (err == TRI_ERR_TIMEOUT && tri_now_ns() < until)
        err = tri_reader_acquire(reader, frame, piece_ms);
    return err;
}

static void a_wait_is_ended(enum tri_reader_wait wait, int piece_ms)
{
    const struct tri_video video = solid_video(64, 48);
    const char *name = fixture_stream();
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *reader;
    const struct tri_reader_options options = { .name = name, .wait = wait };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    struct tri_frame frame = { 0 };
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(reader, &frame, 1);

    const struct sigaction action = { .sa_handler = on_signal };
    struct sigaction before;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    signals_handled = 0;
    ring(SIGNAL_MS);
    const enum tri_err err = wait_in_pieces(reader, &frame, piece_ms);
    ring(0);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(err, TRI_ERR_INTERRUPTED);
    assert_true(signals_handled > 0);

    // Nothing is lost: the next frame reaches a waiting reader as before.
    assert_int_equal(solid_publish(writer, &video, 2), TRI_OK);
    solid_expect(reader, &frame, 2);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static void signal_ends_a_sleeping_wait(void **state)
{
    (void)state;
    a_wait_is_ended(TRI_WAIT_BLOCK, WHOLE_MS);
}

static void signal_ends_a_spinning_wait(void **state)
{
    (void)state;
    a_wait_is_ended(TRI_WAIT_SPIN, WHOLE_MS);
}

static void signal_ends_spinning_waits_that_are_short_but_many(void **state)
{
    (void)state;
    a_wait_is_ended(TRI_WAIT_SPIN, PIECE_MS);
}

static void signal_ends_a_paced_wait(void **state)
{
    (void)state;
    a_wait_is_ended(TRI_WAIT_PACED, WHOLE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(signal_ends_a_sleeping_wait),
        fixture_test(signal_ends_a_spinning_wait),
        fixture_test(signal_ends_spinning_waits_that_are_short_but_many),
        fixture_test(signal_ends_a_paced_wait),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
