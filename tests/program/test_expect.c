/* SPDX-License-Identifier: MIT */
/* Expectations of a run: judged from frames with known times, with messages that suggest a fix. */
#include "program/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

static struct stats stats; // its histograms are large

/* 101 frames, one every 20 ms but the last after 35, each 3 ms old when seen; then an end. */
static int run(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    for (int64_t i = 0; i <= 100; i++) {
        const int64_t at = 1000 * MS + i * 20 * MS + (i == 100 ? 15 * MS : 0);
        const struct tri_frame_info info = { .capture_ns = at - 1 * MS, .publish_ns = at };
        stats_frame(&stats, &info, 1, at + 2 * MS);
    }
    stats_reader(&stats, &(struct tri_reader_stats){
                             .dropped_driver = 1, .dropped_writer = 2, .skipped = 3 });
    stats_end(&stats, stats.seen_ns + 19 * MS);
    return 0;
}

/* The only verdict on `expect`. */
static struct expect_verdict judged(struct expect expect)
{
    struct expect_verdict verdicts[EXPECT_MAX];
    assert_true(expect_something(&expect));
    assert_int_equal(expect_judge(&expect, &stats, verdicts), 1);
    return verdicts[0];
}

static struct expect_verdict rate(uint32_t fps, double tolerance)
{
    struct expect expect = expect_nothing();
    expect.fps = (struct cli_rate){ fps, 1 };
    expect.tolerance = tolerance;
    return judged(expect);
}

static void rate_may_be_missed_by_its_tolerance(void **state)
{
    (void)state;
    assert_true(rate(50, 1).met); // 100 intervals in 2.015 s
    assert_false(rate(50, 0.5).met);
    assert_string_equal(rate(60, 5).text, "49.63 frames per second, 17.29 % less than the 60 "
                                          "expected; tolerance 5 %");
    assert_string_equal(rate(30, 5).text, "49.63 frames per second, 65.43 % more than the 30 "
                                          "expected; tolerance 5 %");
}

static void silence_at_the_end_counts(void **state)
{
    (void)state;
    stats_end(&stats, stats.seen_ns + 1985 * MS);
    assert_true(rate(25, 0.1).met);
}

static void drops_are_summed_and_reported_by_cause(void **state)
{
    (void)state;
    struct expect expect = expect_nothing();
    expect.max_drops = 6;
    assert_true(judged(expect).met);
    expect.max_drops = 5;
    assert_false(judged(expect).met);
    assert_string_equal(judged(expect).text, "6 frames lost (1 driver + 2 writer + 3 reader), "
                                             "1 more than the 5 allowed");
}

static void stall_is_measured_by_the_rate_of_the_stream(void **state)
{
    (void)state;
    struct expect expect = expect_nothing();
    expect.max_stalls = 1;
    assert_false(judged(expect).met); // the stream has none
    stats.video.fps_num = stats.video.fps_den = 1;
    stats.captures = (struct capture_timing){ .stalls = 1, .stall_sum_ns = 300 * MS };
    assert_true(judged(expect).met);
    expect.max_stalls = 0;
    assert_false(judged(expect).met);
    assert_string_equal(judged(expect).text,
                        "1 stalls, 300.000 ms in total, 1 more than the 0 allowed");
}

static void jitter_is_the_excess_over_the_median_interval(void **state)
{
    (void)state;
    struct expect expect = expect_nothing();
    expect.max_jitter_p99 = 0; // all but one interval of a hundred are the same
    assert_true(judged(expect).met);
    expect = expect_nothing();
    expect.max_jitter_p95 = 0;
    assert_true(judged(expect).met);
    assert_string_equal(judged(expect).option, "--max-jitter-p95");
}

static void age_limit_of_zero_is_met_by_no_frame(void **state)
{
    (void)state;
    struct expect expect = expect_nothing();
    expect.max_age_p95 = 3.1;
    assert_true(judged(expect).met);
    expect.max_age_p95 = 0;
    assert_false(judged(expect).met);
    assert_string_equal(judged(expect).option, "--max-age-p95");
    expect = expect_nothing();
    expect.max_age_p99 = 0;
    assert_false(judged(expect).met);
}

static void run_without_frames_meets_no_expectation(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    struct expect expect = expect_nothing();
    expect.max_drops = 0;
    assert_false(judged(expect).met);
    assert_string_equal(judged(expect).text, "no frame arrived");
}

static void run_without_expectations_is_not_judged(void **state)
{
    (void)state;
    struct expect_verdict verdicts[EXPECT_MAX];
    const struct expect expect = expect_nothing();
    assert_false(expect_something(&expect));
    assert_int_equal(expect_judge(&expect, &stats, verdicts), 0);
    assert_true(expect_print(verdicts, 0, NULL, NULL));
}

static void tap_has_a_plan_and_a_line_for_each(void **state)
{
    (void)state;
    const struct expect_verdict verdicts[] = {
        { .option = "--expect-fps", .met = true, .text = "as it should" },
        { .option = "--max-drops", .met = false, .text = "too many" },
    };
    char *text = NULL;
    size_t bytes = 0;
    FILE *tap = open_memstream(&text, &bytes);
    assert_non_null(tap);
    assert_false(expect_print(verdicts, 2, tap, NULL));
    assert_true(expect_print(verdicts, 1, tap, NULL));
    fclose(tap);
    assert_string_equal(text, "1..2\nok 1 - --expect-fps: as it should\n"
                              "not ok 2 - --max-drops: too many\n"
                              "1..1\nok 1 - --expect-fps: as it should\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rate_may_be_missed_by_its_tolerance, run),
        cmocka_unit_test_setup(silence_at_the_end_counts, run),
        cmocka_unit_test_setup(drops_are_summed_and_reported_by_cause, run),
        cmocka_unit_test_setup(stall_is_measured_by_the_rate_of_the_stream, run),
        cmocka_unit_test_setup(jitter_is_the_excess_over_the_median_interval, run),
        cmocka_unit_test_setup(age_limit_of_zero_is_met_by_no_frame, run),
        cmocka_unit_test(run_without_frames_meets_no_expectation),
        cmocka_unit_test_setup(run_without_expectations_is_not_judged, run),
        cmocka_unit_test(tap_has_a_plan_and_a_line_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
