/* SPDX-License-Identifier: MIT */
/** What the probe says of a pixel, in words and colours. */
#ifndef VIEWER_PIXEL_TEXT_H
#define VIEWER_PIXEL_TEXT_H

#include "inspect.h"

/**
 * Place, components in their true bits and R'G'B' of the pixel at (x, y), a line each, and what they
 * were read from; numbers are as wide as the largest, so that the text does not jump.
 *
 * @param inspect  with bytes kept; (x, y) lies in the picture
 */
void pixel_text_write(char *text, size_t bytes, const struct inspect *inspect, uint32_t x,
                      uint32_t y);

/** The colour of a pixel as the standards' equations have it, in 8 bits: pixels_color() rounded and
 *  cut off at black and white. */
void pixel_text_color(const struct pixels *pixels, uint32_t x, uint32_t y, uint8_t rgb[3]);

#endif
