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
