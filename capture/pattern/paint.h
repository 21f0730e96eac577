/* SPDX-License-Identifier: MIT */
/** Drawing in any pixel format: a colour is converted to samples once, then only bytes are copied. */
#ifndef CAPTURE_PAINT_H
#define CAPTURE_PAINT_H

#include <triptych/triptych.h>

/** A colour for people: R'G'B', full range, 8 bits each. */
struct paint_rgb {
    uint8_t r;
    uint8_t g;
    uint8_t b;
};

/** A colour as samples of one format, matrix and range, in the order of its components. Valid only
 *  for canvases of that format. */
struct paint_color {
    uint16_t sample[TRI_COMPONENTS_MAX];
};

/** Pixels to draw on. Threads: one at a time. */
struct paint {
    struct tri_video video; // never compressed
    struct tri_shape shape;
    const struct tri_format *format;
    uint8_t *data[TRI_PLANES_MAX]; // owned by the caller
    double luma[3];                // weights of R', G' and B' in luma, by the matrix
    bool full;                     // full range
};

/** Makes a canvas of `video` without pixels; the caller sets `data` before drawing.
 *  @return false: this format cannot be drawn, or the size is out of range */
bool paint_open(struct paint *paint, const struct tri_video *video);

/** Makes a canvas with zeroed pixels, for parts that are drawn once and copied often. Rounds width
 *  and height up to even numbers. data[0] is to be freed with free(). @return false, also if out of
 *  memory */
bool paint_open_part(struct paint *paint, const struct paint *like, uint32_t width,
                     uint32_t height);

struct paint_color paint_color(const struct paint *paint, struct paint_rgb rgb);

/** Mixes two colours; `share` 0: `from`, 1: `to`. */
struct paint_rgb paint_mix(struct paint_rgb from, struct paint_rgb to, double share);

/** Fills a rectangle, clipped to the canvas. Sets a sample that several pixels share if one of them
 *  is inside. */
void paint_fill(struct paint *paint, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                struct paint_color color);

/** Sets `count` pixels of line `y` from `x` on. A shared sample is the mean of its pixels on the
 *  upper line. */
void paint_line(struct paint *paint, uint32_t x, uint32_t y, uint32_t count,
                const struct paint_color *colors);

/** Repeats lines from..from+period-1 below them, up to line `end` (exclusive). `from` and `period`
 *  are even. */
void paint_repeat(struct paint *paint, uint32_t from, uint32_t period, uint32_t end);

/** Copies a rectangle from a canvas of the same format, clipped to both. All positions and sizes
 *  are even, except sizes that end at the edge of `to`. */
void paint_copy(struct paint *to, uint32_t x, uint32_t y, const struct paint *from, uint32_t from_x,
                uint32_t from_y, uint32_t width, uint32_t height);

/** As paint_copy() if both areas are grey: does not copy chroma planes. */
void paint_copy_grey(struct paint *to, uint32_t x, uint32_t y, const struct paint *from,
                     uint32_t from_x, uint32_t from_y, uint32_t width, uint32_t height);

#endif
