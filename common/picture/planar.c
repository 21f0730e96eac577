/* SPDX-License-Identifier: MIT */
#include "planar.h"

#include <libyuv.h>
#include <triptych/format.h>

void planar_split(uint32_t fourcc, const uint8_t *from, uint32_t stride, const struct planar *to,
                  int width, int rows)
{
    const int pitch = (int)stride;
    uint8_t *const *const p = to->data;
    const int *const s = to->stride;

    switch (fourcc) {
    case TRI_FOURCC_YUYV:
        YUY2ToI422(from, pitch, p[0], s[0], p[1], s[1], p[2], s[2], width, rows);
        break;
    case TRI_FOURCC_YVYU:
        YUY2ToI422(from, pitch, p[0], s[0], p[2], s[2], p[1], s[1], width, rows);
        break;
    case TRI_FOURCC_UYVY:
        UYVYToI422(from, pitch, p[0], s[0], p[1], s[1], p[2], s[2], width, rows);
        break;
    case TRI_FOURCC_NV21:
        SplitUVPlane(from, pitch, p[2], s[2], p[1], s[1], (width + 1) / 2, rows);
        break;
    default: // NV12, NV16
        SplitUVPlane(from, pitch, p[1], s[1], p[2], s[2], (width + 1) / 2, rows);
    }
}

/* Row by row: a stride need not be whole words. */
void planar_split_p010(const uint8_t *from, uint32_t stride, const struct planar *to, int width,
                       int rows)
{
    for (size_t row = 0; row < (size_t)rows; row++)
        SplitUVPlane_16((const void *)(from + row * stride), 0,
                        (void *)(to->data[1] + row * (size_t)to->stride[1]), 0,
                        (void *)(to->data[2] + row * (size_t)to->stride[2]), 0, (width + 1) / 2, 1,
                        10);
}

void planar_lower(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride, int width,
                  int rows, int bits)
{
    for (size_t row = 0; row < (size_t)rows; row++)
        ConvertToLSBPlane_16((const void *)(from + row * stride), 0, (void *)(to + row * to_stride),
                             0, width, 1, bits);
}

void planar_raise(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride, int width,
                  int rows, int bits)
{
    for (size_t row = 0; row < (size_t)rows; row++)
        ConvertToMSBPlane_16((const void *)(from + row * stride), 0, (void *)(to + row * to_stride),
                             0, width, 1, bits);
}
