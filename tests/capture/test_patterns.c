/* SPDX-License-Identifier: MIT */
/* Patterns: incremental drawing equals a full drawing, and slots are trusted only as far as the
 * writer guarantees their content. */
#include "pattern/drawing.h"

#include "picture/picture.h"
#include "skip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct pattern *smpte(void)
{
    const char *arg;
    return pattern_find("smpte", &arg);
}

/** Frame `number` of a sequence at 60 a second from an arbitrary start. */
static struct pattern_moment frame(uint64_t number)
{
    const int64_t passed = (int64_t)number * 16666667;
    return (struct pattern_moment){ .number = number,
                                    .time_ns = INT64_C(1000000000000) + passed,
                                    .clock_ns = INT64_C(1700000000000000000) + passed };
}

struct easel {
    const struct pattern *pattern;
    void *state;
    struct paint canvas;
};

static struct easel set_up(const struct pattern *pattern, uint32_t fourcc, uint32_t width,
                           uint32_t height)
{
    const struct tri_video video = {
        .fourcc = fourcc, .width = width, .height = height, .fps_num = 60, .fps_den = 1
    };
    struct easel easel = { .pattern = pattern };
    assert_true(paint_open(&easel.canvas, &video));
    easel.canvas.data[0] = calloc(1, (size_t)easel.canvas.shape.bytes);
    for (uint32_t p = 1; p < easel.canvas.shape.planes; p++)
        easel.canvas.data[p] = easel.canvas.data[0] + easel.canvas.shape.plane[p].offset;
    if (pattern->open)
        assert_true(pattern->open(&easel.state, &easel.canvas, &video, "3366cc"));
    return easel;
}

static void draw_whole(struct easel *easel, uint64_t number)
{
    const struct pattern_moment now = frame(number);
    if (easel->pattern->still)
        easel->pattern->still(easel->state, &easel->canvas);
    if (easel->pattern->moving)
        easel->pattern->moving(easel->state, &easel->canvas, &now, NULL);
}

static void draw_on(struct easel *easel, uint64_t number, uint64_t before)
{
    const struct pattern_moment now = frame(number);
    const struct pattern_moment then = frame(before);
    if (easel->pattern->moving)
        easel->pattern->moving(easel->state, &easel->canvas, &now, &then);
}

static void take_down(struct easel *easel)
{
    if (easel->pattern->close)
        easel->pattern->close(easel->state);
    free(easel->canvas.data[0]);
}

static void compare_redrawn(const struct pattern *pattern, uint32_t fourcc, uint32_t width,
                            uint32_t height)
{
    static const uint64_t numbers[] = { 0, 3, 4, 7, 59, 62, 119, 121, 239, 100000, 99999999 };
    struct easel kept = set_up(pattern, fourcc, width, height);
    struct easel fresh = set_up(pattern, fourcc, width, height);
    draw_whole(&kept, numbers[0]);
    for (size_t i = 1; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        draw_on(&kept, numbers[i], numbers[i - 1]);
        memset(fresh.canvas.data[0], 0, (size_t)fresh.canvas.shape.bytes);
        draw_whole(&fresh, numbers[i]);
        if (memcmp(kept.canvas.data[0], fresh.canvas.data[0], (size_t)kept.canvas.shape.bytes) != 0)
            fail_msg("%s, %s %ux%u, frame %d after frame %d", pattern->name,
                     kept.canvas.format->name, width, height, (int)numbers[i], (int)numbers[i - 1]);
    }
    take_down(&kept);
    take_down(&fresh);
}

static void partial_redraw_equals_a_full_redraw(void **state)
{
    static const uint32_t sizes[][2] = { { 1, 1 }, { 7, 5 }, { 160, 121 }, { 203, 131 } };
    static const uint32_t formats[] = { TRI_FOURCC_YUYV, TRI_FOURCC_NV12, TRI_FOURCC_YU12,
                                        TRI_FOURCC_BGR3, TRI_FOURCC_P010, TRI_FOURCC_RGBP,
                                        TRI_FOURCC_V210, TRI_FOURCC_BG10, TRI_FOURCC_Z16 };
    (void)state;
    for (size_t i = 0; pattern_at(i); i++)
        for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
            for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
                compare_redrawn(pattern_at(i), formats[f], sizes[s][0], sizes[s][1]);
}

static void every_pattern_draws_every_format_at_any_size(void **state)
{
    static const uint32_t sizes[][2] = { { 1, 1 },   { 2, 1 },    { 1, 3 },  { 64, 48 },
                                         { 70, 75 }, { 333, 17 }, { 5, 400 } };
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; pattern_at(i); i++) {
        for (size_t f = 0; (format = tri_format_at(f)); f++) {
            for (size_t s = 0; format->components > 0 && s < 7; s++) {
                struct easel easel =
                    set_up(pattern_at(i), format->fourcc, sizes[s][0], sizes[s][1]);
                draw_whole(&easel, 1);
                draw_on(&easel, 50, 1);
                take_down(&easel);
            }
        }
    }
}

static void patterns_are_found_by_name_and_argument(void **state)
{
    const char *arg;
    (void)state;
    assert_string_equal(pattern_find("smpte", &arg)->name, "smpte");
    assert_null(arg);
    assert_string_equal(pattern_find("solid=00ff00", &arg)->name, "solid");
    assert_string_equal(arg, "00ff00");
    assert_null(pattern_find("smpt", &arg));
    assert_null(pattern_find("smptee", &arg));
    assert_null(pattern_find("", &arg));
}

static void bars_match_the_smpte_layout(void **state)
{
    static const uint8_t bars[7][3] = { { 191, 191, 191 }, { 191, 191, 0 }, { 0, 191, 191 },
                                        { 0, 191, 0 },     { 191, 0, 191 }, { 191, 0, 0 },
                                        { 0, 0, 191 } };
    struct easel easel = set_up(smpte(), TRI_FOURCC_RGB3, 1050, 600);
    (void)state;
    draw_whole(&easel, 0);
    for (size_t i = 0; i < 7; i++)
        assert_memory_equal(easel.canvas.data[0] +
                                (size_t)easel.canvas.shape.plane[0].stride * 100 +
                                3 * (i * 150 + 75),
                            bars[i], 3);
    take_down(&easel);
}

static void jpeg_shows_the_drawn_picture(void **state)
{
    const struct tri_video video = { .fourcc = TRI_FOURCC_MJPG, .width = 321, .height = 241 };
    const struct pattern_moment now = frame(0);
    struct drawing *drawing = NULL;
    struct tri_draft draft = { .info = { .video = video } };
    (void)state;
    if (!drawing_possible(TRI_FOURCC_MJPG))
        skip_because("this build encodes no JPEG");
    assert_int_equal(tri_video_shape(&video, &draft.shape), TRI_OK);
    draft.data[0] = malloc((size_t)draft.shape.bytes);
    assert_int_equal(drawing_open(&drawing, smpte(), NULL, &video), TRI_OK);
    assert_int_equal(drawing_draw(drawing, &draft, &now), TRI_OK);

    picture_converter *converter = picture_converter_new(NULL);
    const uint8_t *data[TRI_PLANES_MAX] = { draft.data[0] };
    uint8_t *to[TRI_PLANES_MAX] = { malloc((size_t)321 * 241 * 3) };
    assert_int_equal(picture_convert(converter, &draft.info, &draft.shape, data, TRI_FOURCC_RGB3,
                                     to, (uint32_t[TRI_PLANES_MAX]){ 321 * 3 }),
                     TRI_OK);
    const uint8_t *green = to[0] + ((size_t)50 * 321 + 160) * 3;
    assert_in_range(green[0], 0, 8);
    assert_in_range(green[1], 191 - 8, 191 + 8);
    assert_in_range(green[2], 0, 8);
    picture_converter_free(&converter);
    free(to[0]);
    free(draft.data[0]);
    drawing_close(&drawing);
}

/** Draws and publishes a frame of bars, and compares its sum with that of a full drawing. */
static bool publish_is_whole(tri_writer *writer, struct drawing *drawing, uint64_t number,
                             const struct easel *whole)
{
    struct tri_draft draft;
    const struct pattern_moment now = frame(number);
    assert_int_equal(tri_writer_begin(writer, &whole->canvas.video, &draft), TRI_OK);
    assert_int_equal(drawing_draw(drawing, &draft, &now), TRI_OK);
    const bool same =
        memcmp(draft.data[0], whole->canvas.data[0], (size_t)draft.shape.plane[0].bytes) == 0;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    return same;
}

static void removed_segment_is_redrawn_completely(void **state)
{
    struct easel whole = set_up(smpte(), TRI_FOURCC_YUYV, 320, 240);
    struct tri_writer_options options = { .video = whole.canvas.video };
    struct tri_writer_stats first;
    struct tri_writer_stats now;
    struct drawing *drawing = NULL;
    tri_writer *writer = NULL;
    char name[TRI_NAME_MAX + 1];
    uint64_t number = 0;
    (void)state;
    draw_whole(&whole, 0);
    snprintf(name, sizeof(name), "t%d-patterns", (int)getpid());
    options.name = name;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    assert_int_equal(drawing_open(&drawing, smpte(), NULL, &whole.canvas.video), TRI_OK);
    for (; number < 10; number++)
        assert_true(publish_is_whole(writer, drawing, number, &whole));
    tri_writer_get_stats(writer, &first);
    assert_int_equal(tri_stream_remove(name, TRI_REMOVE_FORCE), TRI_OK);
    do {
        assert_true(publish_is_whole(writer, drawing, number++, &whole));
        tri_writer_get_stats(writer, &now);
    } while (now.shm_id == first.shm_id && number < 10000000);
    assert_int_not_equal(now.shm_id, first.shm_id);
    for (int i = 0; i < 10; i++)
        assert_true(publish_is_whole(writer, drawing, number++, &whole));

    drawing_close(&drawing);
    tri_writer_close(&writer);
    take_down(&whole);
}

static void cancelled_slot_is_redrawn_completely(void **state)
{
    struct easel whole = set_up(smpte(), TRI_FOURCC_YUYV, 320, 240);
    struct tri_writer_options options = { .video = whole.canvas.video };
    struct drawing *drawing = NULL;
    tri_writer *writer = NULL;
    struct tri_draft draft;
    char name[TRI_NAME_MAX + 1];
    (void)state;
    draw_whole(&whole, 0);
    snprintf(name, sizeof(name), "t%d-given-up", (int)getpid());
    options.name = name;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    assert_int_equal(drawing_open(&drawing, smpte(), NULL, &whole.canvas.video), TRI_OK);
    for (uint64_t i = 0; i < 12; i++) {
        assert_true(publish_is_whole(writer, drawing, i, &whole));
        assert_int_equal(tri_writer_begin(writer, &options.video, &draft), TRI_OK);
        memset(draft.data[0], 0x55, (size_t)draft.shape.bytes);
        tri_writer_cancel(writer, &draft);
    }
    drawing_close(&drawing);
    tri_writer_close(&writer);
    take_down(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_are_found_by_name_and_argument),
        cmocka_unit_test(every_pattern_draws_every_format_at_any_size),
        cmocka_unit_test(partial_redraw_equals_a_full_redraw),
        cmocka_unit_test(bars_match_the_smpte_layout),
        cmocka_unit_test(jpeg_shows_the_drawn_picture),
        cmocka_unit_test(removed_segment_is_redrawn_completely),
        cmocka_unit_test(cancelled_slot_is_redrawn_completely),
    };
    return cmocka_run_group_tests_name("patterns", tests, NULL, NULL);
}
