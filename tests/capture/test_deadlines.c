/* SPDX-License-Identifier: MIT */
/* Deadlines: exact for any rate, however long the file. */
#include "outage.h"
#include "schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define START  INT64_C(5000000000)
#define SECOND INT64_C(1000000000)

static struct schedule begun(uint32_t num, uint32_t den)
{
    struct schedule schedule;
    schedule_init(&schedule, num, den);
    schedule.due_ns = START;
    return schedule;
}

static void deadlines_do_not_drift(void **state)
{
    static const uint32_t rates[][2] = { { 30000, 1001 }, { 60, 1 },     { 24000, 1001 },
                                         { 7, 3 },        { 999983, 1 }, { 1, 1000 } };
    (void)state;
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        struct schedule schedule = begun(rates[r][0], rates[r][1]);
        for (uint32_t frame = 0; frame < rates[r][0] * 5; frame++)
            schedule_advance(&schedule);
        assert_int_equal(schedule.due_ns - START, 5 * SECOND * rates[r][1]);
    }
}

static void neighbours_are_a_period_apart(void **state)
{
    struct schedule schedule = begun(30000, 1001);
    (void)state;
    for (int frame = 0; frame < 1000; frame++) {
        const int64_t before = schedule.due_ns;
        schedule_advance(&schedule);
        assert_in_range(schedule.due_ns - before, 33366666, 33366667);
    }
}

static void frame_is_missed_when_the_next_one_is_due(void **state)
{
    const struct schedule schedule = begun(100, 1);
    (void)state;
    assert_int_equal(schedule_missed(&schedule, START - SECOND), 0);
    assert_int_equal(schedule_missed(&schedule, START), 0);
    assert_int_equal(schedule_missed(&schedule, START + 9999999), 0);
    assert_int_equal(schedule_missed(&schedule, START + 10000001), 1);
    assert_int_equal(schedule_missed(&schedule, START + SECOND), 99);
}

static void unpaced_frames_are_due_at_once_and_never_missed(void **state)
{
    struct schedule schedule;
    (void)state;
    schedule_init(&schedule, 0, 1);
    assert_true(schedule_wait(&schedule, 0));
    schedule_advance(&schedule);
    assert_true(schedule_wait(&schedule, 0));
    assert_int_equal(schedule_missed(&schedule, INT64_MAX), 0);
    schedule_init(&schedule, 30, 0); // the rate is unknown
    assert_true(schedule_wait(&schedule, 0));
    assert_int_equal(schedule_missed(&schedule, INT64_MAX), 0);
}

static void wait_ends_at_its_time_limit(void **state)
{
    struct schedule schedule;
    (void)state;
    schedule_init(&schedule, 1, 3600);
    assert_true(schedule_wait(&schedule, 0)); // the first frame is due at once
    schedule_advance(&schedule);
    assert_false(schedule_wait(&schedule, 1));
    assert_int_equal(schedule.due_ns - schedule.frame_ns, 3600 * SECOND);
}

/** A schedule whose second frame is due, `late_ns` ago. */
static struct schedule late_by(int64_t late_ns)
{
    struct schedule schedule = begun(100, 1);
    schedule.due_ns = tri_now_ns() - late_ns - SECOND / 100;
    assert_true(schedule_wait(&schedule, 0));
    schedule_advance(&schedule);
    assert_true(schedule_wait(&schedule, 0));
    return schedule;
}

static void late_frames_are_skipped_on_the_timeline(void **state)
{
    struct schedule schedule = late_by(SECOND / 2);
    const int64_t due_ns = schedule.due_ns;
    const uint64_t missed = schedule_skip_missed(&schedule);
    (void)state;
    assert_true(missed >= 49);
    assert_int_equal(schedule.due_ns - due_ns, (int64_t)missed * (SECOND / 100));
    assert_int_equal(schedule.frame_ns, schedule.due_ns);
}

static void first_frame_skips_none(void **state)
{
    struct schedule schedule = begun(100, 1);
    (void)state;
    assert_true(schedule_wait(&schedule, 0));
    assert_int_equal(schedule_skip_missed(&schedule), 0);
}

static void postponed_frames_move_the_timeline(void **state)
{
    struct schedule schedule = late_by(SECOND / 2);
    const int64_t before_ns = tri_now_ns();
    (void)state;
    schedule_postpone(&schedule);
    assert_true(schedule.due_ns >= before_ns);
    assert_int_equal(schedule_missed(&schedule, schedule.due_ns + 1), 0);
}

static void delayed_frames_keep_their_order(void **state)
{
    struct schedule schedule = begun(100, 1);
    (void)state;
    schedule.delay_ns = 5 * SECOND; // of one frame only: the next one is due before it
    assert_true(schedule_wait(&schedule, 0));
    assert_int_equal(schedule.frame_ns, START + 5 * SECOND);
    schedule_advance(&schedule);
    assert_true(schedule_wait(&schedule, 0));
    assert_int_equal(schedule.frame_ns, START + 5 * SECOND + 1);
    assert_int_equal(schedule.due_ns, START + SECOND / 100);
}

static void missing_source_is_retried_with_longer_pauses(void **state)
{
    static const int64_t pauses_ms[] = { 400, 800, 1600, 3200, 5000, 5000 };
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    struct outage outage = { 0 };
    (void)state;
    outage_begin(&outage, &video, NULL, NULL);
    assert_int_equal(outage.retry_at_ns - outage.since_ns, SECOND / 5);
    for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
        const int64_t now = outage.retry_at_ns;
        assert_false(outage_is_retry_due(&outage, now - 1));
        assert_true(outage_is_retry_due(&outage, now));
        outage_back_off(&outage, now);
        assert_int_equal(outage.retry_at_ns - now, pauses_ms[i] * 1000000);
    }
    outage_end(&outage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_do_not_drift),
        cmocka_unit_test(neighbours_are_a_period_apart),
        cmocka_unit_test(frame_is_missed_when_the_next_one_is_due),
        cmocka_unit_test(unpaced_frames_are_due_at_once_and_never_missed),
        cmocka_unit_test(wait_ends_at_its_time_limit),
        cmocka_unit_test(late_frames_are_skipped_on_the_timeline),
        cmocka_unit_test(first_frame_skips_none),
        cmocka_unit_test(postponed_frames_move_the_timeline),
        cmocka_unit_test(delayed_frames_keep_their_order),
        cmocka_unit_test(missing_source_is_retried_with_longer_pauses),
    };
    return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
