/* SPDX-License-Identifier: MIT */
/* Conversion: colours by formula, at odd sizes, with padded rows, and no writes beyond. */
#include "painted.h"

#include "picture/component.h"
#include "picture/picture.h"
#include "picture/pixels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { PAD = 24, TOLERANCE = 2, FOR_THE_SCREEN = 3 };

static enum tri_err convert(picture_converter *converter, const struct painted *from,
                            struct painted *to)
{
    return picture_convert(converter, &from->info, &from->shape, (const uint8_t *const *)from->data,
                           to->info.video.fourcc, to->data, to->stride);
}

static void assert_rows(const struct painted *picture, uint32_t first, uint32_t end,
                        const double rgb[3], double tolerance, const char *what)
{
    const struct tri_plane *plane = &picture->shape.plane[0];
    const bool four = picture->info.video.fourcc == TRI_FOURCC_AR24;
    const double of_three[] = { rgb[0], rgb[1], rgb[2] };
    const double of_four[] = { rgb[2], rgb[1], rgb[0], 255 };
    for (size_t row = first; row < end; row++)
        for (size_t x = 0; x < plane->row_bytes; x++) {
            const uint8_t is = picture->data[0][row * plane->stride + x];
            const double wanted = four ? of_four[x % 4] : of_three[x % 3];
            if (fabs(is - wanted) > tolerance)
                fail_msg("%s: byte %zu of row %zu is %d, not %.1f", what, x, row, is, wanted);
        }
}

static void assert_all_pixels(const struct painted *picture, const double rgb[3], double tolerance,
                              const char *what)
{
    assert_rows(picture, 0, picture->shape.plane[0].rows, rgb, tolerance, what);
}

static const uint32_t rgb_targets[] = { TRI_FOURCC_RGB3, TRI_FOURCC_AR24 }; // two libraries
static const double colors[][3] = { { 0, 0, 0 },     { 255, 255, 255 }, { 255, 0, 0 },
                                    { 0, 255, 0 },   { 0, 0, 255 },     { 255, 255, 0 },
                                    { 12, 180, 99 }, { 201, 77, 140 },  { 128, 128, 128 } };
static const uint32_t sizes[][2] = { { 1, 1 },   { 2, 2 },   { 3, 5 },
                                     { 33, 17 }, { 64, 48 }, { 161, 37 } };

static void one_color(const struct tri_format *format, const uint32_t size[2], const double rgb[3],
                      uint32_t matrix, uint32_t range)
{
    char what[96];
    uint8_t painted[3];
    double wanted[3];
    struct painted from = painted_new(format->fourcc, size[0], size[1], PAD);
    from.info.video.matrix = matrix;
    from.info.video.range = range;
    memcpy(wanted, rgb, sizeof(wanted));
    if (format->family == TRI_FAMILY_BAYER) {
        for (int i = 0; i < 3; i++)
            painted[i] = painted_byte(rgb[i]);
    } else if (format->family == TRI_FAMILY_RGB) {
        const bool full = tri_video_range(&from.info.video) == TRI_RANGE_FULL;
        for (int i = 0; i < 3; i++)
            painted[i] = painted_byte(full ? rgb[i] : 16 + rgb[i] * 219 / 255);
    } else {
        double ycc[3];
        painted_ycc(&from.info.video, rgb, ycc);
        for (int i = 0; i < 3; i++)
            painted[i] = painted_byte(ycc[i]);
        const bool full = tri_video_range(&from.info.video) == TRI_RANGE_FULL;
        if (format->family == TRI_FAMILY_GREY)
            wanted[0] = wanted[1] = wanted[2] = full ? painted[0] : (painted[0] - 16) * 255.0 / 219;
    }
    painted_fill(&from, painted);

    for (size_t t = 0; t < COUNT(rgb_targets); t++) {
        if (rgb_targets[t] == format->fourcc)
            continue; // copied, alpha as it is
        struct painted to = painted_new(rgb_targets[t], size[0], size[1], PAD);
        picture_converter *converter = picture_converter_new(NULL);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        snprintf(what, sizeof(what), "%s %ux%u %s %s to %s", format->name, size[0], size[1],
                 tri_matrix_name(matrix), tri_range_name(range),
                 tri_format_find(rgb_targets[t])->name);
        // Components of 8 bits are coarser in YUV than in RGB, those of RGBP have 5 bits.
        const int usual = rgb_targets[t] == TRI_FOURCC_AR24 ? FOR_THE_SCREEN : TOLERANCE;
        assert_all_pixels(&to, wanted, format->fourcc == TRI_FOURCC_RGBP ? 10 : usual, what);
        painted_check_padding(&to);
        picture_converter_free(&converter);
        painted_free(&to);
    }
    painted_free(&from);
}

static void colours_follow_matrix_and_range_in_every_format_and_size(void **state)
{
    (void)state;
    static const uint32_t matrices[] = { TRI_MATRIX_601, TRI_MATRIX_709, TRI_MATRIX_BT2020 };
    static const uint32_t ranges[] = { TRI_RANGE_FULL, TRI_RANGE_LIMITED };
    const struct tri_format *format;
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        if (format->family == TRI_FAMILY_COMPRESSED || format->family == TRI_FAMILY_DEPTH)
            continue; // without colours of their own
        const bool one_range =
            format->family == TRI_FAMILY_RGB || format->family == TRI_FAMILY_BAYER;
        const bool yuv = format->family == TRI_FAMILY_YUV;
        const bool mosaic = format->family == TRI_FAMILY_BAYER; // one pixel has one colour
        for (size_t s = mosaic; s < COUNT(sizes); s++)
            for (size_t c = 0; c < COUNT(colors); c++)
                for (size_t m = 0; m < (yuv ? COUNT(matrices) : 1); m++)
                    for (size_t r = 0; r < (one_range ? 1 : 2); r++)
                        one_color(format, sizes[s], colors[c], matrices[m], ranges[r]);
    }
}

/** Paints the rows from the middle of each plane on. */
static void paint_lower_half(struct painted *picture, const uint8_t color[3])
{
    struct painted lower = painted_new(picture->info.video.fourcc, picture->info.video.width,
                                       picture->info.video.height, PAD);
    painted_fill(&lower, color);
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        for (size_t row = plane->rows / 2; row < plane->rows; row++)
            memcpy(picture->data[p] + row * plane->stride, lower.data[p] + row * plane->stride,
                   plane->row_bytes);
    }
    painted_free(&lower);
}

static void rows_of_chroma_belong_to_their_rows_of_luma(void **state)
{
    (void)state;
    enum { WIDTH = 64, HEIGHT = 48, BLENDED = 2 };
    const double *upper = colors[6];
    const double *lower = colors[7];
    const struct tri_format *format;
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        if (format->family != TRI_FAMILY_YUV)
            continue;
        struct painted from = painted_new(format->fourcc, WIDTH, HEIGHT, PAD);
        double ycc[2][3];
        painted_ycc(&from.info.video, upper, ycc[0]);
        painted_ycc(&from.info.video, lower, ycc[1]);
        uint8_t painted[2][3];
        for (size_t i = 0; i < 6; i++)
            painted[i / 3][i % 3] = painted_byte(ycc[i / 3][i % 3]);
        painted_fill(&from, painted[0]);
        paint_lower_half(&from, painted[1]);
        for (size_t t = 0; t < COUNT(rgb_targets); t++) {
            struct painted to = painted_new(rgb_targets[t], WIDTH, HEIGHT, PAD);
            picture_converter *converter = picture_converter_new(NULL);
            assert_int_equal(convert(converter, &from, &to), TRI_OK);
            assert_rows(&to, 0, HEIGHT / 2 - BLENDED, upper, FOR_THE_SCREEN, format->name);
            assert_rows(&to, HEIGHT / 2 + BLENDED, HEIGHT, lower, FOR_THE_SCREEN, format->name);
            picture_converter_free(&converter);
            painted_free(&to);
        }
        painted_free(&from);
    }
}

/* Any luma beside any other, over one chroma, which libraries may interpolate. */
static void paint_noise(struct painted *picture, unsigned *seed)
{
    uint8_t color[3];
    for (int i = 0; i < 3; i++)
        color[i] = (uint8_t)((*seed = *seed * 1103515245u + 12345u) >> 16);
    const struct tri_component *luma = &tri_format_find(picture->info.video.fourcc)->component[0];
    if (luma->name != 'Z')
        painted_fill(picture, color);
    for (size_t y = 0; y < picture->info.video.height; y++)
        for (uint32_t x = 0; x < picture->info.video.width; x++)
            component_set(luma, picture->data[0] + y * picture->stride[0], x,
                          (uint16_t)((*seed = *seed * 1103515245u + 12345u) >> 16 &
                                     ((1u << luma->bits) - 1)));
}

static void assert_colors_by_formula(const struct painted *from, const struct painted *to,
                                     const char *what)
{
    struct pixels pixels;
    assert_true(
        pixels_open(&pixels, &from->info.video, &from->shape, (const uint8_t *const *)from->data));
    for (uint32_t y = 0; y < from->info.video.height; y++)
        for (uint32_t x = 0; x < from->info.video.width; x++) {
            const uint8_t *is = to->data[0] + (size_t)y * to->stride[0] + (size_t)x * 4;
            const struct pixel pixel = pixels_at(&pixels, x, y);
            double rgb[3];
            pixels_color(&pixels, &pixel, rgb);
            for (int i = 0; i < 3; i++) {
                const double wanted = fmin(fmax(rgb[i] * 255, 0), 255);
                if (fabs(is[2 - i] - wanted) > FOR_THE_SCREEN)
                    fail_msg("%s: %d of %u,%u is %d, not %.1f", what, i, x, y, is[2 - i], wanted);
            }
        }
}

/* Not RGB, whose formula is none, nor a mosaic, of which each pixel depends on others. */
static bool has_noise(const struct tri_format *format)
{
    return format->family == TRI_FAMILY_YUV || format->family == TRI_FAMILY_GREY ||
           format->family == TRI_FAMILY_DEPTH;
}

static void every_pixel_for_the_screen_follows_the_formula(void **state)
{
    (void)state;
    static const uint32_t matrices[] = { TRI_MATRIX_601, TRI_MATRIX_709, TRI_MATRIX_BT2020 };
    static const uint32_t ranges[] = { TRI_RANGE_FULL, TRI_RANGE_LIMITED };
    picture_converter *converter = picture_converter_new(NULL);
    const struct tri_format *format;
    unsigned seed = 1;
    for (size_t f = 0; (format = tri_format_at(f)); f++)
        for (size_t s = 0; has_noise(format) && s < COUNT(sizes); s++)
            for (size_t m = 0; m < COUNT(matrices); m++)
                for (size_t r = 0; r < COUNT(ranges); r++) {
                    char what[96];
                    struct painted from =
                        painted_new(format->fourcc, sizes[s][0], sizes[s][1], PAD);
                    struct painted to = painted_new(TRI_FOURCC_AR24, sizes[s][0], sizes[s][1], PAD);
                    from.info.video.matrix = matrices[m];
                    from.info.video.range = ranges[r];
                    paint_noise(&from, &seed);
                    assert_int_equal(convert(converter, &from, &to), TRI_OK);
                    snprintf(what, sizeof(what), "%s %ux%u %s %s", format->name, sizes[s][0],
                             sizes[s][1], tri_matrix_name(matrices[m]), tri_range_name(ranges[r]));
                    assert_colors_by_formula(&from, &to, what);
                    painted_check_padding(&to);
                    painted_free(&from);
                    painted_free(&to);
                }
    picture_converter_free(&converter);
}

static void grey_of_fewer_bits_has_full_brightness(void **state)
{
    (void)state;
    static const uint32_t all_bits[] = { 8, 9, 10, 12, 14, 16 };
    static const uint32_t targets[] = { TRI_FOURCC_AR24, TRI_FOURCC_RGB3, TRI_FOURCC_GREY };
    picture_converter *converter = picture_converter_new(NULL);
    for (size_t b = 0; b < COUNT(all_bits); b++)
        for (size_t t = 0; t < COUNT(targets); t++) {
            struct painted from = painted_new(TRI_FOURCC_Y16, 33, 1, 1);
            struct painted to = painted_new(targets[t], 33, 1, PAD);
            const unsigned most = (1u << all_bits[b]) - 1;
            from.info.video.bits = all_bits[b];
            for (size_t x = 0; x < 33; x++) {
                from.data[0][2 * x] = (uint8_t)(most * x / 32);
                from.data[0][2 * x + 1] = (uint8_t)(most * x / 32 >> 8);
            }
            assert_int_equal(convert(converter, &from, &to), TRI_OK);
            const size_t step = to.shape.plane[0].row_bytes / 33;
            for (size_t x = 0; x < 33; x++)
                if (fabs(to.data[0][step * x] - 255.0 * (double)x / 32) > TOLERANCE)
                    fail_msg("%u bits, target %zu: pixel %zu is %d", all_bits[b], t, x,
                             to.data[0][step * x]);
            painted_free(&from);
            painted_free(&to);
        }
    picture_converter_free(&converter);
}

static void rgb_becomes_yuv_by_the_same_formula(void **state)
{
    (void)state;
    static const uint32_t matrices[] = { TRI_MATRIX_601, TRI_MATRIX_709, TRI_MATRIX_BT2020 };
    static const uint32_t targets[] = { TRI_FOURCC_YU12, TRI_FOURCC_YV12, TRI_FOURCC_422P };
    picture_converter *converter = picture_converter_new(NULL);
    for (size_t m = 0; m < COUNT(matrices); m++)
        for (size_t t = 0; t < COUNT(targets); t++)
            for (size_t c = 0; c < COUNT(colors); c++) {
                struct painted from = painted_new(TRI_FOURCC_RGB3, 33, 17, 0);
                struct painted to = painted_new(targets[t], 33, 17, PAD);
                from.info.video.matrix = matrices[m];
                to.info.video.matrix = matrices[m];
                const uint8_t rgb[3] = { (uint8_t)colors[c][0], (uint8_t)colors[c][1],
                                         (uint8_t)colors[c][2] };
                double ycc[3];
                painted_fill(&from, rgb);
                painted_ycc(&to.info.video, colors[c], ycc);
                assert_int_equal(convert(converter, &from, &to), TRI_OK);
                const int u = targets[t] == TRI_FOURCC_YV12 ? 2 : 1;
                assert_true(fabs(to.data[0][0] - ycc[0]) <= TOLERANCE);
                assert_true(fabs(to.data[u][0] - ycc[1]) <= TOLERANCE);
                assert_true(fabs(to.data[3 - u][0] - ycc[2]) <= TOLERANCE);
                painted_check_padding(&to);
                painted_free(&from);
                painted_free(&to);
            }
    picture_converter_free(&converter);
}

static void equal_formats_are_copied_bit_for_bit(void **state)
{
    (void)state;
    picture_converter *converter = picture_converter_new(NULL);
    const struct tri_format *format;
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        if (format->family == TRI_FAMILY_COMPRESSED)
            continue;
        struct painted from = painted_new(format->fourcc, 33, 17, PAD);
        struct painted to = painted_new(format->fourcc, 33, 17, 0);
        unsigned seed = 1;
        for (size_t i = 0; i < from.shape.bytes; i++)
            from.memory[i] = (uint8_t)((seed = seed * 1103515245u + 12345u) >> 3);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        for (uint32_t p = 0; p < from.shape.planes; p++)
            for (size_t row = 0; row < from.shape.plane[p].rows; row++)
                assert_memory_equal(to.data[p] + row * to.stride[p],
                                    from.data[p] + row * from.stride[p],
                                    from.shape.plane[p].row_bytes);
        painted_free(&from);
        painted_free(&to);
    }
    picture_converter_free(&converter);
}

static void one_converter_follows_changes_of_size_and_colour(void **state)
{
    (void)state;
    picture_converter *converter = picture_converter_new(NULL);
    for (int round = 0; round < 4; round++) {
        const uint32_t width = round % 2 ? 64 : 33;
        struct painted from = painted_new(TRI_FOURCC_YU12, width, 17, 0);
        struct painted to = painted_new(TRI_FOURCC_RGB3, width, 17, 0);
        from.info.video.matrix = round < 2 ? TRI_MATRIX_601 : TRI_MATRIX_709;
        double ycc[3];
        painted_ycc(&from.info.video, colors[6], ycc);
        const uint8_t painted[3] = { painted_byte(ycc[0]), painted_byte(ycc[1]),
                                     painted_byte(ycc[2]) };
        painted_fill(&from, painted);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        assert_all_pixels(&to, colors[6], TOLERANCE, "after a change");
        painted_free(&from);
        painted_free(&to);
    }
    picture_converter_free(&converter);
}

/* A JPEG of one colour in an MJPG frame, as left by a camera: bytes_used below capacity. */
static struct painted jpeg_of(const uint8_t rgb[3], int width, int height, int subsampling)
{
    struct painted source = painted_new(TRI_FOURCC_RGB3, (uint32_t)width, (uint32_t)height, 0);
    painted_fill(&source, rgb);
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    tjhandle turbo = tjInitCompress();
    assert_int_equal(tjCompress2(turbo, source.data[0], width, (int)source.stride[0], height,
                                 TJPF_RGB, &bytes, &count, subsampling, 95, 0),
                     0);
    struct painted made = painted_new(TRI_FOURCC_MJPG, (uint32_t)width, (uint32_t)height, 0);
    assert_true(count <= made.shape.plane[0].bytes);
    memcpy(made.memory, bytes, count);
    made.info.bytes_used = count;
    tjFree(bytes);
    tjDestroy(turbo);
    painted_free(&source);
    return made;
}

static void mjpg_is_decoded_with_the_colours_of_jfif(void **state)
{
    (void)state;
    // 4:4:0 is tested by test_jpeg: valgrind cannot follow libjpeg's vectors of an odd width.
    static const int subsamplings[] = { TJSAMP_444, TJSAMP_422, TJSAMP_420, TJSAMP_411 };
    picture_converter *converter = picture_converter_new(NULL);
    for (size_t s = 0; s < COUNT(subsamplings); s++)
        for (size_t c = 0; c < COUNT(colors); c++) {
            const uint8_t rgb[3] = { (uint8_t)colors[c][0], (uint8_t)colors[c][1],
                                     (uint8_t)colors[c][2] };
            struct painted from = jpeg_of(rgb, 33, 17, subsamplings[s]);
            from.info.video.matrix = TRI_MATRIX_709; // a camera's description, which JFIF overrides
            struct painted to = painted_new(TRI_FOURCC_RGB3, 33, 17, PAD);
            assert_int_equal(convert(converter, &from, &to), TRI_OK);
            assert_all_pixels(&to, colors[c], 3, "MJPG");
            painted_check_padding(&to);
            painted_free(&from);
            painted_free(&to);
        }
    picture_converter_free(&converter);
}

static void damaged_mjpg_is_refused_not_followed(void **state)
{
    (void)state;
    const uint8_t rgb[3] = { 10, 20, 30 };
    picture_converter *converter = picture_converter_new(NULL);
    struct painted to = painted_new(TRI_FOURCC_RGB3, 33, 17, PAD);

    struct painted noise = jpeg_of(rgb, 33, 17, TJSAMP_420);
    memset(noise.memory, 0x33, (size_t)noise.info.bytes_used);
    assert_int_equal(convert(converter, &noise, &to), TRI_ERR_CORRUPT);

    struct painted beyond = jpeg_of(rgb, 33, 17, TJSAMP_420);
    beyond.info.bytes_used = beyond.shape.plane[0].bytes + 1;
    assert_int_equal(convert(converter, &beyond, &to), TRI_ERR_CORRUPT);

    painted_check_padding(&to);
    picture_converter_free(&converter);
    painted_free(&noise);
    painted_free(&beyond);
    painted_free(&to);
}

static void table_changes_colours_but_not_alpha_or_padding(void **state)
{
    (void)state;
    uint8_t table[256];
    uint8_t pixels[2][24];

    for (int i = 0; i < 256; i++)
        table[i] = (uint8_t)(255 - i);
    memset(pixels, 7, sizeof(pixels));
    picture_map(pixels[0], sizeof(pixels[0]), 5, 2, table);
    for (int row = 0; row < 2; row++) {
        for (int i = 0; i < 24; i++)
            assert_int_equal(pixels[row][i], i < 20 && i % 4 != 3 ? 248 : 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_changes_colours_but_not_alpha_or_padding),
        cmocka_unit_test(colours_follow_matrix_and_range_in_every_format_and_size),
        cmocka_unit_test(rows_of_chroma_belong_to_their_rows_of_luma),
        cmocka_unit_test(every_pixel_for_the_screen_follows_the_formula),
        cmocka_unit_test(grey_of_fewer_bits_has_full_brightness),
        cmocka_unit_test(rgb_becomes_yuv_by_the_same_formula),
        cmocka_unit_test(equal_formats_are_copied_bit_for_bit),
        cmocka_unit_test(one_converter_follows_changes_of_size_and_colour),
        cmocka_unit_test(mjpg_is_decoded_with_the_colours_of_jfif),
        cmocka_unit_test(damaged_mjpg_is_refused_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
