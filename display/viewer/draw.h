/* SPDX-License-Identifier: MIT */
/** Draws the window: by SDL, or by the X server alone where nothing lies over a picture at its own
 *  size. */
#ifndef VIEWER_DRAW_H
#define VIEWER_DRAW_H

#include "input/viewer.h"

/** Gives each tile its place, and decides how the next frame is uploaded. */
struct view_area draw_arrange(struct viewer *viewer);

/** Resizes the window to the first picture. */
void draw_fit_window(struct viewer *viewer);

/** Draws everything and presents it. */
void draw(struct viewer *viewer);

#endif
