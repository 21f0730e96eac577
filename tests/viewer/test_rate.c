/* SPDX-License-Identifier: MIT */
/* Rates in triptych-display: FPS of the window, UPS of the writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <model/rate.h>

#define SECOND INT64_C(1000000000)

/** `count` events `apart_ns` apart, the first at `from_ns`, and numbered from 1. */
static struct rate events(int64_t from_ns, int64_t apart_ns, uint64_t count)
{
    struct rate rate = { 0 };
    for (uint64_t i = 0; i < count; i++)
        rate_note(&rate, from_ns + (int64_t)i * apart_ns, i + 1);
    return rate;
}

static void steady_rate_is_measured_exactly(void **state)
{
    (void)state;
    const int64_t apart = SECOND / 60;
    const struct rate rate = events(SECOND, apart, 600);
    assert_float_equal(rate_get(&rate, SECOND + 599 * apart), 60.0, 0.001);
}

static void rate_below_one_a_second_is_measured(void **state)
{
    (void)state;
    const struct rate rate = events(SECOND, 4 * SECOND, 5);
    assert_float_equal(rate_get(&rate, 17 * SECOND), 0.25, 0.001);
}

static void rate_above_a_thousand_is_measured(void **state)
{
    (void)state;
    const struct rate rate = events(0, 100000, 30000);
    assert_float_equal(rate_get(&rate, 3 * SECOND), 10000, 1);
}

static void new_rate_is_measured_after_two_seconds(void **state)
{
    (void)state;
    struct rate rate = events(0, SECOND / 100, 300);
    for (uint64_t i = 1; i <= 40; i++)
        rate_note(&rate, 299 * SECOND / 100 + (int64_t)i * SECOND / 20, 300 + i);
    assert_float_equal(rate_get(&rate, 5 * SECOND), 20, 0.001);
}

static void silence_has_a_rate_of_zero(void **state)
{
    (void)state;
    const struct rate rate = events(0, SECOND / 60, 600);
    assert_float_equal(rate_get(&rate, 13 * SECOND), 0, 0);
}

static void single_event_has_no_rate(void **state)
{
    (void)state;
    assert_float_equal(rate_get(&(struct rate){ 0 }, SECOND), 0, 0);
    const struct rate rate = events(SECOND, 1, 1);
    assert_float_equal(rate_get(&rate, SECOND), 0, 0);
}

static void events_missed_count(void **state)
{
    (void)state;
    struct rate rate = { 0 };
    for (uint64_t i = 1; i <= 60; i++)
        rate_note(&rate, (int64_t)i * SECOND / 30, 2 * i); // reads every other one
    assert_float_equal(rate_get(&rate, 2 * SECOND), 60, 0.001);
}

static void new_count_restarts_the_rate(void **state)
{
    (void)state;
    struct rate rate = events(0, SECOND / 60, 600);
    rate_note(&rate, 11 * SECOND, 1);
    assert_float_equal(rate_get(&rate, 11 * SECOND), 0, 0);
    rate_note(&rate, 12 * SECOND, 11);
    assert_float_equal(rate_get(&rate, 12 * SECOND), 10, 0.001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_rate_is_measured_exactly),
        cmocka_unit_test(rate_below_one_a_second_is_measured),
        cmocka_unit_test(rate_above_a_thousand_is_measured),
        cmocka_unit_test(new_rate_is_measured_after_two_seconds),
        cmocka_unit_test(silence_has_a_rate_of_zero),
        cmocka_unit_test(single_event_has_no_rate),
        cmocka_unit_test(events_missed_count),
        cmocka_unit_test(new_count_restarts_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
