/* SPDX-License-Identifier: MIT */
/** Images of one colour in every format, painted by the definitions of the formats. */
#ifndef TESTS_PAINTED_H
#define TESTS_PAINTED_H

#include <triptych/triptych.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define PAINTED_GUARD 0x5a // fills an image before it is painted

/** An image in memory that ends with its last pixel, so that a checker detects reads beyond. */
struct painted {
    struct tri_frame_info info;
    struct tri_shape shape;
    uint8_t *memory;
    uint8_t *data[TRI_PLANES_MAX];
    uint32_t stride[TRI_PLANES_MAX];
};

/** An image whose rows are `pad` bytes longer than their pixels; free it with painted_free(). */
struct painted painted_new(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t pad);

void painted_free(struct painted *picture);

/** Asserts that the bytes behind the pixels of each row are those of PAINTED_GUARD. */
void painted_check_padding(const struct painted *picture);

/** Y, Cb, Cr from 0 to 255, from R, G, B: the definition in BT.601, 709 and 2020. */
void painted_ycc(const struct tri_video *video, const double rgb[3], double ycc[3]);

/** Rounds and clamps. */
uint8_t painted_byte(double value);

/** Fills a YUV, grey, RGB or Bayer image with one colour, with components from 0 to 255. */
void painted_fill(struct painted *picture, const uint8_t c[3]);

#endif
