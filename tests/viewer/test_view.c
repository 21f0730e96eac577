/* SPDX-License-Identifier: MIT */
/* Where triptych-display puts an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <model/view.h>

static const struct view_picture wide = { 640, 360, 0, 0 };
static const struct view_picture tall = { 360, 640, 0, 0 };
static const struct view_area square = { 0, 0, 640, 640 };

static void assert_rectangle(struct view_place place, double x, double y, double w, double h)
{
    assert_float_equal(place.x, x, 1e-6);
    assert_float_equal(place.y, y, 1e-6);
    assert_float_equal(place.w, w, 1e-6);
    assert_float_equal(place.h, h, 1e-6);
}

/** Where a point of the image (0 to 1, from its upper left corner) appears when SDL draws it. */
static void seen(const struct view_place *place, double u, double v, double *x, double *y)
{
    double dx = (place->hflip ? 1 - u : u) * place->w - place->w / 2;
    double dy = (place->vflip ? 1 - v : v) * place->h - place->h / 2;
    for (unsigned i = 0; i < place->turns; i++) {
        const double old = dx;
        dx = -dy;
        dy = old;
    }
    *x = place->x + place->w / 2 + dx;
    *y = place->y + place->h / 2 + dy;
}

static void assert_seen(struct view_place place, double u, double v, double x, double y)
{
    double at_x;
    double at_y;
    seen(&place, u, v, &at_x, &at_y);
    assert_float_equal(at_x, x, 1e-6);
    assert_float_equal(at_y, y, 1e-6);
}

static void wide_picture_has_bars_above_and_below(void **state)
{
    (void)state;
    assert_rectangle(view_place(&(struct view){ 0 }, &wide, &square), 0, 140, 640, 360);
}

static void tall_picture_has_bars_left_and_right(void **state)
{
    (void)state;
    assert_rectangle(view_place(&(struct view){ 0 }, &tall, &square), 140, 0, 360, 640);
}

static void area_off_the_origin_moves_the_picture_with_it(void **state)
{
    (void)state;
    const struct view_area tile = { 100, 50, 320, 320 };
    assert_rectangle(view_place(&(struct view){ 0 }, &wide, &tile), 100, 120, 320, 180);
}

static void filling_cuts_what_does_not_fit_evenly(void **state)
{
    (void)state;
    const struct view view = { .mode = VIEW_FILL };
    const struct view_place place = view_place(&view, &wide, &square);
    assert_float_equal(place.h, 640, 1e-6);
    assert_float_equal(place.w, 1138, 1e-6);
    assert_float_equal(place.x, -249, 1e-6);
}

static void one_to_one_is_placed_on_whole_pixels(void **state)
{
    (void)state;
    struct view view = { 0 };
    const struct view_picture odd = { 321, 241, 0, 0 };
    view_set_scale(&view, 1);
    const struct view_place place = view_place(&view, &odd, &square);
    assert_rectangle(place, 159, 199, 321, 241);
    assert_float_equal(place.scale, 1, 1e-9);
}

static void image_of_one_pixel_is_visible(void **state)
{
    (void)state;
    struct view view = { 0 };
    const struct view_picture dot = { 1, 1, 0, 0 };
    view_set_scale(&view, VIEW_SCALE_MIN);
    const struct view_place place = view_place(&view, &dot, &square);
    assert_float_equal(place.w, 1, 1e-6);
    assert_float_equal(place.h, 1, 1e-6);
}

static void quarter_turn_moves_the_top_left_to_the_top_right(void **state)
{
    (void)state;
    struct view view = { 0 };
    view_turn(&view, 1);
    // It is 360 wide and 640 high in the middle of the square.
    assert_seen(view_place(&view, &wide, &square), 0, 0, 500, 0);
    assert_seen(view_place(&view, &wide, &square), 1, 0, 500, 640);
}

static void turned_odd_picture_is_placed_on_whole_pixels(void **state)
{
    (void)state;
    struct view view = { .mode = VIEW_SCALE, .scale = 1, .turns = 1 };
    const struct view_picture odd = { 320, 241, 0, 0 };
    double x;
    double y;
    const struct view_place place = view_place(&view, &odd, &square);
    seen(&place, 0, 1, &x, &y); // its lower left corner is the upper left one on the screen
    assert_float_equal(x, floor(x), 1e-6);
    assert_float_equal(y, floor(y), 1e-6);
}

static void rotation_of_the_frame_adds_to_the_viewers(void **state)
{
    (void)state;
    const struct view view = { .turns = 3 };
    const struct view_picture aside = { 640, 360, 3, 0 };
    assert_int_equal(view_place(&view, &aside, &square).turns, 2);
}

static void mirroring_is_left_and_right_on_the_screen_however_turned(void **state)
{
    (void)state;
    for (unsigned turns = 0; turns < 4; turns++) {
        const struct view plain = { .turns = turns };
        const struct view mirrored = { .turns = turns, .hflip = true };
        const struct view_place place = view_place(&plain, &wide, &square);
        double x;
        double y;
        seen(&place, 0.1, 0.2, &x, &y);
        assert_seen(view_place(&mirrored, &wide, &square), 0.1, 0.2, 640 - x, y);
    }
}

static void turning_goes_clockwise_on_the_screen_however_mirrored(void **state)
{
    (void)state;
    for (unsigned flips = 0; flips < 4; flips++) {
        struct view view = { .hflip = flips & 1, .vflip = flips & 2 };
        const struct view_place before = view_place(&view, &wide, &square);
        double x;
        double y;
        seen(&before, 0.1, 0.2, &x, &y);
        view_turn(&view, 1);
        assert_seen(view_place(&view, &wide, &square), 0.1, 0.2, 640 - y, x);
    }
}

static void four_rotations_are_the_identity(void **state)
{
    (void)state;
    struct view view = { .hflip = true };
    for (int i = 0; i < 4; i++)
        view_turn(&view, 1);
    assert_int_equal(view.turns, 0);
}

static void zooming_keeps_the_point_under_the_pointer(void **state)
{
    (void)state;
    struct view view = { .mode = VIEW_FILL };
    const struct view_place before = view_place(&view, &wide, &square);
    const double u = (200 - before.x) / before.w;
    const double v = (300 - before.y) / before.h;
    view_zoom(&view, &wide, &square, 3, 200, 300);
    double x;
    double y;
    const struct view_place after = view_place(&view, &wide, &square);
    seen(&after, u, v, &x, &y);
    assert_true(fabs(x - 200) <= 1.5 && fabs(y - 300) <= 1.5); // whole pixels
    assert_float_equal(after.scale, before.scale * 3, 1e-9);
}

static void zoom_is_bounded(void **state)
{
    (void)state;
    struct view view = { 0 };
    for (int i = 0; i < 100; i++)
        view_zoom(&view, &wide, &square, 2, 0, 0);
    assert_float_equal(view.scale, VIEW_SCALE_MAX, 1e-9);
    for (int i = 0; i < 100; i++)
        view_zoom(&view, &wide, &square, 0.5, 0, 0);
    assert_float_equal(view.scale, VIEW_SCALE_MIN, 1e-9);
}

static void dragging_stops_at_the_edge(void **state)
{
    (void)state;
    struct view view = { 0 };
    view_set_scale(&view, 2);
    view_drag(&view, &wide, &square, 1e6, -1e6);
    // Twice 640x360 in 640x640: the left edge is reached, and the lower one.
    assert_rectangle(view_place(&view, &wide, &square), 0, -80, 1280, 720);
}

static void picture_that_fits_stays_in_the_middle(void **state)
{
    (void)state;
    struct view view = { 0 };
    view_drag(&view, &wide, &square, 100, 100);
    assert_rectangle(view_place(&view, &wide, &square), 0, 140, 640, 360);
}

/** All views of an image: rotated, mirrored, zoomed and moved. */
static struct view way(unsigned i)
{
    struct view view = { .turns = i % 4, .hflip = i / 4 % 2, .vflip = i / 8 % 2 };
    if (i / 16 == 1)
        view_set_mode(&view, VIEW_FILL);
    if (i / 16 == 2)
        view_zoom(&view, &wide, &square, 5.3, 211, 300);
    return view;
}

enum { WAYS = 48 };

static void pixel_under_the_pointer_is_the_one_drawn_there(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WAYS; i++) {
        const struct view view = way(i);
        const struct view_place place = view_place(&view, &wide, &square);
        for (unsigned n = 0; n < 100; n++) {
            const unsigned px = (n * 37 + 5) % 640;
            const unsigned py = (n * 53) % 360;
            double x;
            double y;
            unsigned at_x = 0;
            unsigned at_y = 0;
            seen(&place, (px + 0.5) / 640, (py + 0.5) / 360, &x, &y);
            assert_true(view_pixel(&place, &wide, x, y, &at_x, &at_y));
            assert_int_equal(at_x, px);
            assert_int_equal(at_y, py);
        }
    }
}

static void pixel_is_seen_where_the_pointer_finds_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WAYS; i++) {
        struct view view = way(i);
        view_zoom(&view, &wide, &square, 7, 300, 320);
        const struct view_place place = view_place(&view, &wide, &square);
        unsigned x;
        unsigned y;
        assert_true(view_pixel(&place, &wide, 300.5, 320.5, &x, &y));
        const struct view_area area = view_pixel_area(&place, &wide, x, y);
        assert_true(area.x <= 300 && area.x + area.w > 299 && area.w < 2 * place.scale);
        assert_true(area.y <= 320 && area.y + area.h > 319 && area.h < 2 * place.scale);
        assert_true(area.w + 1 >= place.scale && area.h + 1 >= place.scale);
    }
}

static void rectangle_of_the_image_has_its_place_on_the_screen(void **state)
{
    (void)state;
    // 640x360 in 640x640: one screen pixel a pixel, 140 below the top
    struct view_place place = view_place(&(struct view){ 0 }, &wide, &square);
    struct view_area area = view_rectangle_area(&place, &wide, 64, 36, 320, 18);
    assert_true(area.x == 64 && area.y == 176 && area.w == 320 && area.h == 18);
    place = view_place(&(struct view){ .turns = 1 }, &wide, &square);
    area = view_rectangle_area(&place, &wide, 64, 36, 320, 18); // from the right, from the top
    assert_true(area.x == 640 - 140 - 36 - 18 && area.y == 64 && area.w == 18 && area.h == 320);
}

static void visible_part_is_seen_where_the_whole_picture_shows_it(void **state)
{
    const struct view_area window = { 30, 20, 300, 200 };
    const double scales[] = { 0.5, 1, 3.7, 64 };
    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        const struct view view = { .mode = VIEW_SCALE,
                                   .scale = scales[i / 16],
                                   .turns = i % 4,
                                   .hflip = i & 4,
                                   .vflip = i & 8,
                                   .pan_x = 0.3,
                                   .pan_y = -0.2 };
        const struct view_place whole = view_place(&view, &wide, &window);
        struct view_area part;
        const struct view_place place =
            view_visible(&whole, wide.width, wide.height, &window, &part);
        for (int corner = 0; corner < 4; corner++) {
            const int x = part.x + (corner & 1 ? part.w : 0);
            const int y = part.y + (corner & 2 ? part.h : 0);
            double at_x;
            double at_y;
            seen(&whole, (double)x / wide.width, (double)y / wide.height, &at_x, &at_y);
            assert_seen(place, corner & 1, corner >> 1, at_x, at_y);
        }
    }
}

static void visible_part_is_hardly_larger_than_the_window(void **state)
{
    const struct view_area window = { 30, 20, 300, 200 };
    const struct view view = { .mode = VIEW_SCALE, .scale = VIEW_SCALE_MAX, .turns = 1 };
    const struct view_place whole = view_place(&view, &wide, &window);
    struct view_area part;
    const struct view_place place = view_visible(&whole, wide.width, wide.height, &window, &part);
    unsigned x;
    unsigned y;
    (void)state;
    assert_true(place.h <= window.w + 4 * VIEW_SCALE_MAX);
    assert_true(place.w <= window.h + 4 * VIEW_SCALE_MAX);
    for (int corner = 0; corner < 4; corner++) {
        const double at_x = window.x + (corner & 1 ? window.w - 0.5 : 0.5);
        const double at_y = window.y + (corner & 2 ? window.h - 0.5 : 0.5);
        assert_true(view_pixel(&whole, &wide, at_x, at_y, &x, &y));
        assert_in_range(x, (unsigned)part.x, (unsigned)(part.x + part.w) - 1);
        assert_in_range(y, (unsigned)part.y, (unsigned)(part.y + part.h) - 1);
    }
    const struct view_area beside = { 100000, 0, 10, 10 };
    view_visible(&whole, wide.width, wide.height, &beside, &part);
    assert_int_equal(part.w * part.h, 0);
}

static void no_pixel_exists_beside_the_image(void **state)
{
    (void)state;
    const struct view_place place = view_place(&(struct view){ 0 }, &wide, &square);
    unsigned x = 7;
    unsigned y = 8;

    assert_false(view_pixel(&place, &wide, 320.5, 139.5, &x, &y));
    assert_false(view_pixel(&place, &wide, 320.5, 500.5, &x, &y));
    assert_false(view_pixel(&place, &wide, -0.5, 300.5, &x, &y));
    assert_false(view_pixel(&place, &wide, 640.5, 300.5, &x, &y));
    assert_int_equal(x, 7);
    assert_int_equal(y, 8);
    assert_true(view_pixel(&place, &wide, 0.5, 140.5, &x, &y));
    assert_true(x == 0 && y == 0);
    assert_true(view_pixel(&place, &wide, 639.5, 499.5, &x, &y));
    assert_true(x == 639 && y == 359);
}

static void screen_step_moves_to_the_adjacent_pixel(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WAYS; i++) {
        const struct view view = way(i);
        const struct view_place place = view_place(&view, &wide, &square);
        const int steps[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
        for (unsigned n = 0; n < 4; n++) {
            double x;
            double y;
            unsigned at_x = 0;
            unsigned at_y = 0;
            int dx;
            int dy;
            seen(&place, 200.5 / 640, 100.5 / 360, &x, &y);
            assert_true(view_pixel(&place, &wide, x + steps[n][0] * place.scale,
                                   y + steps[n][1] * place.scale, &at_x, &at_y));
            view_step(&place, steps[n][0], steps[n][1], &dx, &dy);
            assert_int_equal((int)at_x, 200 + dx);
            assert_int_equal((int)at_y, 100 + dy);
        }
    }
}

/** The number of areas beside an image that `view` places in `area`, and their pixels. */
static unsigned margins(const struct view *view, const struct view_area *area, int *pixels)
{
    const struct view_place place = view_place(view, &wide, area);
    struct view_area parts[VIEW_MARGINS_MAX];
    const unsigned count = view_margins(&place, area, parts);
    *pixels = 0;
    for (unsigned i = 0; i < count; i++)
        *pixels += parts[i].w * parts[i].h;
    return count;
}

static void pixels_that_are_not_square_stretch_one_side(void **state)
{
    const struct view_picture pal = { 720, 576, 0, 59 / 54.0 };
    const struct view_picture field = { 1920, 540, 0, 0.5 };
    const struct view_picture turned = { 360, 360, 1, 2 };
    const struct view one_to_one = { .mode = VIEW_SCALE, .scale = 1 };
    unsigned x = 0;
    unsigned y = 0;
    (void)state;
    assert_rectangle(view_place(&one_to_one, &pal, &(struct view_area){ 0, 0, 787, 576 }), 0, 0,
                     787, 576);
    assert_rectangle(
        view_place(&(struct view){ 0 }, &field, &(struct view_area){ 0, 0, 1920, 1080 }), 0, 0,
        1920, 1080);
    const struct view_place place =
        view_place(&(struct view){ 0 }, &turned, &(struct view_area){ 0, 0, 360, 720 });
    assert_rectangle(place, -180, 180, 720, 360);
    assert_true(view_pixel(&place, &turned, 359.5, 0.5, &x, &y)); // formerly upper left
    assert_int_equal(x, 0);
    assert_int_equal(y, 0);
}

static void no_background_is_filled_under_an_image(void **state)
{
    const struct view_area exact = { 10, 20, 640, 360 };
    int pixels;
    (void)state;
    assert_int_equal(margins(&(struct view){ 0 }, &exact, &pixels), 0);
    assert_int_equal(margins(&(struct view){ .mode = VIEW_FILL }, &square, &pixels), 0);
    assert_int_equal(margins(&(struct view){ 0 }, &square, &pixels), 2);
    assert_int_equal(pixels, 640 * (640 - 360));
    assert_int_equal(margins(&(struct view){ .mode = VIEW_SCALE, .scale = 0.5 }, &square, &pixels),
                     4);
    assert_int_equal(pixels, 640 * 640 - 320 * 180);
}

static void whole_area_is_filled_under_a_turned_picture(void **state)
{
    int pixels;
    (void)state;
    assert_int_equal(margins(&(struct view){ .turns = 1 }, &square, &pixels), 1);
    assert_int_equal(pixels, 640 * 640);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_picture_has_bars_above_and_below),
        cmocka_unit_test(tall_picture_has_bars_left_and_right),
        cmocka_unit_test(area_off_the_origin_moves_the_picture_with_it),
        cmocka_unit_test(filling_cuts_what_does_not_fit_evenly),
        cmocka_unit_test(one_to_one_is_placed_on_whole_pixels),
        cmocka_unit_test(image_of_one_pixel_is_visible),
        cmocka_unit_test(quarter_turn_moves_the_top_left_to_the_top_right),
        cmocka_unit_test(turned_odd_picture_is_placed_on_whole_pixels),
        cmocka_unit_test(rotation_of_the_frame_adds_to_the_viewers),
        cmocka_unit_test(mirroring_is_left_and_right_on_the_screen_however_turned),
        cmocka_unit_test(turning_goes_clockwise_on_the_screen_however_mirrored),
        cmocka_unit_test(four_rotations_are_the_identity),
        cmocka_unit_test(zooming_keeps_the_point_under_the_pointer),
        cmocka_unit_test(zoom_is_bounded),
        cmocka_unit_test(dragging_stops_at_the_edge),
        cmocka_unit_test(picture_that_fits_stays_in_the_middle),
        cmocka_unit_test(pixel_under_the_pointer_is_the_one_drawn_there),
        cmocka_unit_test(pixel_is_seen_where_the_pointer_finds_it),
        cmocka_unit_test(rectangle_of_the_image_has_its_place_on_the_screen),
        cmocka_unit_test(visible_part_is_seen_where_the_whole_picture_shows_it),
        cmocka_unit_test(visible_part_is_hardly_larger_than_the_window),
        cmocka_unit_test(no_pixel_exists_beside_the_image),
        cmocka_unit_test(screen_step_moves_to_the_adjacent_pixel),
        cmocka_unit_test(pixels_that_are_not_square_stretch_one_side),
        cmocka_unit_test(no_background_is_filled_under_an_image),
        cmocka_unit_test(whole_area_is_filled_under_a_turned_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
