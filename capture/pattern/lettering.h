/* SPDX-License-Identifier: MIT */
/** Letters and digits of any height, each drawn as strokes once and then copied. */
#ifndef CAPTURE_LETTERING_H
#define CAPTURE_LETTERING_H

#include "paint.h"

/** Smaller letters are not legible. */
#define LETTERING_HEIGHT_MIN 8

/** Letters of one size and colour for one canvas format. All zero: none. */
struct lettering {
    uint32_t width; // of a letter's cell, even
    uint32_t height;
    struct paint_rgb ink;
    struct paint_rgb ground;
    struct paint glyph[64]; // of ' ' to '_', drawn at first use
};

/** Sets the size to `height` lines, rounded down to an even number. */
void lettering_open(struct lettering *lettering, uint32_t height, struct paint_rgb ink,
                    struct paint_rgb ground);

/** Largest height at which `count` letters fit into a box. */
uint32_t lettering_height(uint32_t count, uint32_t width, uint32_t height);

/** Draws the glyphs of `letters` in advance, for canvases of the format of `like`. */
void lettering_prepare(struct lettering *lettering, const struct paint *like, const char *letters);

/**
 * Writes `text` with its upper left corner at (x, y), which are even. Lower case becomes upper
 * case, a character without a glyph a blank. Skips letters equal to those of `before`, the text
 * that is there already; NULL: none. Does nothing below LETTERING_HEIGHT_MIN or if out of memory.
 */
void lettering_write(struct lettering *lettering, struct paint *to, uint32_t x, uint32_t y,
                     const char *text, const char *before);

void lettering_close(struct lettering *lettering);

#endif
