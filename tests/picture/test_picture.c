/* SPDX-License-Identifier: MIT */
/* Conversion: colours by formula, at odd sizes, with padded rows, and no writes beyond. */
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
enum { GUARD = 0x5a, PAD = 24, TOLERANCE = 2, FOR_THE_SCREEN = 3 };

/* An image in memory that ends with its last pixel, so that a checker detects reads beyond. */
struct picture {
    struct tri_frame_info info;
    struct tri_shape shape;
    uint8_t *memory;
    uint8_t *data[TRI_PLANES_MAX];
    uint32_t stride[TRI_PLANES_MAX];
};

static struct picture picture_new(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t pad)
{
    struct picture made = { .info = {
                                .video = { .fourcc = fourcc, .width = width, .height = height } } };
    assert_int_equal(tri_video_shape(&made.info.video, &made.shape), TRI_OK);
    for (uint32_t p = 0; p < made.shape.planes; p++)
        made.info.video.stride[p] = made.shape.plane[p].row_bytes + pad;
    assert_int_equal(tri_video_shape(&made.info.video, &made.shape), TRI_OK);
    made.info.bytes_used = made.shape.bytes;
    made.memory = malloc(made.shape.bytes ? made.shape.bytes : 1);
    assert_non_null(made.memory);
    memset(made.memory, GUARD, made.shape.bytes);
    for (uint32_t p = 0; p < made.shape.planes; p++) {
        made.data[p] = made.memory + made.shape.plane[p].offset;
        made.stride[p] = made.shape.plane[p].stride;
    }
    return made;
}

static void picture_free(struct picture *picture)
{
    free(picture->memory);
    picture->memory = NULL;
}

static void assert_padding_untouched(const struct picture *picture)
{
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        for (size_t row = 0; row < plane->rows; row++)
            for (size_t x = plane->row_bytes; x < plane->stride; x++)
                assert_int_equal(picture->data[p][row * plane->stride + x], GUARD);
    }
}

static enum tri_err convert(picture_converter *converter, const struct picture *from,
                            struct picture *to)
{
    return picture_convert(converter, &from->info, &from->shape, (const uint8_t *const *)from->data,
                           to->info.video.fourcc, to->data, to->stride);
}

/* Y, Cb, Cr from 0 to 255, from R, G, B: the definition in BT.601, 709 and 2020. */
static void ycc_of_rgb(const struct tri_video *video, const double rgb[3], double ycc[3])
{
    double kr = 0.299;
    double kb = 0.114;
    if (tri_video_matrix(video) == TRI_MATRIX_709) {
        kr = 0.2126;
        kb = 0.0722;
    } else if (tri_video_matrix(video) == TRI_MATRIX_BT2020) {
        kr = 0.2627;
        kb = 0.0593;
    }
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    const double scale = full ? 1 : 224.0 / 255;
    ycc[0] = full ? y : 16 + y * 219 / 255;
    ycc[1] = 128 + (rgb[2] - y) / (2 * (1 - kb)) * scale;
    ycc[2] = 128 + (rgb[0] - y) / (2 * (1 - kr)) * scale;
}

static uint8_t byte_of(double value)
{
    return (uint8_t)fmin(fmax(nearbyint(value), 0), 255);
}

/* The same for a mosaic. */
static void paint_bayer(struct picture *picture, const uint8_t c[3])
{
    const struct tri_format *format = tri_format_find(picture->info.video.fourcc);
    for (unsigned i = 0; i < 4; i++) {
        const struct tri_component *component = &format->component[i];
        const uint8_t value = c[strchr("RGB", component->name) - "RGB"];
        for (size_t y = component->line; y < picture->shape.plane[0].rows; y += 2)
            for (uint32_t n = 0; n < (picture->info.video.width + 1) / 2; n++)
                component_set(component, picture->data[0] + y * picture->stride[0], n,
                              (uint16_t)(value * ((1u << component->bits) - 1) / 255));
    }
}

/* Fills a YUV, grey or RGB image with one colour, with components from 0 to 255. */
static void paint(struct picture *picture, const uint8_t c[3])
{
    const uint8_t y = c[0];
    const uint8_t u = c[1];
    const uint8_t v = c[2];
    uint8_t group[TRI_PLANES_MAX][16] = { { 0 } };
    size_t bytes[TRI_PLANES_MAX] = { 1, 1, 1, 1 };
#define GROUP(plane, ...)                                 \
    do {                                                  \
        const uint8_t of_group[] = { __VA_ARGS__ };       \
        memcpy(group[plane], of_group, sizeof(of_group)); \
        bytes[plane] = sizeof(of_group);                  \
    } while (0)
    switch (picture->info.video.fourcc) {
    case TRI_FOURCC_YUYV:
        GROUP(0, y, u, y, v);
        break;
    case TRI_FOURCC_UYVY:
        GROUP(0, u, y, v, y);
        break;
    case TRI_FOURCC_YVYU:
        GROUP(0, y, v, y, u);
        break;
    case TRI_FOURCC_NV12:
    case TRI_FOURCC_NV16:
    case TRI_FOURCC_NV24:
        GROUP(0, y);
        GROUP(1, u, v);
        break;
    case TRI_FOURCC_NV21:
        GROUP(0, y);
        GROUP(1, v, u);
        break;
    case TRI_FOURCC_YU12:
    case TRI_FOURCC_422P:
    case TRI_FOURCC_YM24:
        GROUP(0, y);
        GROUP(1, u);
        GROUP(2, v);
        break;
    case TRI_FOURCC_YV12:
        GROUP(0, y);
        GROUP(1, v);
        GROUP(2, u);
        break;
    case TRI_FOURCC_P010:
    case TRI_FOURCC_P012:
        GROUP(0, 0, y);
        GROUP(1, 0, u, 0, v);
        break;
    case TRI_FOURCC_Y210:
        GROUP(0, 0, y, 0, u, 0, y, 0, v);
        break;
    case TRI_FOURCC_V210: {
        const uint32_t two = 2,
                       words[] = { (uint32_t)u << two | (uint32_t)y << 12 | (uint32_t)v << 22,
                                   (uint32_t)y << two | (uint32_t)u << 12 | (uint32_t)y << 22,
                                   (uint32_t)v << two | (uint32_t)y << 12 | (uint32_t)u << 22,
                                   (uint32_t)y << two | (uint32_t)v << 12 | (uint32_t)y << 22 };
        for (unsigned i = 0; i < 16; i++)
            group[0][i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
        bytes[0] = 16;
        break;
    }
    case TRI_FOURCC_RGB6:
        GROUP(0, c[0], c[0], c[1], c[1], c[2], c[2]);
        break;
    case TRI_FOURCC_BGR6:
        GROUP(0, c[2], c[2], c[1], c[1], c[0], c[0]);
        break;
    case TRI_FOURCC_Y10: // the high bits once more as the low ones
        GROUP(0, (uint8_t)(y << 2 | y >> 6), y >> 6);
        break;
    case TRI_FOURCC_Y12:
        GROUP(0, (uint8_t)(y << 4 | y >> 4), y >> 4);
        break;
    case TRI_FOURCC_GREY:
        GROUP(0, y);
        break;
    case TRI_FOURCC_Y16:
        GROUP(0, y, y);
        break;
    case TRI_FOURCC_RGB3:
        GROUP(0, c[0], c[1], c[2]);
        break;
    case TRI_FOURCC_BGR3:
        GROUP(0, c[2], c[1], c[0]);
        break;
    case TRI_FOURCC_XR24:
    case TRI_FOURCC_AR24:
        GROUP(0, c[2], c[1], c[0], 255);
        break;
    case TRI_FOURCC_AB24:
        GROUP(0, c[0], c[1], c[2], 255);
        break;
    case TRI_FOURCC_RGBP:
        GROUP(0, (uint8_t)((c[1] >> 2) << 5 | c[2] >> 3), (uint8_t)((c[0] & 0xf8) | c[1] >> 5));
        break;
    default:
        assert_int_equal(tri_format_find(picture->info.video.fourcc)->family, TRI_FAMILY_BAYER);
        paint_bayer(picture, c);
        return;
    }
#undef GROUP
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        for (size_t row = 0; row < plane->rows; row++)
            for (size_t x = 0; x < plane->row_bytes; x++)
                picture->data[p][row * plane->stride + x] = group[p][x % bytes[p]];
    }
}

static void assert_all_pixels(const struct picture *picture, const double rgb[3], double tolerance,
                              const char *what)
{
    const struct tri_plane *plane = &picture->shape.plane[0];
    const bool four = picture->info.video.fourcc == TRI_FOURCC_AR24;
    const double of_three[] = { rgb[0], rgb[1], rgb[2] };
    const double of_four[] = { rgb[2], rgb[1], rgb[0], 255 };
    for (size_t row = 0; row < plane->rows; row++)
        for (size_t x = 0; x < plane->row_bytes; x++) {
            const uint8_t is = picture->data[0][row * plane->stride + x];
            const double wanted = four ? of_four[x % 4] : of_three[x % 3];
            if (fabs(is - wanted) > tolerance)
                fail_msg("%s: byte %zu of row %zu is %d, not %.1f", what, x, row, is, wanted);
        }
}

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
    struct picture from = picture_new(format->fourcc, size[0], size[1], PAD);
    from.info.video.matrix = matrix;
    from.info.video.range = range;
    memcpy(wanted, rgb, sizeof(wanted));
    if (format->family == TRI_FAMILY_BAYER) {
        for (int i = 0; i < 3; i++)
            painted[i] = byte_of(rgb[i]);
    } else if (format->family == TRI_FAMILY_RGB) {
        const bool full = tri_video_range(&from.info.video) == TRI_RANGE_FULL;
        for (int i = 0; i < 3; i++)
            painted[i] = byte_of(full ? rgb[i] : 16 + rgb[i] * 219 / 255);
    } else {
        double ycc[3];
        ycc_of_rgb(&from.info.video, rgb, ycc);
        for (int i = 0; i < 3; i++)
            painted[i] = byte_of(ycc[i]);
        const bool full = tri_video_range(&from.info.video) == TRI_RANGE_FULL;
        if (format->family == TRI_FAMILY_GREY)
            wanted[0] = wanted[1] = wanted[2] = full ? painted[0] : (painted[0] - 16) * 255.0 / 219;
    }
    paint(&from, painted);

    static const uint32_t targets[] = { TRI_FOURCC_RGB3, TRI_FOURCC_AR24 }; // two libraries
    for (size_t t = 0; t < COUNT(targets); t++) {
        if (targets[t] == format->fourcc)
            continue; // copied, alpha as it is
        struct picture to = picture_new(targets[t], size[0], size[1], PAD);
        picture_converter *converter = picture_converter_new(NULL);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        snprintf(what, sizeof(what), "%s %ux%u %s %s to %s", format->name, size[0], size[1],
                 tri_matrix_name(matrix), tri_range_name(range), tri_format_find(targets[t])->name);
        // Components of 8 bits are coarser in YUV than in RGB, those of RGBP have 5 bits.
        const int usual = targets[t] == TRI_FOURCC_AR24 ? FOR_THE_SCREEN : TOLERANCE;
        assert_all_pixels(&to, wanted, format->fourcc == TRI_FOURCC_RGBP ? 10 : usual, what);
        assert_padding_untouched(&to);
        picture_converter_free(&converter);
        picture_free(&to);
    }
    picture_free(&from);
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

/* Any luma beside any other, over one chroma, which libraries may interpolate. */
static void paint_noise(struct picture *picture, unsigned *seed)
{
    uint8_t color[3];
    for (int i = 0; i < 3; i++)
        color[i] = (uint8_t)((*seed = *seed * 1103515245u + 12345u) >> 16);
    const struct tri_component *luma = &tri_format_find(picture->info.video.fourcc)->component[0];
    if (luma->name != 'Z')
        paint(picture, color);
    for (size_t y = 0; y < picture->info.video.height; y++)
        for (uint32_t x = 0; x < picture->info.video.width; x++)
            component_set(luma, picture->data[0] + y * picture->stride[0], x,
                          (uint16_t)((*seed = *seed * 1103515245u + 12345u) >> 16 &
                                     ((1u << luma->bits) - 1)));
}

static void assert_colors_by_formula(const struct picture *from, const struct picture *to,
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
                    struct picture from =
                        picture_new(format->fourcc, sizes[s][0], sizes[s][1], PAD);
                    struct picture to = picture_new(TRI_FOURCC_AR24, sizes[s][0], sizes[s][1], PAD);
                    from.info.video.matrix = matrices[m];
                    from.info.video.range = ranges[r];
                    paint_noise(&from, &seed);
                    assert_int_equal(convert(converter, &from, &to), TRI_OK);
                    snprintf(what, sizeof(what), "%s %ux%u %s %s", format->name, sizes[s][0],
                             sizes[s][1], tri_matrix_name(matrices[m]), tri_range_name(ranges[r]));
                    assert_colors_by_formula(&from, &to, what);
                    assert_padding_untouched(&to);
                    picture_free(&from);
                    picture_free(&to);
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
            struct picture from = picture_new(TRI_FOURCC_Y16, 33, 1, 1);
            struct picture to = picture_new(targets[t], 33, 1, PAD);
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
            picture_free(&from);
            picture_free(&to);
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
                struct picture from = picture_new(TRI_FOURCC_RGB3, 33, 17, 0);
                struct picture to = picture_new(targets[t], 33, 17, PAD);
                from.info.video.matrix = matrices[m];
                to.info.video.matrix = matrices[m];
                const uint8_t rgb[3] = { (uint8_t)colors[c][0], (uint8_t)colors[c][1],
                                         (uint8_t)colors[c][2] };
                double ycc[3];
                paint(&from, rgb);
                ycc_of_rgb(&to.info.video, colors[c], ycc);
                assert_int_equal(convert(converter, &from, &to), TRI_OK);
                const int u = targets[t] == TRI_FOURCC_YV12 ? 2 : 1;
                assert_true(fabs(to.data[0][0] - ycc[0]) <= TOLERANCE);
                assert_true(fabs(to.data[u][0] - ycc[1]) <= TOLERANCE);
                assert_true(fabs(to.data[3 - u][0] - ycc[2]) <= TOLERANCE);
                assert_padding_untouched(&to);
                picture_free(&from);
                picture_free(&to);
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
        struct picture from = picture_new(format->fourcc, 33, 17, PAD);
        struct picture to = picture_new(format->fourcc, 33, 17, 0);
        unsigned seed = 1;
        for (size_t i = 0; i < from.shape.bytes; i++)
            from.memory[i] = (uint8_t)((seed = seed * 1103515245u + 12345u) >> 3);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        for (uint32_t p = 0; p < from.shape.planes; p++)
            for (size_t row = 0; row < from.shape.plane[p].rows; row++)
                assert_memory_equal(to.data[p] + row * to.stride[p],
                                    from.data[p] + row * from.stride[p],
                                    from.shape.plane[p].row_bytes);
        picture_free(&from);
        picture_free(&to);
    }
    picture_converter_free(&converter);
}

static void one_converter_follows_changes_of_size_and_colour(void **state)
{
    (void)state;
    picture_converter *converter = picture_converter_new(NULL);
    for (int round = 0; round < 4; round++) {
        const uint32_t width = round % 2 ? 64 : 33;
        struct picture from = picture_new(TRI_FOURCC_YU12, width, 17, 0);
        struct picture to = picture_new(TRI_FOURCC_RGB3, width, 17, 0);
        from.info.video.matrix = round < 2 ? TRI_MATRIX_601 : TRI_MATRIX_709;
        double ycc[3];
        ycc_of_rgb(&from.info.video, colors[6], ycc);
        const uint8_t painted[3] = { byte_of(ycc[0]), byte_of(ycc[1]), byte_of(ycc[2]) };
        paint(&from, painted);
        assert_int_equal(convert(converter, &from, &to), TRI_OK);
        assert_all_pixels(&to, colors[6], TOLERANCE, "after a change");
        picture_free(&from);
        picture_free(&to);
    }
    picture_converter_free(&converter);
}

/* A JPEG of one colour in an MJPG frame, as left by a camera: bytes_used below capacity. */
static struct picture jpeg_of(const uint8_t rgb[3], int width, int height, int subsampling)
{
    struct picture source = picture_new(TRI_FOURCC_RGB3, (uint32_t)width, (uint32_t)height, 0);
    paint(&source, rgb);
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    tjhandle turbo = tjInitCompress();
    assert_int_equal(tjCompress2(turbo, source.data[0], width, (int)source.stride[0], height,
                                 TJPF_RGB, &bytes, &count, subsampling, 95, 0),
                     0);
    struct picture made = picture_new(TRI_FOURCC_MJPG, (uint32_t)width, (uint32_t)height, 0);
    assert_true(count <= made.shape.plane[0].bytes);
    memcpy(made.memory, bytes, count);
    made.info.bytes_used = count;
    tjFree(bytes);
    tjDestroy(turbo);
    picture_free(&source);
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
            struct picture from = jpeg_of(rgb, 33, 17, subsamplings[s]);
            from.info.video.matrix = TRI_MATRIX_709; // a camera's description, which JFIF overrides
            struct picture to = picture_new(TRI_FOURCC_RGB3, 33, 17, PAD);
            assert_int_equal(convert(converter, &from, &to), TRI_OK);
            assert_all_pixels(&to, colors[c], 3, "MJPG");
            assert_padding_untouched(&to);
            picture_free(&from);
            picture_free(&to);
        }
    picture_converter_free(&converter);
}

static void damaged_mjpg_is_refused_not_followed(void **state)
{
    (void)state;
    const uint8_t rgb[3] = { 10, 20, 30 };
    picture_converter *converter = picture_converter_new(NULL);
    struct picture to = picture_new(TRI_FOURCC_RGB3, 33, 17, PAD);

    struct picture noise = jpeg_of(rgb, 33, 17, TJSAMP_420);
    memset(noise.memory, 0x33, noise.info.bytes_used);
    assert_int_equal(convert(converter, &noise, &to), TRI_ERR_CORRUPT);

    struct picture beyond = jpeg_of(rgb, 33, 17, TJSAMP_420);
    beyond.info.bytes_used = beyond.shape.plane[0].bytes + 1;
    assert_int_equal(convert(converter, &beyond, &to), TRI_ERR_CORRUPT);

    assert_padding_untouched(&to);
    picture_converter_free(&converter);
    picture_free(&noise);
    picture_free(&beyond);
    picture_free(&to);
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
