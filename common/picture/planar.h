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

#endif
