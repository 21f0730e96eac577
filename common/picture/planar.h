/* SPDX-License-Identifier: MIT */
/** Packed and half-planar YUV into planes of their own, by libyuv. */
#ifndef PICTURE_PLANAR_H
#define PICTURE_PLANAR_H

#include <stdint.h>

/** Y, U and V, and the bytes from row to row of each. */
struct planar {
    uint8_t *data[3];
    int stride[3];
};

/**
 * Takes `rows` rows of a picture `width` pixels wide apart: all of YUYV, YVYU and UYVY; of NV12, NV21
 * and NV16 the second plane, its rows counted, and to->data[0] is left alone.
 */
void planar_split(uint32_t fourcc, const uint8_t *from, uint32_t stride, const struct planar *to,
                  int width, int rows);

/** Takes the second plane of P010 apart likewise, and brings its 10 bits down to the low end. */
void planar_split_p010(const uint8_t *from, uint32_t stride, const struct planar *to, int width,
                       int rows);

/** Copies words of 16 bits whose highest `bits` count, these at the low end. */
void planar_lower(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride, int width,
                  int rows, int bits);

/** The other way: from the low end to the high one. */
void planar_raise(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride, int width,
                  int rows, int bits);

#endif
