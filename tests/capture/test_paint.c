/* SPDX-License-Identifier: MIT */
/* Drawing: libswscale reads every painted image back, in any format, at any size and stride. */
#include "pattern/paint.h"

#include "picture/component.h"
#include "picture/depth.h"
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MARGIN = 256, UNTOUCHED = 0xa5 };

static const struct paint_rgb black = { 0, 0, 0 };
static const struct paint_rgb white = { 255, 255, 255 };

/** A canvas between two margins, all untouched. `spare`: extra bytes of each row. */
static uint8_t *untouched(struct paint *canvas, uint32_t fourcc, uint32_t width, uint32_t height,
                          uint32_t spare)
{
    struct tri_video video = { .fourcc = fourcc, .width = width, .height = height };
    assert_true(paint_open(canvas, &video));
    for (uint32_t p = 0; p < canvas->shape.planes; p++)
        video.stride[p] = canvas->shape.plane[p].row_bytes + spare;
    assert_true(paint_open(canvas, &video));

    uint8_t *memory = malloc((size_t)canvas->shape.bytes + 2 * (size_t)MARGIN);
    assert_non_null(memory);
    memset(memory, UNTOUCHED, (size_t)canvas->shape.bytes + 2 * (size_t)MARGIN);
    for (uint32_t p = 0; p < canvas->shape.planes; p++)
        canvas->data[p] = memory + MARGIN + canvas->shape.plane[p].offset;
    return memory;
}

/** The image as libswscale converts it, three bytes a pixel; the caller frees it. */
static uint8_t *as_rgb(const struct paint *canvas)
{
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    const struct tri_frame_info info = { .video = canvas->video };
    const uint8_t *data[TRI_PLANES_MAX] = { canvas->data[0], canvas->data[1], canvas->data[2] };
    const uint32_t stride[TRI_PLANES_MAX] = { width * 3 };
    picture_converter *converter = picture_converter_new(NULL);
    uint8_t *rgb = malloc((size_t)width * height * 3);
    uint8_t *to[TRI_PLANES_MAX] = { rgb };
    assert_int_equal(
        picture_convert(converter, &info, &canvas->shape, data, TRI_FOURCC_RGB3, to, stride),
        TRI_OK);
    picture_converter_free(&converter);
    return rgb;
}

/** Tolerance of a component: the steps of the format, doubled for conversion there and back. */
static int tolerance(uint32_t fourcc)
{
    return fourcc == TRI_FOURCC_RGBP ? 9 : 4;
}

/** A grey format keeps only the brightness of a colour, a depth format makes it a distance. */
static struct paint_rgb as_shown(const struct paint *canvas, struct paint_rgb rgb)
{
    const double luma = canvas->luma[0] * rgb.r + canvas->luma[1] * rgb.g + canvas->luma[2] * rgb.b;
    if (canvas->format->family == TRI_FAMILY_DEPTH) {
        uint8_t shown[3];
        depth_color((uint16_t)(luma / 255 * 65535 + 0.5), shown);
        return (struct paint_rgb){ shown[0], shown[1], shown[2] };
    }
    if (canvas->format->family != TRI_FAMILY_GREY)
        return rgb;
    const uint8_t level = (uint8_t)(luma + 0.5);
    return (struct paint_rgb){ level, level, level };
}

/** Of a mosaic each pixel has one of the colours: that, exactly. */
static void assert_mosaic(const struct paint *canvas, uint32_t x, uint32_t y,
                          struct paint_rgb expected)
{
    for (unsigned c = 0; c < canvas->format->components; c++) {
        const struct tri_component *component = &canvas->format->component[c];
        if (component->line != y % 2 || component->first != x % 2)
            continue;
        const uint8_t *row = canvas->data[0] + (size_t)y * canvas->shape.plane[0].stride;
        assert_int_equal(component_get(component, row, x / 2),
                         paint_color(canvas, expected).sample[c]);
    }
}

static void assert_pixel(const struct paint *canvas, const uint8_t *rgb, uint32_t x, uint32_t y,
                         struct paint_rgb expected)
{
    if (canvas->format->family == TRI_FAMILY_BAYER) {
        assert_mosaic(canvas, x, y, expected);
        return;
    }
    const uint8_t *pixel = rgb + ((size_t)y * canvas->video.width + x) * 3;
    const struct paint_rgb shown = as_shown(canvas, expected);
    const int most = tolerance(canvas->video.fourcc);

    if (abs(pixel[0] - shown.r) > most || abs(pixel[1] - shown.g) > most ||
        abs(pixel[2] - shown.b) > most)
        fail_msg("%s %ux%u at %u,%u: %d %d %d instead of %d %d %d", canvas->format->name,
                 canvas->video.width, canvas->video.height, x, y, pixel[0], pixel[1], pixel[2],
                 shown.r, shown.g, shown.b);
}

/** Returns the next drawable format; moves *index behind it. */
static const struct tri_format *next_format(size_t *index)
{
    const struct tri_format *format = tri_format_at((*index)++);
    while (format && format->family == TRI_FAMILY_COMPRESSED)
        format = tri_format_at((*index)++);
    return format;
}

static const uint32_t sizes[][2] = { { 1, 1 },   { 2, 2 },   { 1, 9 },  { 9, 1 },
                                     { 17, 13 }, { 64, 36 }, { 97, 61 } };
static const uint32_t spares[] = { 0, 4, 63 };

static void every_format_that_has_rows_can_be_drawn(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));)
        assert_true(format->components > 0);
}

static void compressed_format_cannot_be_drawn(void **state)
{
    const struct tri_video video = { .fourcc = TRI_FOURCC_MJPG, .width = 16, .height = 16 };
    struct paint canvas;
    (void)state;
    assert_false(paint_open(&canvas, &video));
}

static void fill_and_compare(uint32_t fourcc, const uint32_t size[2], uint32_t spare,
                             struct paint_rgb color)
{
    struct paint canvas;
    uint8_t *memory = untouched(&canvas, fourcc, size[0], size[1], spare);
    paint_fill(&canvas, 0, 0, size[0], size[1], paint_color(&canvas, color));

    uint8_t *rgb = as_rgb(&canvas);
    for (uint32_t y = 0; y < size[1]; y++)
        for (uint32_t x = 0; x < size[0]; x++)
            assert_pixel(&canvas, rgb, x, y, color);
    free(rgb);
    free(memory);
}

static void colour_comes_back_from_every_format_size_and_stride(void **state)
{
    static const struct paint_rgb colors[] = { { 0, 0, 0 },     { 255, 255, 255 }, { 255, 0, 0 },
                                               { 0, 255, 0 },   { 0, 0, 255 },     { 191, 191, 0 },
                                               { 120, 60, 200 } };
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));)
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
            for (size_t c = 0; c < sizeof(colors) / sizeof(colors[0]); c++)
                fill_and_compare(format->fourcc, sizes[s], spares[(s + c) % 3], colors[c]);
}

static void every_matrix_and_range_follows_the_frame(void **state)
{
    static const struct {
        enum tri_matrix matrix;
        enum tri_range range;
    } kinds[] = { { TRI_MATRIX_601, TRI_RANGE_LIMITED },
                  { TRI_MATRIX_709, TRI_RANGE_LIMITED },
                  { TRI_MATRIX_601, TRI_RANGE_FULL },
                  { TRI_MATRIX_709, TRI_RANGE_FULL },
                  { TRI_MATRIX_BT2020, TRI_RANGE_LIMITED } };
    const struct paint_rgb color = { 200, 40, 90 };
    (void)state;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        struct paint canvas;
        struct tri_video video = { .fourcc = TRI_FOURCC_NV12,
                                   .width = 16,
                                   .height = 16,
                                   .matrix = kinds[k].matrix,
                                   .range = kinds[k].range };
        assert_true(paint_open(&canvas, &video));
        uint8_t *memory = calloc(1, (size_t)canvas.shape.bytes);
        canvas.data[0] = memory;
        canvas.data[1] = memory + canvas.shape.plane[1].offset;
        paint_fill(&canvas, 0, 0, 16, 16, paint_color(&canvas, color));
        uint8_t *rgb = as_rgb(&canvas);
        assert_pixel(&canvas, rgb, 5, 5, color);
        free(rgb);
        free(memory);
    }
}

/** Asserts that only the pixels of the rows changed. */
static void assert_padding_untouched(const struct paint *canvas, const uint8_t *memory)
{
    const size_t bytes = (size_t)canvas->shape.bytes + 2 * (size_t)MARGIN;
    uint8_t *mask = calloc(1, bytes);
    for (uint32_t p = 0; p < canvas->shape.planes; p++) {
        const struct tri_plane *plane = &canvas->shape.plane[p];
        for (uint32_t row = 0; row < plane->rows; row++)
            memset(mask + MARGIN + plane->offset + (size_t)row * plane->stride, 1,
                   plane->row_bytes);
    }
    for (size_t i = 0; i < bytes; i++)
        if (!mask[i] && memory[i] != UNTOUCHED)
            fail_msg("%s %ux%u: byte %zu was written", canvas->format->name, canvas->video.width,
                     canvas->video.height, i);
    free(mask);
}

static void bytes_beyond_the_rows_do_not_change(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));) {
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
            struct paint canvas;
            struct paint part;
            uint8_t *memory = untouched(&canvas, format->fourcc, sizes[s][0], sizes[s][1], 63);
            struct paint_color *line = calloc(sizes[s][0] + 8, sizeof(*line));

            paint_fill(&canvas, 0, 0, UINT32_MAX, UINT32_MAX, paint_color(&canvas, white));
            paint_fill(&canvas, sizes[s][0], sizes[s][1], 1, 1, paint_color(&canvas, white));
            for (uint32_t y = 0; y < sizes[s][1] + 2; y++)
                paint_line(&canvas, 0, y, sizes[s][0] + 8, line);
            paint_repeat(&canvas, 0, 2, sizes[s][1] + 8);
            assert_true(paint_open_part(&part, &canvas, 12, 12));
            for (uint32_t at = 0; at < sizes[s][1] + 16; at += 2)
                paint_copy(&canvas, at, at, &part, 0, 0, 12, 12);

            assert_padding_untouched(&canvas, memory);
            free(part.data[0]);
            free(line);
            free(memory);
        }
    }
}

static void rectangle_ends_at_its_edges(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));) {
        struct paint canvas;
        uint8_t *memory = untouched(&canvas, format->fourcc, 33, 23, 5);

        paint_fill(&canvas, 0, 0, 33, 23, paint_color(&canvas, white));
        paint_fill(&canvas, 7, 5, 11, 9, paint_color(&canvas, black)); // both have the same chroma

        uint8_t *rgb = as_rgb(&canvas);
        for (uint32_t y = 0; y < 23; y++)
            for (uint32_t x = 0; x < 33; x++)
                assert_pixel(&canvas, rgb, x, y,
                             x >= 7 && x < 18 && y >= 5 && y < 14 ? black : white);
        free(rgb);
        free(memory);
    }
}

static void line_paints_the_same_pixels_as_a_rectangle(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));) {
        struct paint by_line;
        struct paint by_fill;
        uint8_t *lines = untouched(&by_line, format->fourcc, 31, 9, 3);
        uint8_t *fills = untouched(&by_fill, format->fourcc, 31, 9, 3);
        const struct paint_color color = paint_color(&by_line, (struct paint_rgb){ 180, 90, 30 });
        struct paint_color line[31];

        for (size_t x = 0; x < 31; x++)
            line[x] = color;
        for (uint32_t y = 0; y < 9; y++)
            paint_line(&by_line, 0, y, 31, line);
        paint_fill(&by_fill, 0, 0, 31, 9, color);

        assert_memory_equal(lines, fills, (size_t)by_fill.shape.bytes + 2 * (size_t)MARGIN);
        free(lines);
        free(fills);
    }
}

static void copied_part_equals_the_drawn_part(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));) {
        struct paint canvas;
        struct paint part;
        uint8_t *memory = untouched(&canvas, format->fourcc, 29, 21, 7);
        const struct paint_rgb ground = { 20, 30, 160 };
        const struct paint_rgb ink = { 230, 180, 40 };

        paint_fill(&canvas, 0, 0, 29, 21, paint_color(&canvas, ground));
        assert_true(paint_open_part(&part, &canvas, 8, 6));
        paint_fill(&part, 0, 0, 8, 6, paint_color(&part, ink));
        paint_copy(&canvas, 10, 4, &part, 0, 0, 8, 6);
        paint_copy(&canvas, 26, 18, &part, 0, 0, 8, 6); // over the edges

        uint8_t *rgb = as_rgb(&canvas); // chroma is interpolated: only pixels off the edges count
        for (uint32_t y = 0; y < 21; y++)
            for (uint32_t x = 0; x < 29; x++)
                if ((x >= 12 && x < 16 && y >= 6 && y < 8) || (x == 28 && y == 20))
                    assert_pixel(&canvas, rgb, x, y, ink);
                else if (x < 8 || (x >= 20 && x < 24) || (x < 24 && (y < 2 || y >= 12)))
                    assert_pixel(&canvas, rgb, x, y, ground);
        free(rgb);
        free(part.data[0]);
        free(memory);
    }
}

static void lines_are_repeated_to_the_end(void **state)
{
    const struct tri_format *format;
    (void)state;
    for (size_t i = 0; (format = next_format(&i));) {
        struct paint canvas;
        uint8_t *memory = untouched(&canvas, format->fourcc, 6, 11, 1);

        paint_fill(&canvas, 0, 0, 6, 1, paint_color(&canvas, white));
        paint_fill(&canvas, 0, 1, 6, 1, paint_color(&canvas, black));
        paint_repeat(&canvas, 0, 2, 11);

        uint8_t *rgb = as_rgb(&canvas);
        for (uint32_t y = 0; y < 11; y++)
            assert_pixel(&canvas, rgb, 3, y, y % 2 ? black : white);
        free(rgb);
        free(memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_that_has_rows_can_be_drawn),
        cmocka_unit_test(compressed_format_cannot_be_drawn),
        cmocka_unit_test(colour_comes_back_from_every_format_size_and_stride),
        cmocka_unit_test(every_matrix_and_range_follows_the_frame),
        cmocka_unit_test(bytes_beyond_the_rows_do_not_change),
        cmocka_unit_test(rectangle_ends_at_its_edges),
        cmocka_unit_test(line_paints_the_same_pixels_as_a_rectangle),
        cmocka_unit_test(copied_part_equals_the_drawn_part),
        cmocka_unit_test(lines_are_repeated_to_the_end),
    };
    return cmocka_run_group_tests_name("paint", tests, NULL, NULL);
}
