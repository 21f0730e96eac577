/* SPDX-License-Identifier: MIT */
/* The clock's blocks: drawn codes are read back, also from degraded images. */
#include "pattern/drawing.h"

#include "picture/frame_clock.h"
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libswscale/swscale.h>

static const struct pattern *clock_pattern(void)
{
    const char *arg;
    return pattern_find("clock", &arg);
}

static const struct pattern_moment moment = { .number = 123456789,
                                              .time_ns = INT64_C(98765432109876000),
                                              .clock_ns = 1700000000123000000 };

/** The whole pattern at `moment`, as a grey frame; the caller frees .luma. */
static struct clock_picture drawn(uint32_t width, uint32_t height)
{
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = width, .height = height };
    struct paint canvas;
    void *state = NULL;
    assert_true(paint_open(&canvas, &video));
    canvas.data[0] = calloc(1, (size_t)canvas.shape.bytes);
    assert_true(clock_pattern()->open(&state, &canvas, &video, NULL));
    clock_pattern()->still(state, &canvas);
    clock_pattern()->moving(state, &canvas, &moment, NULL);
    clock_pattern()->close(state);
    return (struct clock_picture){ .luma = canvas.data[0],
                                   .step = 1,
                                   .stride = canvas.shape.plane[0].stride,
                                   .width = width,
                                   .height = height };
}

static void drop(struct clock_picture *picture)
{
    free((void *)(uintptr_t)picture->luma);
}

static void assert_reads(const struct clock_picture *picture, enum clock_strip strip)
{
    struct clock_code code = { 0 };
    if (!clock_decode(picture, strip, &code))
        fail_msg("no code in %ux%u, strip %d", picture->width, picture->height, strip);
    assert_int_equal(code.number, moment.number);
    assert_int_equal(code.time_us, moment.time_ns / 1000 % (INT64_C(1) << 48));
}

static void drawn_clock_is_read_at_any_size(void **state)
{
    static const uint32_t sizes[][2] = { { CLOCK_WIDTH_MIN, CLOCK_HEIGHT_MIN },
                                         { 69, 73 },
                                         { 101, 99 },
                                         { 320, 240 },
                                         { 639, 359 },
                                         { 1920, 1080 },
                                         { 1081, 1921 } };
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct clock_picture picture = drawn(sizes[i][0], sizes[i][1]);
        assert_reads(&picture, CLOCK_TOP);
        assert_reads(&picture, CLOCK_BOTTOM);
        drop(&picture);
    }
}

static void frame_too_small_for_the_code_yields_none(void **state)
{
    struct clock_picture picture = drawn(CLOCK_WIDTH_MIN - 1, CLOCK_HEIGHT_MIN);
    struct clock_code code = { .number = 7 };
    (void)state;
    assert_false(clock_decode(&picture, CLOCK_TOP, &code));
    assert_int_equal(code.number, 7);
    drop(&picture);
}

/** libswscale's bicubic, as players and ffmpeg scale. */
static struct clock_picture scaled(const struct clock_picture *from, uint32_t width,
                                   uint32_t height)
{
    struct SwsContext *scaler =
        sws_getContext((int)from->width, (int)from->height, AV_PIX_FMT_GRAY8, (int)width,
                       (int)height, AV_PIX_FMT_GRAY8, SWS_BICUBIC, NULL, NULL, NULL);
    uint8_t *luma = malloc((size_t)width * height);
    const uint8_t *const in[1] = { from->luma };
    uint8_t *const out[1] = { luma };
    assert_non_null(scaler);
    sws_scale(scaler, in, (int[]){ (int)from->stride }, 0, (int)from->height, out,
              (int[]){ (int)width });
    sws_freeContext(scaler);
    return (struct clock_picture){
        .luma = luma, .step = 1, .stride = width, .width = width, .height = height
    };
}

static void code_survives_scaling(void **state)
{
    static const uint32_t sizes[][2] = { { 160, 120 }, { 333, 187 }, { 641, 481 }, { 2560, 1440 } };
    struct clock_picture original = drawn(1280, 720);
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct clock_picture picture = scaled(&original, sizes[i][0], sizes[i][1]);
        assert_reads(&picture, CLOCK_TOP);
        assert_reads(&picture, CLOCK_BOTTOM);
        drop(&picture);
    }
    drop(&original);
}

static void code_survives_a_darker_duller_noisier_picture(void **state)
{
    struct clock_picture picture = drawn(640, 480);
    uint8_t *luma = (uint8_t *)(uintptr_t)picture.luma;
    unsigned seed = 1;
    (void)state;
    for (size_t i = 0; i < picture.stride * picture.height; i++) {
        seed = seed * 1103515245u + 12345u;
        luma[i] = (uint8_t)(40 + luma[i] / 4 + (seed >> 16) % 32);
    }
    assert_reads(&picture, CLOCK_TOP);
    assert_reads(&picture, CLOCK_BOTTOM);
    drop(&picture);
}

static void flipped_cell_is_noticed(void **state)
{
    struct clock_code code;
    unsigned accepted = 0;
    (void)state;
    for (uint32_t row = 0; row < CLOCK_ROWS; row++) {
        for (uint32_t column = 1; column < CLOCK_COLUMNS - 1; column++) {
            struct clock_picture picture = drawn(CLOCK_WIDTH_MIN, CLOCK_HEIGHT_MIN);
            uint8_t *luma = (uint8_t *)(uintptr_t)picture.luma;
            const struct clock_cell cell =
                clock_cell_at(picture.width, picture.height, CLOCK_TOP, row, column);
            for (uint32_t y = cell.y; y < cell.end_y; y++)
                for (uint32_t x = cell.x; x < cell.end_x; x++)
                    luma[y * picture.stride + x] ^= 0xff;
            accepted += clock_decode(&picture, CLOCK_TOP, &code);
            drop(&picture);
        }
    }
    assert_int_equal(accepted, 0);
}

static void frame_without_a_code_yields_none(void **state)
{
    uint8_t *luma = malloc((size_t)320 * 240);
    const struct clock_picture picture = {
        .luma = luma, .step = 1, .stride = 320, .width = 320, .height = 240
    };
    struct clock_code code;
    unsigned seed = 7;
    (void)state;
    for (int level = 0; level < 256; level += 51) {
        memset(luma, level, (size_t)320 * 240);
        assert_false(clock_decode(&picture, CLOCK_TOP, &code));
        assert_false(clock_decode(&picture, CLOCK_BOTTOM, &code));
    }
    for (size_t i = 0; i < (size_t)320 * 240; i++) {
        seed = seed * 1103515245u + 12345u;
        luma[i] = (uint8_t)(seed >> 16);
    }
    assert_false(clock_decode(&picture, CLOCK_TOP, &code));
    free(luma);
}

static void mixed_frames_differ_between_the_strips(void **state)
{
    struct clock_picture picture = drawn(640, 480);
    struct paint canvas;
    void *face = NULL;
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 640, .height = 480 };
    struct pattern_moment next = moment;
    struct clock_code top;
    struct clock_code bottom;
    (void)state;
    next.number++;
    assert_true(paint_open(&canvas, &video));
    canvas.data[0] = calloc(1, (size_t)canvas.shape.bytes);
    assert_true(clock_pattern()->open(&face, &canvas, &video, NULL));
    clock_pattern()->moving(face, &canvas, &next, NULL);
    clock_pattern()->close(face);
    memcpy((uint8_t *)(uintptr_t)picture.luma, canvas.data[0],
           picture.stride * 200); // the upper part

    assert_true(clock_decode(&picture, CLOCK_TOP, &top));
    assert_true(clock_decode(&picture, CLOCK_BOTTOM, &bottom));
    assert_int_equal(top.number, bottom.number + 1);
    free(canvas.data[0]);
    drop(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_clock_is_read_at_any_size),
        cmocka_unit_test(frame_too_small_for_the_code_yields_none),
        cmocka_unit_test(code_survives_scaling),
        cmocka_unit_test(code_survives_a_darker_duller_noisier_picture),
        cmocka_unit_test(flipped_cell_is_noticed),
        cmocka_unit_test(frame_without_a_code_yields_none),
        cmocka_unit_test(mixed_frames_differ_between_the_strips),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
