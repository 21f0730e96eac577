/* SPDX-License-Identifier: MIT */
/** Frame number and time as black and white blocks in the image: drawn by pattern:clock, readable after
 *  scaling, conversion and lossy compression. See docs/clock.md. */
#ifndef PICTURE_FRAME_CLOCK_H
#define PICTURE_FRAME_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One strip along the top edge and an equal one along the bottom, to detect a mixture of two frames. A
 * strip is rows of cells; the outer column on either side is fixed. */
#define CLOCK_COLUMNS     34
#define CLOCK_ROWS        3
#define CLOCK_STRIP_SHARE 12 // height of the image / height of a strip

/* The smallest image with cells of 2x2 pixels. */
#define CLOCK_WIDTH_MIN  (2 * CLOCK_COLUMNS)
#define CLOCK_HEIGHT_MIN (2 * CLOCK_ROWS * CLOCK_STRIP_SHARE)

enum clock_strip { CLOCK_TOP, CLOCK_BOTTOM };

/** The contents of a strip. */
struct clock_code {
    uint32_t number;  // frame count of the source, from 0, modulo 2^32
    uint64_t time_us; // CLOCK_MONOTONIC in microseconds modulo 2^48 when the frame was drawn
};

/** The rectangle of a cell in pixels: x and y inclusive, end exclusive. */
struct clock_cell {
    uint32_t x;
    uint32_t y;
    uint32_t end_x;
    uint32_t end_y;
};

/** true: white */
typedef bool clock_cells[CLOCK_ROWS][CLOCK_COLUMNS];

/** The cells of either strip. */
void clock_encode(const struct clock_code *code, clock_cells cells);

/** Height of a strip in an image of this height, in rows. */
uint32_t clock_strip_lines(uint32_t height);

/** The rectangle of a cell in an image of that size. */
struct clock_cell clock_cell_at(uint32_t width, uint32_t height, enum clock_strip strip,
                                uint32_t row, uint32_t column);

/** 8-bit brightness: a luma plane, or one byte of each pixel. */
struct clock_picture {
    const uint8_t *luma;
    size_t step;   // bytes from pixel to pixel
    size_t stride; // bytes from line to line
    uint32_t width;
    uint32_t height;
};

/**
 * Reads a strip: the threshold comes from the fixed columns, each cell is read at its centre, and the
 * checksum must match.
 *
 * @return false: no readable strip, *code is unchanged
 */
bool clock_decode(const struct clock_picture *picture, enum clock_strip strip,
                  struct clock_code *code);

#endif
