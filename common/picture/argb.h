/* SPDX-License-Identifier: MIT */
/** Conversion for display: YUV, grey and RGB to 32-bit RGB by libyuv, several times faster than by
 *  libswscale. */
#ifndef PICTURE_ARGB_H
#define PICTURE_ARGB_H

#include <triptych/triptych.h>

/**
 * Converts into the bytes B, G, R, 255 of TRI_FOURCC_AR24 and TRI_FOURCC_XR24, row by row into `to`
 * and nothing beyond a row's end; reads nothing beyond the source's rows.
 *
 * @return false, and nothing is written: libyuv has no such conversion, libswscale has
 */
bool argb_convert(const struct tri_video *video, const struct tri_shape *shape,
                  const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride);

#endif
