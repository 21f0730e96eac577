/* SPDX-License-Identifier: MIT */
/** Places of the tiles of several streams in one window. Pure geometry. */
#ifndef VIEWER_TILE_LAYOUT_H
#define VIEWER_TILE_LAYOUT_H

#include "view.h"

/**
 * Divides `area` into a grid of equal cells, in rows from the upper left; a last row that is not full
 * is centred. Chooses the number of columns that leaves the least of the area unused when each picture
 * is fitted into its cell; if several are equal, the one nearest to a square grid.
 *
 * @param aspects  width over height of each picture on the screen, above 0
 * @param count    of aspects and cells, 1 or more
 * @param gap      pixels between cells
 * @param cells    output; a cell has at least one pixel, even if the area is too small for the gaps
 */
void tile_layout_cells(const struct view_area *area, const double *aspects, unsigned count, int gap,
                       struct view_area *cells);

/** Columns and rows of the grid of `count` cells that is nearest to a square, not higher than wide. */
void tile_layout_square(unsigned count, unsigned *columns, unsigned *rows);

/** Returns whether (x, y) is inside `area`. */
bool view_area_has(const struct view_area *area, double x, double y);

#endif
