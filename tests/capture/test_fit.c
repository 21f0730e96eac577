/* SPDX-License-Identifier: MIT */
/* A picture of another shape is distorted, gets borders or is cut, in the middle. */
#include "fit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct tri_video hd = { .fourcc = TRI_FOURCC_NV12, .width = 1920, .height = 1080 };
static const struct tri_video square = { .width = 500, .height = 500 };

static void whole_picture_is_stretched(void **state)
{
    (void)state;
    const struct stream_edit edit = { .flip = FLIP_NONE };
    struct picture_edit pixels = fit_source(&edit, &square, &hd);
    assert_false(fit_target(&edit, &square, &hd, &pixels).bordered);
    assert_int_equal(pixels.crop_width, 0);
    assert_int_equal(pixels.width, 500);
    assert_int_equal(pixels.height, 500);
}

static void borders_are_equal_and_between_shared_samples(void **state)
{
    (void)state;
    const struct stream_edit edit = { .flip = FLIP_NONE, .fit = FIT_PAD };
    struct picture_edit pixels = fit_source(&edit, &square, &hd);
    const struct fit_place place = fit_target(&edit, &square, &hd, &pixels);
    assert_true(place.bordered);
    assert_int_equal(pixels.width, 500);
    assert_int_equal(pixels.height, 282); // 281.25, and rows share chroma in pairs
    assert_int_equal(place.x, 0);
    assert_int_equal(place.y, 108); // not 109
}

static void turned_picture_gets_borders_at_its_sides(void **state)
{
    (void)state;
    const struct stream_edit edit = { .flip = FLIP_NONE, .fit = FIT_PAD, .rotate = 1 };
    struct picture_edit pixels = fit_source(&edit, &square, &hd);
    const struct fit_place place = fit_target(&edit, &square, &hd, &pixels);
    assert_int_equal(pixels.width, 282);
    assert_int_equal(pixels.height, 500);
    assert_int_equal(place.x, 108);
    assert_int_equal(place.y, 0);
}

static void middle_is_cut_out_of_the_crop(void **state)
{
    (void)state;
    struct stream_edit edit = { .flip = FLIP_NONE, .fit = FIT_CROP };
    struct picture_edit pixels = fit_source(&edit, &square, &hd);
    assert_int_equal(pixels.crop_width, 1080);
    assert_int_equal(pixels.crop_height, 1080);
    assert_int_equal(pixels.crop_x, 420);
    edit.crop_size = (struct cli_size){ 100, 200 };
    edit.crop_x = 10;
    edit.crop_y = 20;
    pixels = fit_source(&edit, &square, &hd);
    assert_int_equal(pixels.crop_width, 100);
    assert_int_equal(pixels.crop_height, 100);
    assert_int_equal(pixels.crop_x, 10);
    assert_int_equal(pixels.crop_y, 70);
}

static void extreme_shapes_keep_a_picture(void **state)
{
    (void)state;
    const struct stream_edit edit = { .flip = FLIP_NONE, .fit = FIT_PAD };
    const struct tri_video thin = { .width = 1, .height = 16384 };
    struct picture_edit pixels = fit_source(&edit, &thin, &hd);
    const struct fit_place place = fit_target(&edit, &thin, &hd, &pixels);
    assert_int_equal(pixels.width, 1);
    assert_in_range(pixels.height, 1, 2);
    assert_in_range(place.y, 8180, 8192);
}

static void flip_after_a_turn_is_a_mirror_before_the_opposite_turn(void **state)
{
    (void)state;
    const struct tri_video any = { 0 };
    for (int turn = 0; turn < 4; turn++) {
        struct stream_edit edit = { .flip = FLIP_HORIZONTAL, .rotate = turn };
        assert_int_equal(fit_source(&edit, &any, &hd).quarters, (4 - turn) % 4);
        edit.flip = FLIP_VERTICAL;
        assert_int_equal(fit_source(&edit, &any, &hd).quarters, (6 - turn) % 4);
        assert_true(fit_source(&edit, &any, &hd).mirror);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_picture_is_stretched),
        cmocka_unit_test(borders_are_equal_and_between_shared_samples),
        cmocka_unit_test(turned_picture_gets_borders_at_its_sides),
        cmocka_unit_test(middle_is_cut_out_of_the_crop),
        cmocka_unit_test(extreme_shapes_keep_a_picture),
        cmocka_unit_test(flip_after_a_turn_is_a_mirror_before_the_opposite_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
