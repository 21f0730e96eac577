/* SPDX-License-Identifier: MIT */
/** Histogram of a frame, and how many of its pixels are clipped. */
#ifndef VIEWER_TONES_H
#define VIEWER_TONES_H

#include "picture/pixels.h"

#define TONES_BINS     256
#define TONES_CHANNELS 3

enum tones_kind {
    TONES_NONE,
    TONES_LUMA, // one channel: luma as an 8-bit code in the range in force
    TONES_RGB,  // R'G'B' as shown, 0 to 255, without adjustments
    TONES_KINDS,
};

/** Of one frame. All zero is none. */
struct tones {
    enum tones_kind kind;
    uint32_t bins[TONES_CHANNELS][TONES_BINS]; // pixels; luma: first channel only
    uint32_t counted;                          // pixels
    uint32_t black,
        white; // of those at or below black, at or above white; R'G'B': in any of the three
    unsigned black_code; // their bins: 16 and 235, or 0 and 255
    unsigned white_code;
};

/** Counts pixels on a grid over the whole frame: every pixel of a small one, about TONES_GRID_WIDTH by
 *  TONES_GRID_HEIGHT of a large one, so that the cost is bounded. */
void tones_count(struct tones *tones, const struct pixels *pixels, enum tones_kind kind);

#define TONES_GRID_WIDTH  192
#define TONES_GRID_HEIGHT 108

/** Highest number of pixels in one bin between black and white, at least 1. Black and white are left
 *  out so that a letterbox does not flatten the rest. */
uint32_t tones_peak(const struct tones *tones);

#endif
