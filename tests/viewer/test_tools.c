/* SPDX-License-Identifier: MIT */
/* Calculations of the viewer's tools, without a window: histogram, adjustments, graphs, panels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <model/adjust.h>
#include <model/inspect.h>
#include <model/panel_geometry.h>
#include <model/pixel_text.h>
#include <model/tones.h>
#include <model/trace.h>

/** A grey image whose bytes the test fills. */
struct grey {
    struct tri_video video;
    struct tri_shape shape;
    uint8_t *bytes;
    struct pixels pixels;
};

static void grey_begin(struct grey *grey, uint32_t width, uint32_t height, enum tri_range range)
{
    *grey = (struct grey){
        .video = { .fourcc = TRI_FOURCC_GREY, .width = width, .height = height, .range = range }
    };
    assert_int_equal(tri_video_shape(&grey->video, &grey->shape), TRI_OK);
    grey->bytes = calloc(1, grey->shape.bytes + 1);
    assert_non_null(grey->bytes);
    const uint8_t *const data[TRI_PLANES_MAX] = { grey->bytes };
    assert_true(pixels_open(&grey->pixels, &grey->video, &grey->shape, data));
}

static uint8_t *grey_row(const struct grey *grey, uint32_t y)
{
    return grey->bytes + (size_t)y * grey->shape.plane[0].stride;
}

static void every_pixel_of_a_small_image_is_counted(void **state)
{
    (void)state;
    struct grey grey;
    struct tones tones;
    grey_begin(&grey, 10, 4, TRI_RANGE_FULL);
    memset(grey_row(&grey, 0), 0, 10);
    memset(grey_row(&grey, 1), 70, 10);
    memset(grey_row(&grey, 2), 71, 10);
    memset(grey_row(&grey, 3), 255, 5);
    memset(grey_row(&grey, 3) + 5, 254, 5);
    tones_count(&tones, &grey.pixels, TONES_LUMA);
    assert_int_equal(tones.counted, 40);
    assert_int_equal(tones.bins[0][70], 10);
    assert_int_equal(tones.bins[0][71], 10);
    assert_int_equal(tones.bins[0][254], 5);
    assert_int_equal(tones.black, 10);
    assert_int_equal(tones.white, 5);
    assert_int_equal(tones_peak(&tones), 10);
    free(grey.bytes);
}

static void limited_range_clips_below_16_and_above_235(void **state)
{
    (void)state;
    struct grey grey;
    struct tones tones;
    grey_begin(&grey, 8, 1, TRI_RANGE_LIMITED);
    memcpy(grey_row(&grey, 0), (const uint8_t[]){ 1, 16, 17, 100, 234, 235, 236, 254 }, 8);
    tones_count(&tones, &grey.pixels, TONES_LUMA);
    assert_int_equal(tones.black, 2);
    assert_int_equal(tones.white, 3);
    assert_int_equal(tones.black_code, 16);
    assert_int_equal(tones.white_code, 235);
    assert_int_equal(tones.bins[0][1] + tones.bins[0][100] + tones.bins[0][254], 3);
    free(grey.bytes);
}

static void colours_are_counted_separately_and_clip_together(void **state)
{
    (void)state;
    const struct tri_video video = { .fourcc = TRI_FOURCC_RGB3, .width = 3, .height = 1 };
    const uint8_t bytes[] = { 255, 10, 20, 30, 0, 20, 40, 50, 60 };
    const uint8_t *const data[TRI_PLANES_MAX] = { bytes };
    struct tri_shape shape;
    struct pixels pixels;
    struct tones tones;
    assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
    assert_true(pixels_open(&pixels, &video, &shape, data));
    tones_count(&tones, &pixels, TONES_RGB);
    assert_int_equal(tones.counted, 3);
    assert_int_equal(tones.bins[0][255] + tones.bins[0][30] + tones.bins[0][40], 3);
    assert_int_equal(tones.bins[2][20], 2);
    assert_int_equal(tones.black, 1);
    assert_int_equal(tones.white, 1);
}

static void large_picture_is_counted_on_a_grid_that_keeps_its_shares(void **state)
{
    (void)state;
    struct grey grey;
    struct tones tones;
    grey_begin(&grey, 3840, 2160, TRI_RANGE_FULL);
    for (uint32_t y = 0; y < 2160; y++)
        memset(grey_row(&grey, y), 255, 960); // a quarter
    tones_count(&tones, &grey.pixels, TONES_LUMA);
    assert_in_range(tones.counted, TONES_GRID_WIDTH * TONES_GRID_HEIGHT * 8 / 10,
                    TONES_GRID_WIDTH * TONES_GRID_HEIGHT);
    assert_true(fabs((double)tones.white / tones.counted - 0.25) < 0.01);
    free(grey.bytes);
}

static void kept_copy_outlives_its_frame(void **state)
{
    (void)state;
    struct grey grey;
    struct inspect inspect = { .source = INSPECT_NOTHING };
    struct pixels pixels;
    const struct inspect_request request = { .bytes = true, .tones = TONES_LUMA };
    grey_begin(&grey, 100, 3, TRI_RANGE_FULL);
    for (uint32_t y = 0; y < 3; y++)
        memset(grey_row(&grey, y), (int)(50 + y), 100);
    const uint8_t *const data[TRI_PLANES_MAX] = { grey.bytes };
    inspect_take(&inspect, &request, INSPECT_RAW, &grey.video, &grey.shape, data);
    free(grey.bytes);
    assert_true(inspect_pixels(&inspect, &pixels));
    assert_int_equal(pixels_at(&pixels, 99, 2).value[0], 52);
    assert_int_equal(inspect.tones.bins[0][51], 100);
    inspect_forget(&inspect);
    assert_false(inspect_pixels(&inspect, &pixels));
    assert_int_equal(inspect.tones.kind, TONES_NONE);
    inspect_free(&inspect);
}

static void unrequested_samples_are_not_kept(void **state)
{
    (void)state;
    struct grey grey;
    struct inspect inspect = { .source = INSPECT_NOTHING };
    grey_begin(&grey, 100, 3, TRI_RANGE_FULL);
    const uint8_t *const data[TRI_PLANES_MAX] = { grey.bytes };
    inspect_take(&inspect, &(struct inspect_request){ 0 }, INSPECT_RAW, &grey.video, &grey.shape,
                 data);
    assert_null(inspect.memory.data);
    assert_int_equal(inspect.source, INSPECT_NOTHING);
    assert_int_equal(inspect.tones.counted, 0);
    free(grey.bytes);
}

/** The probe's text for the first pixel of an image of `bytes`. */
static void assert_reading(struct tri_video video, const uint8_t *bytes, size_t count,
                           enum inspect_source source, const char *wanted)
{
    struct inspect inspect = { .coded = TRI_FOURCC_MJPG };
    struct tri_shape shape;
    const uint8_t *data[TRI_PLANES_MAX] = { NULL };
    char text[256];
    assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
    uint8_t *memory = calloc(1, shape.bytes + 1);
    assert_non_null(memory);
    for (uint32_t p = 0, at = 0; p < shape.planes; p++) {
        data[p] = memory + shape.plane[p].offset;
        for (uint32_t row = 0; row < shape.plane[p].rows; row++)
            for (uint32_t i = 0; i < shape.plane[p].row_bytes && at < count; i++)
                memory[shape.plane[p].offset + (size_t)row * shape.plane[p].stride + i] =
                    bytes[at++];
    }
    inspect_take(&inspect, &(struct inspect_request){ .bytes = true }, source, &video, &shape,
                 data);
    pixel_text_write(text, sizeof(text), &inspect, 0, 0);
    assert_string_equal(text, wanted);
    inspect_free(&inspect);
    free(memory);
}

static void probe_names_components_with_their_bits_and_origin(void **state)
{
    (void)state;
    const struct tri_video yuyv = { .fourcc = TRI_FOURCC_YUYV, .width = 2, .height = 1 };
    assert_reading(yuyv, (const uint8_t[]){ 81, 90, 81, 240 }, 4, INSPECT_RAW,
                   "x 0  y 0\nY  81  U  90  V 240\nR 254  G   0  B   0\nYUYV 601 lim-range");
    const struct tri_video bayer = { .fourcc = TRI_FOURCC_RGGB, .width = 2, .height = 2 };
    assert_reading(bayer, (const uint8_t[]){ 200, 20, 30, 10 }, 4, INSPECT_RAW,
                   "x 0  y 0\nR 200  G  20  B  10  G  30\nR 200  G  25  B  10\nRGGB full-range");
    const struct tri_video depth = { .fourcc = TRI_FOURCC_Z16, .width = 1, .height = 1 };
    assert_reading(depth, (const uint8_t[]){ 0, 1 }, 2, INSPECT_RAW,
                   "x 0  y 0\nZ   256\nR 255  G   0  B   0\nZ16 16 bits full-range");
    const struct tri_video p010 = {
        .fourcc = TRI_FOURCC_P010, .width = 1, .height = 1, .matrix = TRI_MATRIX_709
    };
    assert_reading(p010, (const uint8_t[]){ 0x00, 0xeb, 0x00, 0x80, 0x00, 0x80 }, 6, INSPECT_RAW,
                   "x 0  y 0\nY  940  U  512  V  512\nR 255  G 255  B 255\n"
                   "P010 10 bits 709 lim-range");
    const struct tri_video y16 = { .fourcc = TRI_FOURCC_Y16, .width = 200, .height = 1 };
    assert_reading(y16, (const uint8_t[]){ 0x39, 0x30 }, 2, INSPECT_RAW,
                   "x   0  y 0\nY 12345\nR  48  G  48  B  48\nY16 16 bits full-range");
    const struct tri_video ab24 = { .fourcc = TRI_FOURCC_AB24, .width = 1, .height = 1 };
    assert_reading(ab24, (const uint8_t[]){ 1, 20, 255, 9 }, 4, INSPECT_RAW,
                   "x 0  y 0\nR   1  G  20  B 255  A   9\nAB24 full-range");
    const struct tri_video rgbp = { .fourcc = TRI_FOURCC_RGBP, .width = 1, .height = 1 };
    assert_reading(rgbp, (const uint8_t[]){ 0xe9, 0xad }, 2, INSPECT_RAW,
                   "x 0  y 0\nR 21  G 47  B  9\nR 173  G 190  B  74\nRGBP full-range");
    const struct tri_video xr24 = { .fourcc = TRI_FOURCC_XR24, .width = 1, .height = 1 };
    assert_reading(xr24, (const uint8_t[]){ 3, 2, 1, 99 }, 4, INSPECT_RAW,
                   "x 0  y 0\nR   1  G   2  B   3  X  99\nXR24 full-range");
    assert_reading(xr24, (const uint8_t[]){ 3, 2, 1, 99 }, 4, INSPECT_DECODED,
                   "x 0  y 0\nR   1  G   2  B   3\ndecoded from MJPG");
    const struct tri_video rgb = { .fourcc = TRI_FOURCC_RGB3, .width = 1, .height = 1 };
    assert_reading(rgb, (const uint8_t[]){ 1, 2, 3 }, 3, INSPECT_SHOWN,
                   "x 0  y 0\nR   1  G   2  B   3\nas shown, frame gone");
}

static void every_code_is_unchanged_without_adjustments(void **state)
{
    (void)state;
    const struct adjust none = { { 0 } };
    uint8_t table[256];
    char text[64];
    adjust_table(&none, table);
    for (int i = 0; i < 256; i++)
        assert_int_equal(table[i], i);
    assert_false(adjust_is_on(&none));
    adjust_write_all(&none, text, sizeof(text));
    assert_string_equal(text, "none");
}

static void each_adjustment_follows_its_formula(void **state)
{
    (void)state;
    uint8_t table[256];
    adjust_table(&(struct adjust){ { 2, 0, 0 } }, table); // a tenth brighter
    assert_int_equal(table[0], 26);
    assert_int_equal(table[100], 126);
    assert_int_equal(table[250], 255);
    adjust_table(&(struct adjust){ { 0, 20, 0 } }, table); // contrast doubled around the middle
    assert_int_equal(table[60], 0);
    assert_int_equal(table[127], 127);
    assert_int_equal(table[160], 193);
    assert_int_equal(table[200], 255);
    adjust_table(&(struct adjust){ { 0, 0, 10 } }, table); // gamma 2: the square root
    assert_int_equal(table[0], 0);
    assert_int_equal(table[64], 128);
    assert_int_equal(table[255], 255);
}

static void adjustments_stop_at_their_limits(void **state)
{
    (void)state;
    struct adjust adjust = { { 0 } };
    char text[128];
    for (int i = 0; i < 100; i++)
        adjust_by(&adjust, ADJUST_BRIGHTNESS, 1);
    adjust_write_one(&adjust, ADJUST_BRIGHTNESS, text, sizeof(text));
    assert_string_equal(text, "brightness +100 %");
    adjust = (struct adjust){ { 0 } };
    adjust_by(&adjust, ADJUST_BRIGHTNESS, -2);
    adjust_by(&adjust, ADJUST_CONTRAST, 4);
    adjust_by(&adjust, ADJUST_GAMMA, 2);
    assert_true(adjust_is_on(&adjust));
    adjust_write_all(&adjust, text, sizeof(text));
    assert_string_equal(text, "brightness -10 %, contrast 120 %, gamma 1.15");
}

#define MS     1000000LL
#define SECOND (1000 * MS)

static void trace_has_interval_age_and_loss_of_each_frame(void **state)
{
    (void)state;
    struct trace trace = { .count = 0 };
    trace_note(&trace, 100 * MS, 95 * MS, 7);
    trace_note(&trace, 120 * MS, 117 * MS, 7);
    trace_note(&trace, 160 * MS, 150 * MS, 9);
    assert_int_equal(trace.count, 3);
    assert_float_equal(trace_at(&trace, 0)->interval_ms, 40, 1e-4);
    assert_float_equal(trace_at(&trace, 0)->latency_ms, 10, 1e-4);
    assert_int_equal(trace_at(&trace, 0)->lost, 2);
    assert_float_equal(trace_at(&trace, 1)->interval_ms, 20, 1e-4);
    assert_int_equal(trace_at(&trace, 1)->lost, 0);
    assert_int_equal(trace_at(&trace, 2)->lost, 0); // a lost frame is not its own
    assert_float_equal(trace_at(&trace, 2)->interval_ms, 0, 1e-4);
}

static void pause_is_not_an_interval(void **state)
{
    (void)state;
    struct trace trace = { .count = 0 };
    trace_note(&trace, 100 * MS, 95 * MS, 0);
    trace_break(&trace);
    trace_note(&trace, 9 * SECOND, 9 * SECOND - MS, 500);
    assert_float_equal(trace_at(&trace, 0)->interval_ms, 0, 1e-4);
    assert_int_equal(trace_at(&trace, 0)->lost, 0);
}

static void trace_forgets_the_oldest_first(void **state)
{
    (void)state;
    struct trace trace = { .count = 0 };
    for (int i = 1; i <= TRACE_POINTS + 5; i++)
        trace_note(&trace, i * MS, 0, 0);
    assert_int_equal(trace.count, TRACE_POINTS);
    assert_int_equal(trace_at(&trace, 0)->at_ns, (TRACE_POINTS + 5) * MS);
    assert_int_equal(trace_at(&trace, TRACE_POINTS - 1)->at_ns, 6 * MS);
}

static void bars_span_intervals_with_the_newest_at_the_right(void **state)
{
    (void)state;
    static struct trace_bar bars[TRACE_POINTS];
    struct trace trace = { .count = 0 };
    double most;
    trace_note(&trace, 1 * SECOND, SECOND - 500 * MS, 0); // too old to be visible
    trace_note(&trace, 9100 * MS, 9095 * MS, 0);
    trace_note(&trace, 9300 * MS, 9270 * MS, 3);
    trace_note(&trace, 9990 * MS, 9981 * MS, 3);
    assert_int_equal(trace_bars(&trace, TRACE_LATENCY, 10 * SECOND, SECOND, 100, bars, &most), 3);
    assert_true(fabs(most - 30) < 1e-3);
    assert_true(bars[0].left == 30 && bars[0].right == 99 && !bars[0].lost);
    assert_true(bars[1].left == 10 && bars[1].right == 30 && bars[1].lost);
    assert_true(bars[2].left == 0 && bars[2].right == 10 && !bars[2].lost);
    trace_bars(&trace, TRACE_INTERVAL, 10 * SECOND, SECOND, 100, bars, &most);
    assert_true(fabs(most - 8100) < 1e-3);
    assert_true(fabs((double)bars[1].value - 200) < 1e-3);
}

static void every_bar_is_visible_at_any_number(void **state)
{
    (void)state;
    static struct trace_bar bars[TRACE_POINTS];
    struct trace trace = { .count = 0 };
    double most;
    for (int i = 0; i < 1000; i++)
        trace_note(&trace, SECOND + i * MS, 0, 0);
    const unsigned count = trace_bars(&trace, TRACE_LATENCY, 2 * SECOND, SECOND, 40, bars, &most);
    assert_int_equal(count, 999); // one is a whole second old
    for (unsigned i = 0; i < count; i++)
        assert_true(bars[i].left >= 0 && bars[i].left < bars[i].right && bars[i].right <= 40);
}

static void scale_ends_at_a_round_number_above_all_values(void **state)
{
    (void)state;
    const double pairs[][2] = { { 0, 1 },   { 1, 1 },     { 1.1, 2 },  { 3, 5 },      { 16.7, 20 },
                                { 20, 20 }, { 33.4, 50 }, { 51, 100 }, { 1500, 2000 } };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_true(fabs(trace_scale(pairs[i][0]) - pairs[i][1]) < 1e-9);
}

static void letters_scale_with_the_window_and_stay_legible(void **state)
{
    (void)state;
    assert_int_equal(panel_text_pixels(240, 1), 14);
    assert_int_equal(panel_text_pixels(480, 2), 28); // the same window on a HiDPI screen
    assert_int_equal(panel_text_pixels(720, 1), 16);
    assert_int_equal(panel_text_pixels(1440, 1), 32);
    assert_int_equal(panel_text_pixels(1440, 1.5), 32);
}

static void panel_is_drawn_beside_the_pointer_and_inside_the_window(void **state)
{
    (void)state;
    const struct view_area area = { 10, 20, 300, 200 };
    struct view_area at = panel_beside(&area, 50, 60, 80, 40, 12);
    assert_true(at.x == 62 && at.y == 72 && at.w == 80 && at.h == 40);
    at = panel_beside(&area, 305, 215, 80, 40, 12);
    assert_true(at.x == 213 && at.y == 163);
    for (int x = -20; x < 350; x += 5) {
        for (int y = -20; y < 260; y += 5) {
            at = panel_beside(&area, x, y, 80, 40, 12);
            assert_true(at.x >= 10 && at.y >= 20 && at.x + at.w <= 310 && at.y + at.h <= 220);
        }
    }
    at = panel_beside(&area, 100, 100, 400, 300, 12); // does not fit: its beginning is visible
    assert_true(at.x == 10 && at.y == 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_of_a_small_image_is_counted),
        cmocka_unit_test(limited_range_clips_below_16_and_above_235),
        cmocka_unit_test(colours_are_counted_separately_and_clip_together),
        cmocka_unit_test(large_picture_is_counted_on_a_grid_that_keeps_its_shares),
        cmocka_unit_test(kept_copy_outlives_its_frame),
        cmocka_unit_test(unrequested_samples_are_not_kept),
        cmocka_unit_test(probe_names_components_with_their_bits_and_origin),
        cmocka_unit_test(every_code_is_unchanged_without_adjustments),
        cmocka_unit_test(each_adjustment_follows_its_formula),
        cmocka_unit_test(adjustments_stop_at_their_limits),
        cmocka_unit_test(trace_has_interval_age_and_loss_of_each_frame),
        cmocka_unit_test(pause_is_not_an_interval),
        cmocka_unit_test(trace_forgets_the_oldest_first),
        cmocka_unit_test(bars_span_intervals_with_the_newest_at_the_right),
        cmocka_unit_test(every_bar_is_visible_at_any_number),
        cmocka_unit_test(scale_ends_at_a_round_number_above_all_values),
        cmocka_unit_test(letters_scale_with_the_window_and_stay_legible),
        cmocka_unit_test(panel_is_drawn_beside_the_pointer_and_inside_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
