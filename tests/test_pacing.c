/* SPDX-License-Identifier: MIT */
/* How a paced reader learns when to be awake: simulated streams, so nothing depends on this machine. */
#include "reader_pacing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { FRAMES = 2000, LEARNING = 200 };

#define PERIOD_NS INT64_C(16666667)

/** A stream and a reader's sleeps: every time is this much late, at most. */
struct world {
    int64_t frame_late_ns, sleep_late_ns;
    uint32_t random;
    struct tri_pacing pace;
    uint64_t number;
    int64_t slot_ns; // when the newest frame was due
    int64_t now_ns;  // when the reader had it
    int64_t spun_ns;
    int missed; // frames that came while the reader slept
};

/** 0 to `most`, mostly small, the same on every run. */
static int64_t some(struct world *w, int64_t most)
{
    w->random = w->random * 1664525 + 1013904223;
    const int64_t share = w->random >> 16; // of 65536
    return most * share / 65536 * share / 65536;
}

static struct world stream(int64_t frame_late_ns, int64_t sleep_late_ns)
{
    struct world w = { .frame_late_ns = frame_late_ns, .sleep_late_ns = sleep_late_ns };
    w.slot_ns = w.now_ns = 1000000000;
    return w;
}

/** One frame, `slots` periods after the one before, and how the reader waits for it. */
static void one_frame(struct world *w, int64_t slots)
{
    w->slot_ns += slots * PERIOD_NS;
    const int64_t publish_ns = w->slot_ns + some(w, w->frame_late_ns);
    const int64_t start = tri_pacing_start(&w->pace, w->now_ns);
    if (start == INT64_MAX) {
        w->missed++;
    } else {
        const int64_t awake = start > w->now_ns ? start + some(w, w->sleep_late_ns) : w->now_ns;
        tri_pacing_slept(&w->pace, publish_ns < awake);
        int64_t spun = publish_ns - awake;
        if (spun > w->pace.credit_ns)
            spun = w->pace.credit_ns;
        if (publish_ns < awake || spun < publish_ns - awake)
            w->missed++;
        if (spun > 0) {
            tri_pacing_spun(&w->pace, spun);
            w->spun_ns += spun;
        }
    }
    w->now_ns = publish_ns + 1000;
    tri_pacing_learn(&w->pace, ++w->number, publish_ns);
}

/** Frames of one pace; the first ones are for learning and are not counted. */
static void watch(struct world *w)
{
    for (int i = 0; i < LEARNING; i++)
        one_frame(w, 1);
    w->missed = 0;
    w->spun_ns = 0;
    for (int i = 0; i < FRAMES; i++)
        one_frame(w, 1);
}

static void assert_spun_at_most(const struct world *w, int percent)
{
    assert_true(w->spun_ns <= FRAMES * PERIOD_NS / 100 * percent);
}

static void nobody_spins_before_the_pace_is_known(void **state)
{
    (void)state;
    struct tri_pacing pace = { 0 };
    assert_int_equal(tri_pacing_start(&pace, 1000000000), INT64_MAX);
    tri_pacing_learn(&pace, 7, 1000000000);
    assert_int_equal(tri_pacing_start(&pace, 1000001000), INT64_MAX);
}

static void the_second_frame_tells_the_pace(void **state)
{
    (void)state;
    struct tri_pacing pace = { 0 };
    tri_pacing_learn(&pace, 7, 1000000000);
    tri_pacing_learn(&pace, 8, 1000000000 + PERIOD_NS);
    const int64_t start = tri_pacing_start(&pace, 1000001000 + PERIOD_NS);
    assert_in_range(start, 1000000000 + PERIOD_NS * 19 / 10, 1000000000 + PERIOD_NS * 2);
}

static void a_reader_of_a_punctual_stream_is_awake_for_nearly_every_frame(void **state)
{
    (void)state;
    struct world w = stream(5000, 150000);
    watch(&w);
    assert_in_range(w.missed, 0, FRAMES / 10);
    assert_spun_at_most(&w, 2);
}

static void a_reader_learns_how_late_the_machines_sleeps_are(void **state)
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

static void spinning_stays_within_its_share_however_late_the_frames_are(void **state)
{
    (void)state;
    for (int64_t late_ns = 1000; late_ns < PERIOD_NS * 4; late_ns *= 3) {
        struct world w = stream(late_ns, 200000);
        watch(&w);
        assert_spun_at_most(&w, 100 / TRI_PACE_SHARE);
    }
}

static void frames_that_the_writer_dropped_do_not_change_the_pace(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    one_frame(&w, 3); // two are missing, and have no number
    assert_in_range(w.pace.period_ns, PERIOD_NS * 99 / 100, PERIOD_NS * 101 / 100);
    const int missed = w.missed;
    one_frame(&w, 1);
    assert_int_equal(w.missed, missed);
}

static void frames_that_the_reader_skipped_do_not_change_the_pace(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    w.slot_ns += 4 * PERIOD_NS;
    w.number += 4;
    tri_pacing_learn(&w.pace, w.number, w.slot_ns);
    assert_in_range(w.pace.period_ns, PERIOD_NS * 99 / 100, PERIOD_NS * 101 / 100);
    assert_in_range(tri_pacing_start(&w.pace, w.slot_ns + 1000), w.slot_ns + PERIOD_NS * 9 / 10,
                    w.slot_ns + PERIOD_NS);
}

static void nobody_spins_for_a_stream_that_has_stopped(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    assert_int_equal(tri_pacing_start(&w.pace, w.now_ns + 3 * PERIOD_NS), INT64_MAX);
}

static void a_new_pace_is_learned_from_two_frames(void **state)
{
    (void)state;
    struct world w = stream(5000, 50000);
    watch(&w);
    const int64_t quick = PERIOD_NS / 4;
    for (int i = 1; i <= 2; i++)
        tri_pacing_learn(&w.pace, ++w.number, w.slot_ns + i * quick);
    const int64_t last = w.slot_ns + 2 * quick;
    assert_in_range(tri_pacing_start(&w.pace, last + 1000), last + quick * 9 / 10, last + quick);
}

static void times_that_are_none_are_survived(void **state)
{
    (void)state;
    static const int64_t odd[] = { INT64_MIN, -1, 0, 1, PERIOD_NS, INT64_MAX / 4, INT64_MAX };
    const size_t count = sizeof(odd) / sizeof(odd[0]);
    struct tri_pacing pace = { 0 };
    for (uint64_t i = 0; i < count * count * count; i++) {
        tri_pacing_learn(&pace, i / 2 + i % 5, odd[i % count]);
        tri_pacing_learn(&pace, i / 2 + 1, odd[i / count % count]);
        const int64_t start = tri_pacing_start(&pace, 1000000000);
        assert_true(start >= -PERIOD_NS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_spins_before_the_pace_is_known),
        cmocka_unit_test(the_second_frame_tells_the_pace),
        cmocka_unit_test(a_reader_of_a_punctual_stream_is_awake_for_nearly_every_frame),
        cmocka_unit_test(a_reader_learns_how_late_the_machines_sleeps_are),
        cmocka_unit_test(spinning_stays_within_its_share_however_late_the_frames_are),
        cmocka_unit_test(frames_that_the_writer_dropped_do_not_change_the_pace),
        cmocka_unit_test(frames_that_the_reader_skipped_do_not_change_the_pace),
        cmocka_unit_test(nobody_spins_for_a_stream_that_has_stopped),
        cmocka_unit_test(a_new_pace_is_learned_from_two_frames),
        cmocka_unit_test(times_that_are_none_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
