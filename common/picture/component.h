/* SPDX-License-Identifier: MIT */
/** Where the components of a pixel lie in each format: for drawing one and for reading one. */
#ifndef PICTURE_COMPONENT_H
#define PICTURE_COMPONENT_H

#include <triptych/triptych.h>

#define COMPONENTS_MAX 4

/** Where the samples of one component lie. */
struct component {
    uint8_t plane;
    uint8_t offset;       // bytes from the row's start to the first sample
    uint8_t step;         // bytes from one sample to the next
    uint8_t bytes;        // of one sample, low byte first
    uint8_t across, down; // pixels that share a sample
};

/** How a format lays its components: of YUV they come as Y, U, V; of RGB as R, G, B and A or padding;
 *  of grey as Y; RGBP is one sample of 16 bits. */
struct component_layout {
    uint32_t fourcc;
    bool packed; // single pixels and what two of them share lie in one plane
    uint8_t components;
    uint8_t bits;  // that count in one sample
    uint8_t shift; // how far up they stand in it
    struct component component[COMPONENTS_MAX];
};

/** The layout of a format; NULL if it is opaque, or unknown. */
const struct component_layout *component_layout(uint32_t fourcc);

/** Shares of R', G' and B' in luma by the matrix in force: ITU-R BT.601, BT.709 and BT.2020, and
 *  SMPTE 240M. */
void component_luma_shares(const struct tri_video *video, double shares[3]);

#endif
