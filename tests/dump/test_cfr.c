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
struct film {
    struct cfr cfr;
    struct cfr_step step;
};

static struct film film_at(uint32_t num, uint32_t den)
{
    return (struct film){ .cfr = { .num = num, .den = den } };
}

/** Takes a frame of that time and applies the decision. */
static struct cfr_step put(struct film *film, int64_t time_ns)
{
    film->step = cfr_decide(&film->cfr, time_ns);
    for (uint64_t i = 0; i < film->step.repeat; i++)
        cfr_repeated(&film->cfr);
    cfr_done(&film->cfr, &film->step, time_ns);
    return film->step;
}

static void put_steadily(struct film *film, int64_t num, int64_t den, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        put(film, START + i * SECOND * den / num);
}

static void assert_written(const struct film *film, uint64_t written, uint64_t filled,
                           uint64_t skipped)
{
    assert_int_equal(film->cfr.next, written);
    assert_int_equal(film->cfr.filled, filled);
    assert_int_equal(film->cfr.skipped, skipped);
}

static void frames_at_the_rate_are_each_written_once(void **state)
{
    (void)state;
    const int frames = 3 * 3600 * 30;
    struct film film = film_at(30000, 1001);
    put_steadily(&film, 30000, 1001, frames);
    assert_written(&film, frames, 0, 0);
}

static void double_rate_keeps_every_other_frame(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put_steadily(&film, 50, 1, 500);
    assert_written(&film, 251, 0, 249); // the last one, half a period late, is still written
}

static void half_rate_doubles_each_frame(void **state)
{
    (void)state;
    struct film film = film_at(50, 1);
    put_steadily(&film, 25, 1, 250);
    assert_written(&film, 499, 249, 0); // the last one lasts one period
}

static void sixty_a_second_become_twenty_five_within_half_a_period(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    for (int64_t i = 0; i < 6000; i++) {
        put(&film, START + i * SECOND / 60);
        const double due = (double)i * 25 / 60;
        assert_true((double)film.cfr.next - due > -0.01 && (double)film.cfr.next - due < 2);
    }
    assert_written(&film, 2501, 0, 3499);
}

static void frames_off_by_half_a_period_are_kept_once(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put(&film, START);
    for (int64_t i = 1; i < 1000; i++)
        put(&film, START + i * SECOND / 25 + (i % 2 ? 1 : -1) * SECOND / 50);
    assert_written(&film, 1000, 0, 0);
}

static void
a_camera_a_little_too_slow_has_one_frame_doubled_each_time_it_is_a_place_behind(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    for (int64_t i = 0; i < 10000; i++) // 0.1 % too slow, with times that vary by 5 ms
        put(&film, START + i * (SECOND / 25 + 40000) + i * 7 % 11 * SECOND / 2200);
    assert_int_equal(film.cfr.filled, 10);
    assert_int_equal(film.cfr.skipped, 0);
}

static void gap_is_filled_with_the_frame_before(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put(&film, START);
    const struct cfr_step step = put(&film, START + 4 * SECOND);
    assert_int_equal(step.repeat, 99);
    assert_true(step.take);
    assert_int_equal(step.cut_ns, 0);
    assert_written(&film, 101, 99, 0);
}

static void gap_of_an_hour_is_filled_for_ten_seconds(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put(&film, START);
    const struct cfr_step step = put(&film, START + 3600 * SECOND);
    assert_int_equal(step.repeat, 250);
    assert_true(step.take);
    // 250 periods after the first one would have ended 10.04 s after START
    assert_int_equal(step.cut_ns, 3600 * SECOND - 10 * SECOND - SECOND / 25);
    put(&film, START + 3600 * SECOND + SECOND / 25);
    assert_written(&film, 253, 250, 0);
}

static void time_far_in_the_past_restarts_the_timeline(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put_steadily(&film, 25, 1, 10);
    const struct cfr_step step = put(&film, START - 60 * SECOND);
    assert_true(step.take);
    assert_int_equal(step.repeat, 0);
    assert_true(step.cut_ns < 0);
    put(&film, START - 60 * SECOND + SECOND / 25);
    assert_written(&film, 12, 0, 0);
}

static void last_frame_is_repeated_after_a_second_of_silence(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    assert_int_equal(cfr_idle(&film.cfr, 60 * SECOND), 0); // nothing to repeat yet
    put(&film, START);
    assert_int_equal(cfr_idle(&film.cfr, SECOND), 0);
    assert_int_equal(cfr_idle(&film.cfr, 2 * SECOND), 25);
    for (int i = 0; i < 25; i++)
        cfr_repeated(&film.cfr);
    assert_int_equal(cfr_idle(&film.cfr, 2 * SECOND), 0);
    assert_int_equal(cfr_idle(&film.cfr, 3600 * SECOND), 225);
}

static void gap_filled_while_waiting_is_not_filled_again(void **state)
{
    (void)state;
    struct film film = film_at(25, 1);
    put(&film, START);
    for (int i = 0; i < 75; i++) // 4 s later, by wall-clock time
        cfr_repeated(&film.cfr);
    assert_false(put(&film, START + 2 * SECOND).take); // late: its period is taken
    put(&film, START + 4 * SECOND);
    assert_written(&film, 101, 99, 1);
}

static void one_frame_a_minute_is_written_at_the_rate(void **state)
{
    (void)state;
    struct film film = film_at(1, 60);
    for (int64_t i = 0; i < 100; i++)
        put(&film, START + i * 60 * SECOND + i % 3 * SECOND);
    assert_written(&film, 100, 0, 0);
}

static void every_frame_is_written_without_a_rate(void **state)
{
    (void)state;
    struct film film = { .cfr = { .num = 0 } };
    assert_true(put(&film, START).take);
    assert_true(put(&film, START).take);
    assert_int_equal(cfr_idle(&film.cfr, 3600 * SECOND), 0);
    assert_written(&film, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_at_the_rate_are_each_written_once),
        cmocka_unit_test(double_rate_keeps_every_other_frame),
        cmocka_unit_test(half_rate_doubles_each_frame),
        cmocka_unit_test(sixty_a_second_become_twenty_five_within_half_a_period),
        cmocka_unit_test(frames_off_by_half_a_period_are_kept_once),
        cmocka_unit_test(
            a_camera_a_little_too_slow_has_one_frame_doubled_each_time_it_is_a_place_behind),
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
