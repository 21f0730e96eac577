/* SPDX-License-Identifier: MIT */
/** The text and the colours of the pixel probe. */
#ifndef VIEWER_PIXEL_TEXT_H
#define VIEWER_PIXEL_TEXT_H

#include "inspect.h"

/**
 * Writes the place of the pixel at (x, y), its components with their true number of bits, its R'G'B'
 * and the format, a line each. Numbers are padded to the width of the largest, so that the text does
 * not jump.
 *
 * @param inspect  with bytes; (x, y) is inside the frame
 */
void pixel_text_write(char *text, size_t bytes, const struct inspect *inspect, uint32_t x,
                      uint32_t y);

/** The colour of a pixel by the equations of the standards: pixels_color() rounded to 8 bits and
 *  clipped at black and white. */
void pixel_text_color(const struct pixels *pixels, uint32_t x, uint32_t y, uint8_t rgb[3]);

#endif
