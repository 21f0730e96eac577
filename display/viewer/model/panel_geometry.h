/* SPDX-License-Identifier: MIT */
/** Sizes and places of what is laid over a picture. Pure geometry. */
#ifndef VIEWER_PANEL_GEOMETRY_H
#define VIEWER_PANEL_GEOMETRY_H

#include "view.h"

/**
 * The size of letters for a window: the same share of a small one and of a 4K screen, and never below
 * what can be read.
 *
 * @param height   of the window in screen pixels
 * @param density  screen pixels a unit of the desktop: 2 on a HiDPI screen
 */
int panel_text_pixels(int height, double density);

/**
 * Puts a panel of `w` by `h` beside the point (x, y), right of it and below where there is room, else
 * on the other side, and always inside `area` as far as it fits there.
 *
 * @param gap  screen pixels between point and panel
 */
struct view_area panel_beside(const struct view_area *area, int x, int y, int w, int h, int gap);

#endif
