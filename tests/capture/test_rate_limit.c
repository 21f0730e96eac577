/* SPDX-License-Identifier: MIT */
/* Frames above a rate are left out evenly, by their capture times. */
#include "rate_limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)

/* Number of frames taken of one second at `fps`, each off by up to `jitter_ns`. */
static unsigned taken(struct rate_limit *limit, int64_t from_ns, int64_t fps, int64_t jitter_ns)
{
    unsigned count = 0;
    for (int64_t i = 0; i < fps; i++) {
        const int64_t off_ns = i % 2 ? jitter_ns : -jitter_ns;
        count += rate_limit_takes(limit, from_ns + i * SECOND / fps + off_ns, 0);
    }
    return count;
}

static void rate_without_limit_takes_every_frame(void **state)
{
    (void)state;
    struct rate_limit limit = rate_limit_of(0, 0);
    assert_int_equal(taken(&limit, SECOND, 60, 0), 60);
}

static void rate_is_kept_for_every_ratio(void **state)
{
    (void)state;
    for (uint32_t num = 1; num <= 120; num++) {
        struct rate_limit limit = rate_limit_of(num, 1);
        unsigned count = 0;
        for (int s = 1; s <= 10; s++)
            count += taken(&limit, s * SECOND, 60, 0);
        const unsigned wanted = 10 * (num < 60 ? num : 60);
        assert_in_range(count, wanted - 1, wanted + 1);
    }
}

static void half_the_rate_is_every_second_frame_in_spite_of_jitter(void **state)
{
    (void)state;
    struct rate_limit limit = rate_limit_of(30, 1);
    for (int64_t i = 0; i < 600; i++) {
        const int64_t off_ns = i * 7919 % (3 * MS);
        assert_int_equal(rate_limit_takes(&limit, SECOND + i * SECOND / 60 + off_ns, 0),
                         i % 2 == 0);
    }
}

static void gap_is_not_made_up_for(void **state)
{
    (void)state;
    struct rate_limit limit = rate_limit_of(10, 1);
    assert_int_equal(taken(&limit, SECOND, 60, 0), 10);
    assert_int_equal(taken(&limit, 100 * SECOND, 60, 0), 10);
    assert_int_equal(taken(&limit, 50 * SECOND, 60, 0), 10); // the clock of another writer
}

static void first_frame_with_or_without_signal_is_taken(void **state)
{
    (void)state;
    struct rate_limit limit = rate_limit_of(1, 1);
    assert_true(rate_limit_takes(&limit, SECOND, 0));
    assert_false(rate_limit_takes(&limit, SECOND + 100 * MS, 0));
    assert_true(rate_limit_takes(&limit, SECOND + 200 * MS, TRI_FRAME_NO_SIGNAL));
    assert_false(rate_limit_takes(&limit, SECOND + 300 * MS, TRI_FRAME_NO_SIGNAL));
    assert_true(rate_limit_takes(&limit, SECOND + 400 * MS, 0));
}

static void result_has_the_lower_rate(void **state)
{
    (void)state;
    const struct rate_limit limit = rate_limit_of(30, 1);
    struct tri_video video = { .fps_num = 60, .fps_den = 1 };
    rate_limit_describe(&limit, &video);
    assert_int_equal(video.fps_num, 30);
    video.fps_num = 25;
    rate_limit_describe(&limit, &video);
    assert_int_equal(video.fps_num, 25);
    video.fps_num = video.fps_den = 0;
    rate_limit_describe(&limit, &video);
    assert_int_equal(video.fps_num, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate_without_limit_takes_every_frame),
        cmocka_unit_test(rate_is_kept_for_every_ratio),
        cmocka_unit_test(half_the_rate_is_every_second_frame_in_spite_of_jitter),
        cmocka_unit_test(gap_is_not_made_up_for),
        cmocka_unit_test(first_frame_with_or_without_signal_is_taken),
        cmocka_unit_test(result_has_the_lower_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
