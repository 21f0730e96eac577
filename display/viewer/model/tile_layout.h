/* SPDX-License-Identifier: MIT */
/** Several pictures in one window: which tile lies where. Pure geometry. */
#ifndef VIEWER_TILE_LAYOUT_H
#define VIEWER_TILE_LAYOUT_H

#include "view.h"

/**
 * Divides `area` into a grid of equal cells, in rows from the upper left; a last row that is not full
 * stands in the middle. Of all numbers of columns the one that leaves least of the area unused once
 * each picture is fitted into its cell; of equal ones the most nearly square grid.
 *
 * @param aspects  width over height of each picture as it is seen, above 0
 * @param count    of aspects and cells, 1 or more
 * @param gap      pixels between cells
 * @param cells    filled; where the area is too small for the gaps, a cell still has a pixel
 */
void tile_layout_cells(const struct view_area *area, const double *aspects, unsigned count, int gap,
                       struct view_area *cells);

/** Columns and rows of the most nearly square grid of `count` cells, wider than high. */
void tile_layout_square(unsigned count, unsigned *columns, unsigned *rows);

/** Whether (x, y) lies in `area`. */
bool view_area_has(const struct view_area *area, double x, double y);

#endif
