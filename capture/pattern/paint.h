/* SPDX-License-Identifier: MIT */
/** Drawing in any pixel format: colours become the format's components once, then bytes are laid. */
#ifndef CAPTURE_PAINT_H
#define CAPTURE_PAINT_H

#include <triptych/triptych.h>

/** A colour as people say it: R'G'B', full range, 8 bits each. */
struct paint_rgb {
    uint8_t r, g, b;
};

/** A colour in one format, matrix and range: the samples' values, in the order of its components.
 *  Of no use on a canvas of another format. */
struct paint_color {
    uint16_t sample[TRI_COMPONENTS_MAX];
};

/** Pixels to draw on. Threads: one at a time. */
struct paint {
    struct tri_video video; // never of an opaque format
    struct tri_shape shape;
    const struct tri_format *format;
    uint8_t *data[TRI_PLANES_MAX]; // the caller's
    double luma[3];                // shares of R', G' and B' in luma, by the matrix
    bool full;                     // the range in force
};

/** Makes a canvas of `video` without pixels: set data before drawing.
 *  @return false if nothing can be drawn in that format, or the size is out of range. */
bool paint_open(struct paint *paint, const struct tri_video *video);

/** The same with zeroed pixels of its own, for parts drawn once and copied often: sides rounded up
 *  to even numbers. Free data[0] with free(). @return false when out of memory as well. */
bool paint_open_part(struct paint *paint, const struct paint *like, uint32_t width,
                     uint32_t height);

struct paint_color paint_color(const struct paint *paint, struct paint_rgb rgb);

/** The colour `share` (0 to 1) of the way from `from` to `to`. */
struct paint_rgb paint_mix(struct paint_rgb from, struct paint_rgb to, double share);

/** Fills a rectangle; what lies beyond the picture is left out. Samples that several pixels share
 *  are set as soon as one of those is inside. */
void paint_fill(struct paint *paint, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                struct paint_color color);

/** Sets `count` pixels of line `y` from `x` on. Shared samples: the mean of neighbours on one line,
 *  of the upper of two lines. */
void paint_line(struct paint *paint, uint32_t x, uint32_t y, uint32_t count,
                const struct paint_color *colors);

/** Copies lines from..from+period-1 over and over onto the lines below them, up to line `end`
 *  (exclusive). `from` and `period` are even. */
void paint_repeat(struct paint *paint, uint32_t from, uint32_t period, uint32_t end);

/** Copies a rectangle from a canvas of the same format; what lies beyond either is left out. All
 *  places and sides are even, but for those that end at the edge of `to`. */
void paint_copy(struct paint *to, uint32_t x, uint32_t y, const struct paint *from, uint32_t from_x,
                uint32_t from_y, uint32_t width, uint32_t height);

/** The same between two places that are grey: planes of colour alone need no copy. */
void paint_copy_grey(struct paint *to, uint32_t x, uint32_t y, const struct paint *from,
                     uint32_t from_x, uint32_t from_y, uint32_t width, uint32_t height);

#endif
