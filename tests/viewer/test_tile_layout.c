/* SPDX-License-Identifier: MIT */
/* Where triptych-display puts the tiles of several streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <model/tile_layout.h>

#define MOST 16

static const double wide[MOST] = { 16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9,
                                   16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9,
                                   16.0 / 9, 16.0 / 9, 16.0 / 9, 16.0 / 9 };
static const double tall[MOST] = { 9.0 / 16, 9.0 / 16, 9.0 / 16, 9.0 / 16 };
static const struct view_area screen = { 0, 0, 1280, 720 };

static void assert_cell(struct view_area cell, int x, int y, int w, int h)
{
    assert_int_equal(cell.x, x);
    assert_int_equal(cell.y, y);
    assert_int_equal(cell.w, w);
    assert_int_equal(cell.h, h);
}

static void one_stream_has_the_whole_area(void **state)
{
    struct view_area cell;
    const struct view_area area = { 10, 20, 641, 359 };
    (void)state;
    tile_layout_cells(&area, tall, 1, 4, &cell);
    assert_cell(cell, 10, 20, 641, 359);
}

static void two_wide_images_form_a_row_or_a_column_by_the_window(void **state)
{
    struct view_area cells[2];
    const struct view_area column = { 0, 0, 720, 1280 };
    (void)state;
    tile_layout_cells(&(struct view_area){ 0, 0, 1600, 450 }, wide, 2, 0, cells);
    assert_cell(cells[0], 0, 0, 800, 450);
    assert_cell(cells[1], 800, 0, 800, 450);
    tile_layout_cells(&column, wide, 2, 0, cells);
    assert_cell(cells[0], 0, 0, 720, 640);
    assert_cell(cells[1], 0, 640, 720, 640);
}

static void tall_images_are_placed_side_by_side(void **state)
{
    struct view_area cells[4];
    (void)state;
    tile_layout_cells(&screen, tall, 4, 0, cells);
    for (int i = 0; i < 4; i++)
        assert_cell(cells[i], 320 * i, 0, 320, 720);
    tile_layout_cells(&screen, wide, 4, 0, cells);
    for (int i = 0; i < 4; i++)
        assert_cell(cells[i], 640 * (i % 2), 360 * (i / 2), 640, 360);
}

static void incomplete_last_row_is_centred(void **state)
{
    struct view_area cells[5];
    (void)state;
    tile_layout_cells(&(struct view_area){ 0, 0, 1200, 450 }, wide, 5, 0, cells);
    assert_cell(cells[2], 800, 0, 400, 225);
    assert_cell(cells[3], 200, 225, 400, 225);
    assert_cell(cells[4], 600, 225, 400, 225);
}

static void tiles_fill_the_area_between_them_and_do_not_overlap(void **state)
{
    (void)state;
    for (unsigned count = 1; count <= MOST; count++) {
        for (int w = 300; w < 320; w++) {
            const struct view_area area = { 3, 5, w, 211 };
            struct view_area cells[MOST];
            int right = 0;
            int bottom = 0;

            tile_layout_cells(&area, wide, count, 2, cells);
            for (unsigned i = 0; i < count; i++) {
                assert_true(cells[i].x >= area.x && cells[i].y >= area.y);
                assert_true(cells[i].x + cells[i].w <= area.x + area.w);
                assert_true(cells[i].y + cells[i].h <= area.y + area.h);
                if (i > 0 && cells[i].y == cells[i - 1].y)
                    assert_int_equal(cells[i].x, cells[i - 1].x + cells[i - 1].w + 2);
                right = cells[i].x + cells[i].w > right ? cells[i].x + cells[i].w : right;
                bottom = cells[i].y + cells[i].h;
            }
            assert_int_equal(right, area.x + area.w);
            assert_int_equal(bottom, area.y + area.h);
        }
    }
}

static void window_that_grows_by_a_pixel_keeps_the_order_of_its_tiles(void **state)
{
    int changes = 0;
    int before = 0;
    (void)state;
    for (int w = 200; w < 2000; w++) {
        struct view_area cells[6];
        tile_layout_cells(&(struct view_area){ 0, 0, w, 500 }, wide, 6, 2, cells);
        int columns = 1;
        while (columns < 6 && cells[columns].y == cells[0].y)
            columns++;
        changes += columns != before;
        before = columns;
    }
    assert_in_range(changes, 2, 6); // columns only increase, without oscillation
}

static void small_area_has_a_pixel_for_each_tile(void **state)
{
    struct view_area cells[MOST];
    (void)state;
    tile_layout_cells(&(struct view_area){ 0, 0, 3, 3 }, wide, MOST, 2, cells);
    for (unsigned i = 0; i < MOST; i++) {
        assert_true(cells[i].w >= 1);
        assert_true(cells[i].h >= 1);
    }
}

static void point_on_an_edge_belongs_to_its_tile(void **state)
{
    const struct view_area area = { 10, 20, 30, 40 };
    (void)state;
    assert_true(view_area_has(&area, 10, 20));
    assert_true(view_area_has(&area, 39.9, 59.9));
    assert_false(view_area_has(&area, 40, 30));
    assert_false(view_area_has(&area, 9.9, 30));
    assert_false(view_area_has(&(struct view_area){ 0 }, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_stream_has_the_whole_area),
        cmocka_unit_test(two_wide_images_form_a_row_or_a_column_by_the_window),
        cmocka_unit_test(tall_images_are_placed_side_by_side),
        cmocka_unit_test(incomplete_last_row_is_centred),
        cmocka_unit_test(tiles_fill_the_area_between_them_and_do_not_overlap),
        cmocka_unit_test(window_that_grows_by_a_pixel_keeps_the_order_of_its_tiles),
        cmocka_unit_test(small_area_has_a_pixel_for_each_tile),
        cmocka_unit_test(point_on_an_edge_belongs_to_its_tile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
