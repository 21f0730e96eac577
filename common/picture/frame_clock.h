/* SPDX-License-Identifier: MIT */
/** A frame's number and time as black and white blocks in the picture: what pattern:clock draws and
 *  what can be read back after scaling, conversion and lossy coding. Described in docs/clock.md. */
#ifndef PICTURE_FRAME_CLOCK_H
#define PICTURE_FRAME_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One strip along the top edge and one along the bottom, the same in both, so that two frames mixed
 * in one picture show. A strip is rows of cells; the outer column on either side is fixed. */
#define CLOCK_COLUMNS     34
#define CLOCK_ROWS        3
#define CLOCK_STRIP_SHARE 12 // a strip's height is the picture's divided by this

/* The smallest picture that has cells of two pixels each way. */
#define CLOCK_WIDTH_MIN  (2 * CLOCK_COLUMNS)
#define CLOCK_HEIGHT_MIN (2 * CLOCK_ROWS * CLOCK_STRIP_SHARE)

enum clock_strip { CLOCK_TOP, CLOCK_BOTTOM };

/** What a strip says. */
struct clock_code {
    uint32_t number;  // the source's own count of frames, from 0, modulo 2^32
    uint64_t time_us; // CLOCK_MONOTONIC microseconds modulo 2^48, when the frame was drawn
};

/** A cell's place in pixels: x and y inclusive, end exclusive. */
struct clock_cell {
    uint32_t x, y, end_x, end_y;
};

/** true: white */
typedef bool clock_cells[CLOCK_ROWS][CLOCK_COLUMNS];

/** The cells of either strip. */
void clock_encode(const struct clock_code *code, clock_cells cells);

/** Lines of a strip in a picture of this height. */
uint32_t clock_strip_lines(uint32_t height);

/** Where a cell lies in a picture of that size. */
struct clock_cell clock_cell_at(uint32_t width, uint32_t height, enum clock_strip strip,
                                uint32_t row, uint32_t column);

/** An 8-bit picture of brightness: a luma plane, or one byte of each pixel of a grey one. */
struct clock_picture {
    const uint8_t *luma;
    size_t step;   // bytes from pixel to pixel
    size_t stride; // bytes from line to line
    uint32_t width, height;
};

/**
 * Reads a strip: the brightness between black and white is found from the fixed columns, each cell
 * from its middle, and the check sum has to be right.
 *
 * @return false if there is no strip to be read, *code is unchanged then
 */
bool clock_decode(const struct clock_picture *picture, enum clock_strip strip,
                  struct clock_code *code);

#endif
