/* SPDX-License-Identifier: MIT */
/* A picture of odd size has the colours of the even one that it was cropped from. */
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WIDTH = 33, HEIGHT = 17, NEAR = 2 };

struct rgb {
    uint8_t pixels[HEIGHT + 1][3 * (WIDTH + 1)];
};

/* Converts an image whose bytes depend only on their place in plane, row and column. */
static void convert(picture_converter *converter, uint32_t fourcc, uint32_t width, uint32_t height,
                    struct rgb *rgb)
{
    static uint8_t memory[1 << 16];
    const uint8_t *data[TRI_PLANES_MAX] = { NULL };
    const struct tri_frame_info info = { .video = {
                                             .fourcc = fourcc, .width = width, .height = height } };
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&info.video, &shape), TRI_OK);
    assert_true(shape.bytes <= sizeof(memory));
    for (uint32_t p = 0; p < shape.planes; p++) {
        data[p] = memory + shape.plane[p].offset;
        for (size_t y = 0; y < shape.plane[p].rows; y++)
            for (size_t x = 0; x < shape.plane[p].row_bytes; x++)
                memory[shape.plane[p].offset + y * shape.plane[p].stride + x] =
                    (uint8_t)(64 + ((size_t)p * 77 + y * y * 31 + x * x * 59) % 128);
    }
    assert_int_equal(picture_convert(converter, &info, &shape, data, TRI_FOURCC_RGB3,
                                     (uint8_t *const[]){ rgb->pixels[0], NULL, NULL, NULL },
                                     (const uint32_t[]){ sizeof(rgb->pixels[0]), 0, 0, 0 }),
                     TRI_OK);
}

static void odd_picture_has_the_chroma_of_the_even_one(void **state)
{
    picture_converter *converter = picture_converter_new(NULL);
    const struct tri_format *format;
    (void)state;
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        static struct rgb odd;
        static struct rgb even;
        if (format->family != TRI_FAMILY_YUV)
            continue;
        convert(converter, format->fourcc, WIDTH, HEIGHT, &odd);
        convert(converter, format->fourcc, WIDTH + 1, HEIGHT + 1, &even);
        for (size_t y = 0; y < HEIGHT; y++)
            for (size_t x = 0; x < 3 * (size_t)WIDTH; x++)
                if (abs(odd.pixels[y][x] - even.pixels[y][x]) > NEAR)
                    fail_msg("%s: byte %zu of row %zu is %d, not %d", format->name, x, y,
                             odd.pixels[y][x], even.pixels[y][x]);
    }
    picture_converter_free(&converter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_picture_has_the_chroma_of_the_even_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
