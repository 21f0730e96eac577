/* SPDX-License-Identifier: MIT */
/* Constant rate in triptych-dump: which frames are doubled, and which are skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cfr.h>

#define SECOND INT64_C(1000000000)
#define START  (INT64_C(123456) * SECOND) // of the clock: far from 0, as after days

/** An output file, and the decision on its newest frame. */
struct output {
    struct cfr cfr;
    struct cfr_step step;
};

static struct output output_at(uint32_t num, uint32_t den)
{
    return (struct output){ .cfr = { .num = num, .den = den } };
}

/** Takes a frame of that time and applies the decision. */
static struct cfr_step put(struct output *output, int64_t time_ns)
{
    output->step = cfr_decide(&output->cfr, time_ns);
    for (uint64_t i = 0; i < output->step.repeat; i++)
        cfr_repeated(&output->cfr);
    cfr_done(&output->cfr, &output->step, time_ns);
    return output->step;
}

static void put_steadily(struct output *output, int64_t num, int64_t den, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        put(output, START + i * SECOND * den / num);
}

static void assert_written(const struct output *output, uint64_t written, uint64_t filled,
                           uint64_t skipped)
{
    assert_int_equal(output->cfr.next, written);
    assert_int_equal(output->cfr.filled, filled);
    assert_int_equal(output->cfr.skipped, skipped);
}

static void frames_at_the_rate_are_each_written_once(void **state)
{
    (void)state;
    const int frames = 3 * 3600 * 30;
    struct output output = output_at(30000, 1001);
    put_steadily(&output, 30000, 1001, frames);
    assert_written(&output, frames, 0, 0);
}

static void double_rate_keeps_every_other_frame(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put_steadily(&output, 50, 1, 500);
    assert_written(&output, 251, 0, 249); // the last one, half a period late, is still written
}

static void half_rate_doubles_each_frame(void **state)
{
    (void)state;
    struct output output = output_at(50, 1);
    put_steadily(&output, 25, 1, 250);
    assert_written(&output, 499, 249, 0); // the last one lasts one period
}

static void sixty_a_second_become_twenty_five_within_half_a_period(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    for (int64_t i = 0; i < 6000; i++) {
        put(&output, START + i * SECOND / 60);
        const double due = (double)i * 25 / 60;
        assert_true((double)output.cfr.next - due > -0.01 && (double)output.cfr.next - due < 2);
    }
    assert_written(&output, 2501, 0, 3499);
}

static void frames_off_by_half_a_period_are_kept_once(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put(&output, START);
    for (int64_t i = 1; i < 1000; i++)
        put(&output, START + i * SECOND / 25 + (i % 2 ? 1 : -1) * SECOND / 50);
    assert_written(&output, 1000, 0, 0);
}

static void slow_camera_has_a_frame_doubled_once_per_lost_period(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    for (int64_t i = 0; i < 10000; i++) // 0.1 % too slow, with times that vary by 5 ms
        put(&output, START + i * (SECOND / 25 + 40000) + i * 7 % 11 * SECOND / 2200);
    assert_int_equal(output.cfr.filled, 10);
    assert_int_equal(output.cfr.skipped, 0);
}

static void gap_is_filled_with_the_frame_before(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put(&output, START);
    const struct cfr_step step = put(&output, START + 4 * SECOND);
    assert_int_equal(step.repeat, 99);
    assert_true(step.take);
    assert_int_equal(step.cut_ns, 0);
    assert_written(&output, 101, 99, 0);
}

static void gap_of_an_hour_is_filled_for_ten_seconds(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put(&output, START);
    const struct cfr_step step = put(&output, START + 3600 * SECOND);
    assert_int_equal(step.repeat, 250);
    assert_true(step.take);
    // 250 periods after the first one would have ended 10.04 s after START
    assert_int_equal(step.cut_ns, 3600 * SECOND - 10 * SECOND - SECOND / 25);
    put(&output, START + 3600 * SECOND + SECOND / 25);
    assert_written(&output, 253, 250, 0);
}

static void time_far_in_the_past_restarts_the_timeline(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put_steadily(&output, 25, 1, 10);
    const struct cfr_step step = put(&output, START - 60 * SECOND);
    assert_true(step.take);
    assert_int_equal(step.repeat, 0);
    assert_true(step.cut_ns < 0);
    put(&output, START - 60 * SECOND + SECOND / 25);
    assert_written(&output, 12, 0, 0);
}

static void last_frame_is_repeated_after_a_second_of_silence(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    assert_int_equal(cfr_idle(&output.cfr, 60 * SECOND), 0); // nothing to repeat yet
    put(&output, START);
    assert_int_equal(cfr_idle(&output.cfr, SECOND), 0);
    assert_int_equal(cfr_idle(&output.cfr, 2 * SECOND), 25);
    for (int i = 0; i < 25; i++)
        cfr_repeated(&output.cfr);
    assert_int_equal(cfr_idle(&output.cfr, 2 * SECOND), 0);
    assert_int_equal(cfr_idle(&output.cfr, 3600 * SECOND), 225);
}

static void gap_filled_while_waiting_is_not_filled_again(void **state)
{
    (void)state;
    struct output output = output_at(25, 1);
    put(&output, START);
    for (int i = 0; i < 75; i++) // 4 s later, by wall-clock time
        cfr_repeated(&output.cfr);
    assert_false(put(&output, START + 2 * SECOND).take); // late: its period is taken
    put(&output, START + 4 * SECOND);
    assert_written(&output, 101, 99, 1);
}

static void one_frame_a_minute_is_written_at_the_rate(void **state)
{
    (void)state;
    struct output output = output_at(1, 60);
    for (int64_t i = 0; i < 100; i++)
        put(&output, START + i * 60 * SECOND + i % 3 * SECOND);
    assert_written(&output, 100, 0, 0);
}

static void every_frame_is_written_without_a_rate(void **state)
{
    (void)state;
    struct output output = { .cfr = { .num = 0 } };
    assert_true(put(&output, START).take);
    assert_true(put(&output, START).take);
    assert_int_equal(cfr_idle(&output.cfr, 3600 * SECOND), 0);
    assert_written(&output, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_at_the_rate_are_each_written_once),
        cmocka_unit_test(double_rate_keeps_every_other_frame),
        cmocka_unit_test(half_rate_doubles_each_frame),
        cmocka_unit_test(sixty_a_second_become_twenty_five_within_half_a_period),
        cmocka_unit_test(frames_off_by_half_a_period_are_kept_once),
        cmocka_unit_test(slow_camera_has_a_frame_doubled_once_per_lost_period),
        cmocka_unit_test(gap_is_filled_with_the_frame_before),
        cmocka_unit_test(gap_of_an_hour_is_filled_for_ten_seconds),
        cmocka_unit_test(time_far_in_the_past_restarts_the_timeline),
        cmocka_unit_test(last_frame_is_repeated_after_a_second_of_silence),
        cmocka_unit_test(gap_filled_while_waiting_is_not_filled_again),
        cmocka_unit_test(one_frame_a_minute_is_written_at_the_rate),
        cmocka_unit_test(every_frame_is_written_without_a_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
