/* SPDX-License-Identifier: MIT */
/** Sizes and places of panels over a picture. Pure geometry. */
#ifndef VIEWER_PANEL_GEOMETRY_H
#define VIEWER_PANEL_GEOMETRY_H

#include "view.h"

/**
 * The height of letters for a window: the same share of a small one and of a 4K screen, but never too
 * small to read.
 *
 * @param height   of the window in screen pixels
 * @param density  screen pixels per unit of the desktop: 2 on a HiDPI screen
 */
int panel_text_pixels(int height, double density);

/**
 * Places a panel of `w` by `h` beside the point (x, y): to the right and below if there is room,
 * otherwise on the other side; inside `area` if it fits.
 *
 * @param gap  screen pixels between point and panel
 */
struct view_area panel_beside(const struct view_area *area, int x, int y, int w, int h, int gap);

#endif
