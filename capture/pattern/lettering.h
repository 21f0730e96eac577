/* SPDX-License-Identifier: MIT */
/** Letters and digits of any height, drawn as strokes once and copied from then on. */
#ifndef CAPTURE_LETTERING_H
#define CAPTURE_LETTERING_H

#include "paint.h"

/** Below this many lines a letter cannot be read. */
#define LETTERING_HEIGHT_MIN 8

/** One size and colour of letters on one canvas format. All zero: none. */
struct lettering {
    uint32_t width, height; // of a letter's cell, even
    struct paint_rgb ink, ground;
    struct paint glyph[64]; // of ' ' to '_', drawn when first needed
};

/** Chooses a size: `height` lines, rounded down to even. */
void lettering_open(struct lettering *lettering, uint32_t height, struct paint_rgb ink,
                    struct paint_rgb ground);

/** The tallest letters of which `count` fit a box. */
uint32_t lettering_height(uint32_t count, uint32_t width, uint32_t height);

/** Draws the glyphs of `letters` ahead of their use. `like`: a canvas as they will be written on. */
void lettering_prepare(struct lettering *lettering, const struct paint *like, const char *letters);

/**
 * Writes `text` with its upper left corner at the even place (x, y); small letters become capitals,
 * what has no glyph a blank. Letters equal to those of `before`, the text that stands there
 * already, are left alone; NULL writes all. Does nothing below LETTERING_HEIGHT_MIN or out of
 * memory.
 */
void lettering_write(struct lettering *lettering, struct paint *to, uint32_t x, uint32_t y,
                     const char *text, const char *before);

void lettering_close(struct lettering *lettering);

#endif
