/* SPDX-License-Identifier: MIT */
#include "tile_layout.h"

#include <math.h>

struct grid {
    unsigned columns;
    unsigned rows;
    double cell_w;
    double cell_h;
};

static struct grid grid_of(const struct view_area *area, unsigned count, unsigned columns, int gap)
{
    const unsigned rows = (count + columns - 1) / columns;
    return (struct grid){
        .columns = columns,
        .rows = rows,
        .cell_w = fmax((area->w - (double)gap * (columns - 1)) / columns, 1),
        .cell_h = fmax((area->h - (double)gap * (rows - 1)) / rows, 1),
    };
}

/** Number of screen pixels that show a picture. */
static double used(const struct grid *grid, const double *aspects, unsigned count)
{
    double sum = 0;
    for (unsigned i = 0; i < count; i++) {
        const double w = fmin(grid->cell_w, grid->cell_h * aspects[i]);
        sum += w * w / aspects[i];
    }
    return sum;
}

void tile_layout_square(unsigned count, unsigned *columns, unsigned *rows)
{
    unsigned c = 1;
    while (c * c < count)
        c++;
    *columns = c;
    *rows = (count + c - 1) / c;
}

static struct grid best_grid(const struct view_area *area, const double *aspects, unsigned count,
                             int gap)
{
    unsigned columns;
    unsigned rows;
    tile_layout_square(count, &columns, &rows);
    struct grid best = grid_of(area, count, columns, gap);
    double most = used(&best, aspects, count);
    for (columns = 1; columns <= count; columns++) {
        const struct grid grid = grid_of(area, count, columns, gap);
        const double shown = used(&grid, aspects, count);
        // At least 1 % better: one more pixel of width does not change the order.
        if (shown > most * 1.01) {
            best = grid;
            most = shown;
        }
    }
    return best;
}

void tile_layout_cells(const struct view_area *area, const double *aspects, unsigned count, int gap,
                       struct view_area *cells)
{
    const struct grid grid = best_grid(area, aspects, count, gap);
    for (unsigned i = 0; i < count; i++) {
        const unsigned row = i / grid.columns;
        const unsigned column = i % grid.columns;
        const unsigned in_row = row + 1 < grid.rows ? grid.columns : count - row * grid.columns;
        const double row_w = in_row * grid.cell_w + (double)gap * (in_row - 1);
        const double x = area->x + (area->w - row_w) / 2 + column * (grid.cell_w + gap);
        const double y = area->y + row * (grid.cell_h + gap);
        // Round edges, not sizes, so that no pixel of the area is left over.
        const int left = (int)round(x);
        const int top = (int)round(y);
        cells[i] = (struct view_area){
            .x = left,
            .y = top,
            .w = (int)fmax(round(x + grid.cell_w) - left, 1),
            .h = (int)fmax(round(y + grid.cell_h) - top, 1),
        };
    }
}

bool view_area_has(const struct view_area *area, double x, double y)
{
    return x >= area->x && x < area->x + area->w && y >= area->y && y < area->y + area->h;
}
