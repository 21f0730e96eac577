/* SPDX-License-Identifier: MIT */
/** Colour bars, for patterns that contain them. */
#ifndef CAPTURE_PATTERN_BARS_H
#define CAPTURE_PATTERN_BARS_H

#include "paint.h"

#define PATTERN_BARS 7

/** Draws seven 75 % bars over the whole width, `height` lines from `y` on. */
void pattern_bars_draw(struct paint *canvas, uint32_t y, uint32_t height);

#endif
