/* SPDX-License-Identifier: MIT */
/* Single pixels of every format: the right bytes, the right bits, the right colour. */
#include "picture/pixels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

/** The components of one group of each plane in the order of memory, as the formats' names and the
 *  kernel's documentation have them. */
static const struct order {
    uint32_t fourcc;
    unsigned bits;
    unsigned shift;
    const char *plane[3];
} orders[] = {
    { TRI_FOURCC_YUYV, 8, 0, { "YUYV" } },        { TRI_FOURCC_UYVY, 8, 0, { "UYVY" } },
    { TRI_FOURCC_YVYU, 8, 0, { "YVYU" } },        { TRI_FOURCC_NV12, 8, 0, { "Y", "UV" } },
    { TRI_FOURCC_NV21, 8, 0, { "Y", "VU" } },     { TRI_FOURCC_NV16, 8, 0, { "Y", "UV" } },
    { TRI_FOURCC_YU12, 8, 0, { "Y", "U", "V" } }, { TRI_FOURCC_YV12, 8, 0, { "Y", "V", "U" } },
    { TRI_FOURCC_422P, 8, 0, { "Y", "U", "V" } }, { TRI_FOURCC_P010, 10, 6, { "Y", "UV" } },
    { TRI_FOURCC_RGB3, 8, 0, { "RGB" } },         { TRI_FOURCC_BGR3, 8, 0, { "BGR" } },
    { TRI_FOURCC_XR24, 8, 0, { "BGRX" } },        { TRI_FOURCC_AR24, 8, 0, { "BGRA" } },
    { TRI_FOURCC_AB24, 8, 0, { "RGBA" } },        { TRI_FOURCC_GREY, 8, 0, { "Y" } },
    { TRI_FOURCC_Y16, 16, 0, { "Y" } },           { TRI_FOURCC_NV24, 8, 0, { "Y", "UV" } },
    { TRI_FOURCC_YM24, 8, 0, { "Y", "U", "V" } }, { TRI_FOURCC_P012, 12, 4, { "Y", "UV" } },
    { TRI_FOURCC_Y210, 10, 6, { "YUYV" } },       { TRI_FOURCC_RGB6, 16, 0, { "RGB" } },
    { TRI_FOURCC_BGR6, 16, 0, { "BGR" } },        { TRI_FOURCC_Y10, 10, 0, { "Y" } },
    { TRI_FOURCC_P210, 10, 6, { "Y", "UV" } },    { TRI_FOURCC_P216, 16, 0, { "Y", "UV" } },
    { TRI_FOURCC_Y12, 12, 0, { "Y" } },           { TRI_FOURCC_Z16, 16, 0, { "Z" } },
};

/** The colours of two by two pixels, line by line: as V4L2 names the formats. */
static const struct {
    uint32_t fourcc;
    unsigned bits;
    const char *order;
} bayer[] = {
    { TRI_FOURCC_BA81, 8, "BGGR" },  { TRI_FOURCC_GBRG, 8, "GBRG" },
    { TRI_FOURCC_GRBG, 8, "GRBG" },  { TRI_FOURCC_RGGB, 8, "RGGB" },
    { TRI_FOURCC_BG10, 10, "BGGR" }, { TRI_FOURCC_GB10, 10, "GBRG" },
    { TRI_FOURCC_BA10, 10, "GRBG" }, { TRI_FOURCC_RG10, 10, "RGGB" },
    { TRI_FOURCC_BG12, 12, "BGGR" }, { TRI_FOURCC_GB12, 12, "GBRG" },
    { TRI_FOURCC_BA12, 12, "GRBG" }, { TRI_FOURCC_RG12, 12, "RGGB" },
    { TRI_FOURCC_BYR2, 16, "BGGR" }, { TRI_FOURCC_GB16, 16, "GBRG" },
    { TRI_FOURCC_GR16, 16, "GRBG" }, { TRI_FOURCC_RG16, 16, "RGGB" },
    { TRI_FOURCC_pBAA, 10, "BGGR" }, { TRI_FOURCC_pGAA, 10, "GBRG" },
    { TRI_FOURCC_pgAA, 10, "GRBG" }, { TRI_FOURCC_pRAA, 10, "RGGB" },
    { TRI_FOURCC_pBCC, 12, "BGGR" }, { TRI_FOURCC_pGCC, 12, "GBRG" },
    { TRI_FOURCC_pgCC, 12, "GRBG" }, { TRI_FOURCC_pRCC, 12, "RGGB" },
};
#define BAYER (sizeof(bayer) / sizeof(bayer[0]))

/** Pixels that MIPI packs together, in the formats whose names begin with p; 0: none. */
static unsigned group_of(size_t i)
{
    return (bayer[i].fourcc & 0xff) != 'p' ? 0 : bayer[i].bits == 10 ? 4 : 2;
}

/** A frame with odd dimensions and padded rows. */
struct sample {
    struct tri_video video;
    struct tri_shape shape;
    uint8_t *memory;
    const uint8_t *data[TRI_PLANES_MAX];
    struct pixels pixels;
};

enum { WIDTH = 7, HEIGHT = 5, PADDING = 3 };

static void begin(struct sample *sample, struct tri_video video)
{
    *sample = (struct sample){ .video = video };
    assert_int_equal(tri_video_shape(&sample->video, &sample->shape), TRI_OK);
    for (uint32_t p = 0; p < sample->shape.planes; p++)
        sample->video.stride[p] = sample->shape.plane[p].row_bytes + PADDING;
    assert_int_equal(tri_video_shape(&sample->video, &sample->shape), TRI_OK);
    sample->memory = calloc(1, (size_t)sample->shape.bytes + PADDING);
    assert_non_null(sample->memory);
    memset(sample->memory, 0xa5, (size_t)sample->shape.bytes);
    for (uint32_t p = 0; p < sample->shape.planes; p++)
        sample->data[p] = sample->memory + sample->shape.plane[p].offset;
    assert_true(pixels_open(&sample->pixels, &sample->video, &sample->shape, sample->data));
}

static void end(struct sample *sample)
{
    free(sample->memory);
}

/** A value that identifies component and place. */
static unsigned code(char name, unsigned column, unsigned row, unsigned bits)
{
    return ((unsigned)name * 7919 + column * 131 + row * 977) & ((1u << bits) - 1);
}

static void fill(const struct sample *sample, const struct order *order)
{
    const struct tri_format *format = tri_format_find(order->fourcc);
    for (uint32_t p = 0; p < sample->shape.planes; p++) {
        const struct tri_plane *plane = &sample->shape.plane[p];
        const unsigned group = format->plane[p].pixels;
        for (unsigned row = 0; row < plane->rows; row++) {
            uint8_t *at = sample->memory + plane->offset + (size_t)row * plane->stride;
            for (unsigned column = 0; column * group < WIDTH; column++) {
                unsigned own = 0; // pixels of the group whose luma was read
                for (const char *name = order->plane[p]; *name; name++) {
                    const bool single = *name == 'Y' && group == 2;
                    const unsigned place = single ? column * 2 + own++ : column;
                    const unsigned value = code(*name, place, row, order->bits) << order->shift;
                    *at++ = (uint8_t)value;
                    if (order->bits > 8)
                        *at++ = (uint8_t)(value >> 8);
                }
            }
        }
    }
}

static void check(const struct sample *sample, const struct order *order)
{
    const struct tri_format *format = tri_format_find(order->fourcc);
    const bool yuv = format->family == TRI_FAMILY_YUV;
    const struct tri_plane_rule *chroma = &format->plane[format->planes > 1];
    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            const struct pixel pixel = pixels_at(&sample->pixels, x, y);
            for (unsigned c = 0; c < format->components; c++) {
                const char name = format->component[c].name;
                const bool shared = yuv && name != 'Y';
                const unsigned column = shared ? x / chroma->pixels : x;
                const unsigned row = shared ? y / chroma->lines : y;
                assert_int_equal(pixel.value[c], code(name, column, row, order->bits));
                assert_int_equal(sample->pixels.bits[c], order->bits);
            }
        }
    }
}

static bool is_listed(const struct tri_format *format)
{
    static const uint32_t below[] = { TRI_FOURCC_RGBP, TRI_FOURCC_V210, TRI_FOURCC_Y10P,
                                      TRI_FOURCC_Y12P };
    bool listed = format->family == TRI_FAMILY_COMPRESSED;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        listed |= orders[i].fourcc == format->fourcc;
    for (size_t i = 0; i < BAYER; i++)
        listed |= bayer[i].fourcc == format->fourcc;
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
        listed |= below[i] == format->fourcc;
    return listed;
}

static void every_component_is_read_from_its_own_bytes_in_every_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        struct sample sample;
        begin(&sample,
              (struct tri_video){ .fourcc = orders[i].fourcc, .width = WIDTH, .height = HEIGHT });
        fill(&sample, &orders[i]);
        check(&sample, &orders[i]);
        end(&sample);
    }
    for (size_t i = 0; tri_format_at(i); i++)
        if (!is_listed(tri_format_at(i)))
            fail_msg("%s has no row in this test", tri_format_at(i)->name);
}

/** Stores sample `place` of a group as MIPI's RAW10 and RAW12: the high 8 bits at `at`, the low ones in
 *  the byte behind the group. Returns where the next sample is stored. */
static uint8_t *store_packed(uint8_t *at, unsigned value, unsigned bits, unsigned place,
                             unsigned group)
{
    const unsigned low = bits - 8;
    uint8_t *last = at + group - place;
    *last = (uint8_t)((place ? *last : 0) | (value & ((1u << low) - 1)) << (place * low));
    *at = (uint8_t)(value >> low);
    return place + 1 < group ? at + 1 : at + 2;
}

static void bayer_pixels_are_the_samples_of_their_two_by_two(void **state)
{
    (void)state;
    for (size_t i = 0; i < BAYER; i++) {
        struct sample sample;
        const unsigned bytes = bayer[i].bits > 8 ? 2 : 1;
        const unsigned group = group_of(i);
        begin(&sample,
              (struct tri_video){ .fourcc = bayer[i].fourcc, .width = WIDTH, .height = HEIGHT });
        for (unsigned y = 0; y < HEIGHT; y++) {
            uint8_t *at = sample.memory + (size_t)y * sample.shape.plane[0].stride;
            for (unsigned x = 0; x < WIDTH + 1; x++) {
                const char name = bayer[i].order[y % 2 * 2 + x % 2];
                const unsigned value = code(name, x / 2, y / 2, bayer[i].bits);
                if (group) {
                    at = store_packed(at, value, bayer[i].bits, x % group, group);
                    continue;
                }
                *at++ = (uint8_t)value;
                if (bytes == 2)
                    *at++ = (uint8_t)(value >> 8);
            }
        }
        for (unsigned y = 0; y < HEIGHT; y++) {
            for (unsigned x = 0; x < WIDTH; x++) {
                const struct pixel pixel = pixels_at(&sample.pixels, x, y);
                for (unsigned c = 0; c < 4; c++) {
                    const char name = tri_format_find(bayer[i].fourcc)->component[c].name;
                    const bool lower = strchr(bayer[i].order, name) - bayer[i].order > 1;
                    // Below the last line of an odd height there is none: that of the cell above.
                    const unsigned row = y / 2 - (y == HEIGHT - 1 && lower && name != 'G');
                    const bool unclear = y == HEIGHT - 1 && name == 'G'; // either of two
                    if (!unclear)
                        assert_int_equal(pixel.value[c], code(name, x / 2, row, bayer[i].bits));
                    assert_int_equal(sample.pixels.bits[c], bayer[i].bits);
                }
            }
        }
        end(&sample);
    }
}

static void v210_has_three_samples_of_ten_bits_in_a_word(void **state)
{
    (void)state;
    struct sample sample;
    begin(&sample, (struct tri_video){ .fourcc = TRI_FOURCC_V210, .width = 12, .height = 1 });
    // U0 Y0 V0, Y1 U2 Y2, V2 Y3 U4, Y4 V4 Y5, from the lowest bit up; twice.
    static const unsigned words[4][3] = {
        { 1, 100, 51 }, { 101, 2, 102 }, { 52, 103, 3 }, { 104, 53, 105 }
    };
    for (unsigned i = 0; i < 8; i++) {
        const unsigned *w = words[i % 4];
        const unsigned add = i / 4 * 500;
        const unsigned word = (w[0] + add) | (w[1] + add) << 10 | (w[2] + add) << 20;
        for (unsigned k = 0; k < 4; k++)
            sample.memory[4 * i + k] = (uint8_t)(word >> (8 * k));
    }
    for (unsigned x = 0; x < 12; x++) {
        const struct pixel pixel = pixels_at(&sample.pixels, x, 0);
        const unsigned add = x / 6 * 500;
        assert_int_equal(pixel.value[0], 100 + x % 6 + add);
        assert_int_equal(pixel.value[1], 1 + x % 6 / 2 + add);
        assert_int_equal(pixel.value[2], 51 + x % 6 / 2 + add);
    }
    end(&sample);
}

static void packed_grey_has_the_low_bits_of_a_group_in_its_last_byte(void **state)
{
    (void)state;
    static const uint8_t ten[] = { 0x12, 0x34, 0x56, 0x78, 0xe4 }; // low bits 0, 1, 2, 3
    static const uint8_t twelve[] = { 0x12, 0x34, 0xba };
    struct sample sample;
    begin(&sample, (struct tri_video){ .fourcc = TRI_FOURCC_Y10P, .width = 4, .height = 1 });
    memcpy(sample.memory, ten, sizeof(ten));
    for (unsigned x = 0; x < 4; x++)
        assert_int_equal(pixels_at(&sample.pixels, x, 0).value[0], (unsigned)ten[x] << 2 | x);
    end(&sample);
    begin(&sample, (struct tri_video){ .fourcc = TRI_FOURCC_Y12P, .width = 2, .height = 1 });
    memcpy(sample.memory, twelve, sizeof(twelve));
    assert_int_equal(pixels_at(&sample.pixels, 0, 0).value[0], 0x12a);
    assert_int_equal(pixels_at(&sample.pixels, 1, 0).value[0], 0x34b);
    end(&sample);
}

static void depth_goes_from_red_to_blue_and_unknown_is_black(void **state)
{
    (void)state;
    static const struct {
        uint16_t depth;
        double rgb[3];
    } known[] = { { 0, { 0, 0, 0 } },
                  { 100, { 1, 0, 0 } },
                  { 256, { 1, 0, 0 } },
                  { 4096, { 0.5, 1, 0.5 } },
                  { 65535, { 0, 0, 1 } } };
    struct sample sample;
    begin(&sample,
          (struct tri_video){ .fourcc = TRI_FOURCC_Z16, .width = WIDTH, .height = HEIGHT });
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        double rgb[3];
        pixels_color(&sample.pixels, &(struct pixel){ { known[i].depth } }, rgb);
        for (int c = 0; c < 3; c++)
            assert_true(fabs(rgb[c] - known[i].rgb[c]) < 0.01);
    }
    end(&sample);
}

static void sixteen_bits_of_565_are_three_components(void **state)
{
    (void)state;
    struct sample sample;
    begin(&sample,
          (struct tri_video){ .fourcc = TRI_FOURCC_RGBP, .width = WIDTH, .height = HEIGHT });
    const unsigned value = 21u << 11 | 47u << 5 | 9u;
    sample.memory[sample.shape.plane[0].stride + 2] = (uint8_t)value;
    sample.memory[sample.shape.plane[0].stride + 3] = (uint8_t)(value >> 8);
    const struct pixel pixel = pixels_at(&sample.pixels, 1, 1);
    assert_int_equal(tri_format_find(TRI_FOURCC_RGBP)->components, 3);
    assert_int_equal(pixel.value[0], 21);
    assert_int_equal(pixel.value[1], 47);
    assert_int_equal(pixel.value[2], 9);
    double rgb[3];
    pixels_color(&sample.pixels, &pixel, rgb);
    assert_true(fabs(rgb[0] - 21 / 31.0) < 1e-9);
    assert_true(fabs(rgb[1] - 47 / 63.0) < 1e-9);
    assert_true(fabs(rgb[2] - 9 / 31.0) < 1e-9);
    end(&sample);
}

/** Codes of a pixel, and the 8-bit R'G'B' that they represent. */
struct known {
    uint32_t fourcc;
    enum tri_matrix matrix;
    enum tri_range range;
    uint16_t value[3];
    int rgb[3];
};

static void known_codes_are_the_colours_of_the_standards(void **state)
{
    (void)state;
    // Codes of bars from the standards' equations, calculated by hand and rounded.
    static const struct known table[] = {
        { TRI_FOURCC_YUYV,
          TRI_MATRIX_601,
          TRI_RANGE_LIMITED,
          { 235, 128, 128 },
          { 255, 255, 255 } },
        { TRI_FOURCC_YUYV, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 16, 128, 128 }, { 0, 0, 0 } },
        { TRI_FOURCC_YUYV, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 81, 90, 240 }, { 255, 0, 0 } },
        { TRI_FOURCC_YUYV, TRI_MATRIX_709, TRI_RANGE_LIMITED, { 63, 102, 240 }, { 255, 0, 0 } },
        { TRI_FOURCC_YUYV, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 145, 54, 34 }, { 0, 255, 0 } },
        { TRI_FOURCC_NV12, TRI_MATRIX_709, TRI_RANGE_LIMITED, { 173, 42, 26 }, { 0, 255, 0 } },
        { TRI_FOURCC_YU12, TRI_MATRIX_BT2020, TRI_RANGE_LIMITED, { 29, 240, 119 }, { 0, 0, 255 } },
        { TRI_FOURCC_YU12, TRI_MATRIX_601, TRI_RANGE_FULL, { 29, 255, 107 }, { 0, 0, 255 } },
        { TRI_FOURCC_P010,
          TRI_MATRIX_709,
          TRI_RANGE_LIMITED,
          { 940, 512, 512 },
          { 255, 255, 255 } },
        { TRI_FOURCC_P010, TRI_MATRIX_709, TRI_RANGE_LIMITED, { 250, 409, 960 }, { 255, 0, 0 } },
        { TRI_FOURCC_P216,
          TRI_MATRIX_709,
          TRI_RANGE_LIMITED,
          { 16128, 26112, 61440 },
          { 255, 0, 0 } },
        { TRI_FOURCC_GREY, TRI_MATRIX_601, TRI_RANGE_FULL, { 200 }, { 200, 200, 200 } },
        { TRI_FOURCC_GREY, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 235 }, { 255, 255, 255 } },
        { TRI_FOURCC_Y16, TRI_MATRIX_601, TRI_RANGE_FULL, { 65535 }, { 255, 255, 255 } },
        { TRI_FOURCC_Y10, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 940 }, { 255, 255, 255 } },
        { TRI_FOURCC_Y12, TRI_MATRIX_601, TRI_RANGE_FULL, { 4095 }, { 255, 255, 255 } },
        { TRI_FOURCC_V210, TRI_MATRIX_709, TRI_RANGE_LIMITED, { 250, 409, 960 }, { 255, 0, 0 } },
        { TRI_FOURCC_YM24, TRI_MATRIX_601, TRI_RANGE_FULL, { 29, 255, 107 }, { 0, 0, 255 } },
        { TRI_FOURCC_RGB6, TRI_MATRIX_601, TRI_RANGE_FULL, { 0, 65535, 0 }, { 0, 255, 0 } },
        { TRI_FOURCC_BG10, TRI_MATRIX_601, TRI_RANGE_FULL, { 1023, 0, 0 }, { 255, 0, 0 } },
        { TRI_FOURCC_RGB3, TRI_MATRIX_601, TRI_RANGE_FULL, { 1, 2, 254 }, { 1, 2, 254 } },
        { TRI_FOURCC_RGB3, TRI_MATRIX_601, TRI_RANGE_LIMITED, { 16, 235, 16 }, { 0, 255, 0 } },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct known *known = &table[i];
        struct sample sample;
        struct pixel pixel = { { known->value[0], known->value[1], known->value[2] } };
        double rgb[3];
        begin(&sample, (struct tri_video){ .fourcc = known->fourcc,
                                           .width = WIDTH,
                                           .height = HEIGHT,
                                           .matrix = known->matrix,
                                           .range = known->range });
        pixels_color(&sample.pixels, &pixel, rgb);
        for (int c = 0; c < 3; c++)
            assert_true(fabs(rgb[c] * 255 - known->rgb[c]) < 1.5); // rounding error of the codes
        end(&sample);
    }
}

static void luma_is_the_pixels_own_or_the_share_of_its_colours(void **state)
{
    (void)state;
    struct sample sample;
    begin(&sample,
          (struct tri_video){ .fourcc = TRI_FOURCC_YUYV, .width = WIDTH, .height = HEIGHT });
    assert_true(
        fabs(pixels_luma(&sample.pixels, &(struct pixel){ { 125, 1, 250 } }) - 109 / 219.0) < 1e-9);
    end(&sample);
    begin(&sample, (struct tri_video){ .fourcc = TRI_FOURCC_RGB3,
                                       .width = WIDTH,
                                       .height = HEIGHT,
                                       .matrix = TRI_MATRIX_709 });
    assert_true(fabs(pixels_luma(&sample.pixels, &(struct pixel){ { 255, 0, 0 } }) - 0.2126) <
                1e-9);
    end(&sample);
}

static void compressed_formats_have_no_pixels(void **state)
{
    (void)state;
    struct pixels pixels;
    const struct tri_shape shape = { 0 };
    const uint8_t *const data[TRI_PLANES_MAX] = { NULL };
    const struct tri_video jpeg = { .fourcc = TRI_FOURCC_MJPG, .width = 8, .height = 8 };
    assert_false(pixels_open(&pixels, &jpeg, &shape, data));
    assert_false(pixels_open(&pixels, &(struct tri_video){ .fourcc = 1 }, &shape, data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_component_is_read_from_its_own_bytes_in_every_format),
        cmocka_unit_test(bayer_pixels_are_the_samples_of_their_two_by_two),
        cmocka_unit_test(v210_has_three_samples_of_ten_bits_in_a_word),
        cmocka_unit_test(packed_grey_has_the_low_bits_of_a_group_in_its_last_byte),
        cmocka_unit_test(depth_goes_from_red_to_blue_and_unknown_is_black),
        cmocka_unit_test(sixteen_bits_of_565_are_three_components),
        cmocka_unit_test(known_codes_are_the_colours_of_the_standards),
        cmocka_unit_test(luma_is_the_pixels_own_or_the_share_of_its_colours),
        cmocka_unit_test(compressed_formats_have_no_pixels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
