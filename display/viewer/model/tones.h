/* SPDX-License-Identifier: MIT */
/** How dark and bright a picture is: its histogram, and the shares that are clipped. */
#ifndef VIEWER_TONES_H
#define VIEWER_TONES_H

#include "picture/pixels.h"

#define TONES_BINS     256
#define TONES_CHANNELS 3

enum tones_kind {
    TONES_NONE,
    TONES_LUMA, // one channel: luma as a code of 8 bits in the range in force
    TONES_RGB,  // R'G'B' as they are shown, 0 to 255, without adjustments
    TONES_KINDS,
};

/** Of a picture. All zero is none. */
struct tones {
    enum tones_kind kind;
    uint32_t bins[TONES_CHANNELS][TONES_BINS]; // pixels; of luma the first channel only
    uint32_t counted;                          // pixels looked at
    uint32_t black,
        white; // of those, at or below black, at or above white: of R'G'B', in any of them
    unsigned black_code, white_code; // where these stand in the bins: 16 and 235, or 0 and 255
};

/** Counts pixels on a grid that covers the whole picture: every one of a small picture, of a large
 *  one about TONES_GRID_WIDTH by TONES_GRID_HEIGHT, so that it takes no longer. */
void tones_count(struct tones *tones, const struct pixels *pixels, enum tones_kind kind);

#define TONES_GRID_WIDTH  192
#define TONES_GRID_HEIGHT 108

/** The most pixels that one bin of a channel holds, black and white and what is beyond them left out:
 *  a letterbox must not flatten all the rest. At least 1. */
uint32_t tones_peak(const struct tones *tones);

#endif
