/* SPDX-License-Identifier: MIT */
/** Single pixels of a frame: the components as they lie in memory, and the colour they mean. */
#ifndef PICTURE_PIXELS_H
#define PICTURE_PIXELS_H

#include <triptych/triptych.h>

/** A frame's pixels, to be read; keeps no memory of its own. */
struct pixels {
    const struct tri_format *format;
    const uint8_t *data[TRI_PLANES_MAX];
    uint32_t stride[TRI_PLANES_MAX];
    uint32_t rows[TRI_PLANES_MAX];
    uint32_t width;
    uint32_t height;
    uint8_t bits[TRI_COMPONENTS_MAX]; // that count in each component
    bool full;                        // the range in force
    double shares[3];                 // of R', G' and B' in luma
};

/** One pixel's components in the order of the format's table, each 0 to 2^bits - 1. A sample that
 *  several pixels share is not interpolated; of Bayer formats those of the 2 by 2 pixels around. */
struct pixel {
    uint16_t value[TRI_COMPONENTS_MAX];
};

/**
 * Prepares to read pixels of `video`, with its matrix and range.
 *
 * @param data  as in a tri_frame; must outlive the pixels
 * @return false if the format has no single pixels: it is compressed or unknown
 */
bool pixels_open(struct pixels *pixels, const struct tri_video *video,
                 const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX]);

/** Shares of R', G' and B' in luma by the matrix in force: ITU-R BT.601, BT.709 and BT.2020, and
 *  SMPTE 240M. */
void pixels_luma_shares(const struct tri_video *video, double shares[3]);

/** The pixel at (x, y), which lies inside the picture. */
struct pixel pixels_at(const struct pixels *pixels, uint32_t x, uint32_t y);

/**
 * The colour of a pixel as R'G'B', 0 black and 1 white; outside of 0 to 1 if components exceed their
 * range.
 *
 * R' = Y' + 2 (1 - Kr) Cr, B' = Y' + 2 (1 - Kb) Cb, G' from Y' = Kr R' + Kg G' + Kb B': ITU-R BT.601-7
 * section 2.5, BT.709-6 item 3, BT.2020-2 table 4; quantized as there: limited range 16 to 235 and 240
 * of 8 bits, times 2^(bits - 8); full range 0 to 2^bits - 1, chroma about 2^(bits - 1).
 * Bayer: the samples as they are, without white balance. Depth: depth_color().
 */
void pixels_color(const struct pixels *pixels, const struct pixel *pixel, double rgb[3]);

/** Luma of a pixel on pixels_color()'s scale: its own Y', the share of its R', G' and B', or its
 * depth. */
double pixels_luma(const struct pixels *pixels, const struct pixel *pixel);

#endif
