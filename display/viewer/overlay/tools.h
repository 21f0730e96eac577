/* SPDX-License-Identifier: MIT */
/** Pixel probe and histogram. */
#ifndef VIEWER_TOOLS_H
#define VIEWER_TOOLS_H

#include "histogram_panel.h"
#include "probe.h"
#include "stream/tile_grid.h"

/** All zero is off. */
struct tools {
    struct probe probe;
    struct histogram histogram;
    enum tones_kind tones; // of the stream in focus
};

/** Sets each stream's request for its next frames and updates the frames on the screen to meet it. */
void tools_request(const struct tools *tools, struct tile_grid *grid, SDL_Renderer *renderer);

/** Returns whether there is nothing to draw or to inspect. */
bool tools_are_off(const struct tools *tools);

/** Draws them over the tiles in `area`. @param pixels  height of letters */
void tools_draw(struct tools *tools, struct text *text, SDL_Renderer *renderer,
                struct tile_grid *grid, const struct view_area *area, int pixels);

/** The renderer still exists. */
void tools_free(struct tools *tools);

#endif
