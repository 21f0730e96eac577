/* SPDX-License-Identifier: MIT */
/** The statistics of a stream over its picture: figures as text, the last seconds as graphs. */
#ifndef VIEWER_STATISTICS_PANEL_H
#define VIEWER_STATISTICS_PANEL_H

#include "graph.h"
#include "statistics_text.h"

/** All zero to begin with. */
struct statistics_panel {
    struct text_block block;
    struct graph graphs[2]; // enum trace_kind
    char words[1536];       // as they stand on the screen: a number that changes 60 times a second
                            // cannot be read
    bool graphed;           // among them are empty lines for the graphs
    int64_t written_ns;     // when they were last written out; 0: they are to be anew
    const struct stream_view *of;
};

#define STATISTICS_PANEL_NS 500000000LL // for so long figures stand

/**
 * Draws the statistics of `stream` with the panel's upper left corner at (x, y), or as near to it
 * as the window allows, in letters `pixels` high, or smaller ones where the window is too small. Where
 * the smallest are too large as well, graphs give way to figures, and what is cut is told.
 */
void statistics_panel_draw(struct statistics_panel *panel, struct text *text,
                           SDL_Renderer *renderer, const struct stream_view *stream,
                           enum statistics_level level, int x, int y,
                           const struct view_area *window, int pixels);

/** The renderer is still there. */
void statistics_panel_free(struct statistics_panel *panel);

#endif
