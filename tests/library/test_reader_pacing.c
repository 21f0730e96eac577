/* SPDX-License-Identifier: MIT */
/* How a paced reader predicts frames. Streams are simulated, independent of this machine. */
#include "reader_private.h"
#include "reader_wait.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { FRAMES = 2000, LEARNING = 200, RECOVERING = 8, RATES_MAX = 6 };

#define SECOND_NS INT64_C(1000000000)
#define PERIOD_NS INT64_C(16666667)

/** A stream and a reader's sleeps: every time is late by this much, at most. */
struct world {
    int64_t frame_late_ns;
    int64_t sleep_late_ns;
    int64_t period_ns;
    int jitter_percent;  // percent of a period by which frames are early or late
    uint64_t drop_every; // every Nth frame is dropped by the driver, 0: none
    uint32_t random;
    struct tri_pacing pace;
    uint64_t number;
    uint64_t sequence;
    uint64_t drops;
    int64_t slot_ns; // when the newest frame was due
    int64_t now_ns;  // when the reader got it
    int64_t watched_ns;
    int64_t spun_ns;
    int missed; // frames that arrived while the reader slept
};

/** 0 to `most`, uniform, the same on every run. */
static int64_t even(struct world *w, int64_t most)
{
    w->random = w->random * 1664525 + 1013904223;
    return most * (w->random >> 16) / 65536;
}

/** 0 to `most`, mostly small. */
static int64_t some(struct world *w, int64_t most)
{
    return even(w, even(w, most));
}

static struct world stream(int64_t frame_late_ns, int64_t sleep_late_ns)
{
    struct world w = { .frame_late_ns = frame_late_ns,
                       .sleep_late_ns = sleep_late_ns,
                       .period_ns = PERIOD_NS };
    w.slot_ns = w.now_ns = SECOND_NS;
    return w;
}

/** Waits for a frame as tri_wait_frame() does. @return whether the reader was spinning when it
 * arrived. */
static bool catch (struct world *w, int64_t publish_ns)
{
    struct tri_pacing_window window;
    int64_t now = w->now_ns;
    while (now < publish_ns && tri_pacing_next(&w->pace, now, &window)) {
        if (window.start_ns > now) {
            const int64_t awake = window.start_ns + some(w, w->sleep_late_ns);
            now = publish_ns < awake ? publish_ns : awake;
            tri_pacing_slept(&w->pace, window.start_ns, now, now == publish_ns);
        }
        const int64_t until = publish_ns < window.stop_ns ? publish_ns : window.stop_ns;
        if (now < until) {
            tri_pacing_spun(&w->pace, until - now);
            w->spun_ns += until - now;
            now = until;
            if (now == publish_ns)
                return true;
        }
    }
    return false;
}

/** One frame, `slots` periods after the previous one, and the reader's wait for it. */
static void one_frame(struct world *w, int64_t slots)
{
    w->slot_ns += slots * w->period_ns;
    w->sequence += (uint64_t)slots;
    if (w->drop_every && w->sequence % w->drop_every == 0) {
        w->drops++;
        w->sequence++;
        w->slot_ns += w->period_ns;
    }
    const int64_t swing_ns = w->period_ns * w->jitter_percent / 100;
    const int64_t publish_ns =
        w->slot_ns + some(w, w->frame_late_ns) + even(w, 2 * swing_ns) - swing_ns;
    w->missed += !catch (w, publish_ns);
    w->now_ns = (publish_ns > w->now_ns ? publish_ns : w->now_ns) + 1000;
    tri_pacing_see(&w->pace, ++w->number, publish_ns, w->drops);
}

/** Frames of one rate, counted separately. */
static void watch_frames(struct world *w, int frames)
{
    w->missed = 0;
    w->spun_ns = 0;
    w->watched_ns = frames * w->period_ns;
    for (int i = 0; i < frames; i++)
        one_frame(w, 1);
}

/** Frames of one rate; the first ones are for learning and are not counted. */
static void watch(struct world *w)
{
    watch_frames(w, LEARNING);
    watch_frames(w, FRAMES);
}

static void assert_spun_at_most(const struct world *w, int percent)
{
    assert_true(w->spun_ns <= w->watched_ns / 100 * percent);
}

/** Whether a window is predicted after the newest received frame. */
static bool has_window(struct world *w, struct tri_pacing_window *window)
{
    return tri_pacing_next(&w->pace, w->now_ns, window);
}

static void assert_window_holds(struct world *w, int64_t due_ns)
{
    struct tri_pacing_window window;
    assert_true(has_window(w, &window));
    assert_in_range(window.start_ns, due_ns - w->period_ns / 10, due_ns);
    assert_in_range(window.stop_ns, due_ns, due_ns + w->period_ns / 10);
}

static void reader_sleeps_before_the_rate_is_known(void **state)
{
    (void)state;
    struct world w = stream(0, 0);
    struct tri_pacing_window window;
    assert_false(has_window(&w, &window));
    one_frame(&w, 1);
    assert_false(has_window(&w, &window));
}

static void reader_knows_the_rate_after_two_frames(void **state)
{
    (void)state;
    struct world w = stream(0, 0);
    one_frame(&w, 1);
    one_frame(&w, 1);
    assert_window_holds(&w, w.slot_ns + PERIOD_NS);
}

static void reader_is_awake_for_nearly_every_punctual_frame(void **state)
{
    (void)state;
    struct world w = stream(5000, 150000);
    watch(&w);
    assert_in_range(w.missed, 0, FRAMES / 10);
    assert_spun_at_most(&w, 2);
}

static void reader_learns_how_late_sleeps_end(void **state)
{
    (void)state;
    struct world quick = stream(5000, 30000);
    struct world slow = stream(5000, 400000);
    watch(&quick);
    watch(&slow);
    assert_true(quick.pace.margin_ns < slow.pace.margin_ns);
    assert_in_range(slow.missed, 0, FRAMES / 10);
    assert_true(quick.spun_ns < slow.spun_ns);
}

static void spinning_stays_within_its_share_for_late_frames(void **state)
{
    (void)state;
    for (int64_t late_ns = 1000; late_ns < PERIOD_NS * 4; late_ns *= 3) {
        struct world w = stream(late_ns, 200000);
        watch(&w);
        assert_spun_at_most(&w, 5);
    }
}

static void counted_drops_do_not_change_the_rate(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    w.drops += 2;
    one_frame(&w, 3);
    assert_in_range(w.pace.period_ns, PERIOD_NS * 99 / 100, PERIOD_NS * 101 / 100);
    const int missed = w.missed;
    one_frame(&w, 1);
    assert_int_equal(w.missed, missed);
}

static void skipped_frames_do_not_change_the_rate(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    w.number += 3;
    w.slot_ns += 3 * PERIOD_NS;
    w.now_ns = w.slot_ns + PERIOD_NS / 2;
    one_frame(&w, 1);
    assert_window_holds(&w, w.slot_ns + PERIOD_NS);
}

static void wrong_counts_of_drops_are_ignored(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    for (int i = 0; i < LEARNING; i++) {
        w.drops += 1 + UINT64_MAX / 3 * (uint64_t)(i % 2); // drivers that count fields, or nonsense
        one_frame(&w, 1);
    }
    watch(&w);
    assert_in_range(w.missed, 0, FRAMES / 10);
}

static void reader_sleeps_when_the_stream_has_stopped(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    w.now_ns += 4 * PERIOD_NS;
    struct tri_pacing_window window;
    assert_false(has_window(&w, &window));
}

static void reader_keeps_the_rate_over_a_pause(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    w.slot_ns += 1000 * SECOND_NS;
    one_frame(&w, 1);
    assert_window_holds(&w, w.slot_ns + PERIOD_NS);
}

/** Frames at several rates in sequence, with and without jitter, with and without drops. */
static const int rates[][RATES_MAX] = {
    { 60, 30, 60, 15, 60 }, { 120, 60 }, { 60, 120 }, { 25, 24 },         { 24, 25 },
    { 50, 60, 50 },         { 1000, 3 }, { 3, 1000 }, { 30, 28, 26, 24 }, { 10, 30 },
};

static void assert_recovers(struct world w, int frames, int missed)
{
    for (size_t row = 0; row < sizeof(rates) / sizeof(rates[0]); row++) {
        for (int i = 0; i < RATES_MAX && rates[row][i]; i++) {
            w.period_ns = SECOND_NS / rates[row][i];
            watch_frames(&w, RECOVERING);
            watch_frames(&w, frames);
            if (row + (size_t)i > 0) // the first rate is not a change
                assert_in_range(w.missed, 0, missed);
            watch_frames(&w, FRAMES / 10);
            assert_spun_at_most(&w, 5);
        }
    }
}

static void reader_recovers_from_any_change_of_rate(void **state)
{
    (void)state;
    assert_recovers(stream(5000, 50000), 16, 5);
}

static void reader_recovers_while_the_driver_drops_frames(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    w.drop_every = 7;
    assert_recovers(w, 16, 6);
}

static void reader_recovers_where_frames_jitter(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    w.jitter_percent = 10;
    assert_recovers(w, FRAMES / 10, FRAMES / 20 - 1);
}

static void reader_survives_invalid_times(void **state)
{
    (void)state;
    static const int64_t odd[] = { INT64_MIN, -1, 0, 1, PERIOD_NS, INT64_MAX / 4, INT64_MAX };
    const size_t count = sizeof(odd) / sizeof(odd[0]);
    struct tri_pacing pace = { 0 };
    struct tri_pacing_window window;
    for (uint64_t i = 0; i < count * count * count; i++) {
        tri_pacing_see(&pace, i / 2 + i % 5, odd[i % count], (uint64_t)odd[i / 3 % count]);
        tri_pacing_next(&pace, SECOND_NS, &window);
        tri_pacing_see(&pace, i / 2 + 1, odd[i / count % count], i);
        if (tri_pacing_next(&pace, SECOND_NS, &window))
            assert_true(window.stop_ns > SECOND_NS && window.start_ns <= window.stop_ns);
    }
}

/** Whether a reader polls after frames `gap_ns` apart, and finds one newer than frame 7. */
static bool polls(int64_t gap_ns, uint64_t newest)
{
    struct tri_header header = { .latest = newest };
    struct tri_mapping mapping = { .segment = { .header = &header } };
    const tri_reader reader = { .mapping = &mapping, .pace = { .gap_ns = gap_ns } };
    return tri_reader_is_fast(&reader) && tri_wait_polling(&reader, 7);
}

static void reader_polls_where_frames_come_faster_than_sleeps(void **state)
{
    (void)state;
    assert_true(polls(2000, 8));
    assert_false(polls(2000, 7));
    assert_false(polls(PERIOD_NS, 8));
    assert_false(polls(-2000, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_sleeps_before_the_rate_is_known),
        cmocka_unit_test(reader_knows_the_rate_after_two_frames),
        cmocka_unit_test(reader_is_awake_for_nearly_every_punctual_frame),
        cmocka_unit_test(reader_learns_how_late_sleeps_end),
        cmocka_unit_test(spinning_stays_within_its_share_for_late_frames),
        cmocka_unit_test(counted_drops_do_not_change_the_rate),
        cmocka_unit_test(skipped_frames_do_not_change_the_rate),
        cmocka_unit_test(wrong_counts_of_drops_are_ignored),
        cmocka_unit_test(reader_sleeps_when_the_stream_has_stopped),
        cmocka_unit_test(reader_keeps_the_rate_over_a_pause),
        cmocka_unit_test(reader_recovers_from_any_change_of_rate),
        cmocka_unit_test(reader_recovers_while_the_driver_drops_frames),
        cmocka_unit_test(reader_recovers_where_frames_jitter),
        cmocka_unit_test(reader_polls_where_frames_come_faster_than_sleeps),
        cmocka_unit_test(reader_survives_invalid_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
