/* SPDX-License-Identifier: MIT */
/* Percentiles without keeping the samples. */
#include "program/time_histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void percentiles_are_within_the_stated_error(void **state)
{
    (void)state;
    struct time_histogram *histogram = calloc(1, sizeof(*histogram));
    assert_int_equal(time_histogram_percentile(histogram, 50), 0);
    for (uint64_t value = 1; value < 1ull << 62; value += value / 4 + 1) {
        memset(histogram, 0, sizeof(*histogram));
        time_histogram_add(histogram, 0);
        time_histogram_add(histogram, (int64_t)value);
        time_histogram_add(histogram, INT64_MAX);
        const uint64_t middle = time_histogram_percentile(histogram, 50);
        const uint64_t off = middle > value ? middle - value : value - middle;
        assert_true(off <= value / 256);
        assert_int_equal(time_histogram_percentile(histogram, 100), INT64_MAX);
    }
    memset(histogram, 0, sizeof(*histogram));
    for (int value = 1; value <= 100; value++)
        time_histogram_add(histogram, value);
    assert_int_equal(time_histogram_percentile(histogram, 0), 1);
    assert_int_equal(time_histogram_percentile(histogram, 50), 50);
    assert_int_equal(time_histogram_percentile(histogram, 99), 99);
    assert_true(time_histogram_mean(histogram) > 50.4 && time_histogram_mean(histogram) < 50.6);
    time_histogram_add(histogram, -5);
    assert_int_equal(histogram->min, 0);
    free(histogram);
}

static int by_size(const void *a, const void *b)
{
    const int64_t first = *(const int64_t *)a;
    const int64_t second = *(const int64_t *)b;
    return (first > second) - (first < second);
}

/* Distributed as intervals and ages: most near a value, some far above it. */
static void percentiles_of_many_samples_are_those_of_the_sorted_samples(void **state)
{
    (void)state;
    enum { SAMPLES = 20000 };
    struct time_histogram *histogram = calloc(1, sizeof(*histogram));
    int64_t *sample = calloc(SAMPLES, sizeof(*sample));
    uint64_t random = 1;
    for (size_t i = 0; i < SAMPLES; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        sample[i] =
            16000000 + (int64_t)(random >> 44) + (i % 50 == 0 ? (int64_t)(random >> 36) : 0);
        time_histogram_add(histogram, sample[i]);
    }
    qsort(sample, SAMPLES, sizeof(*sample), by_size);
    static const double percents[] = { 0.1, 1, 25, 50, 90, 95, 99, 99.9, 100 };
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        const size_t rank = (size_t)(percents[i] / 100 * SAMPLES + 0.5);
        const int64_t exact = sample[rank - 1];
        const int64_t estimate = (int64_t)time_histogram_percentile(histogram, percents[i]);
        assert_true(llabs(estimate - exact) <= exact / 256);
    }
    free(sample);
    free(histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_within_the_stated_error),
        cmocka_unit_test(percentiles_of_many_samples_are_those_of_the_sorted_samples),
    };
    return cmocka_run_group_tests_name("time_histogram", tests, NULL, NULL);
}
