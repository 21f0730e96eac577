/* SPDX-License-Identifier: MIT */
/** Statistics of a stream over its picture: text, and graphs of the last seconds. */
#ifndef VIEWER_STATISTICS_PANEL_H
#define VIEWER_STATISTICS_PANEL_H

#include "graph.h"
#include "statistics_text.h"

/** All zero is empty. */
struct statistics_panel {
    struct text_block block;
    struct graph graphs[2]; // enum trace_kind
    char words[1536];       // as shown: a number that changes 60 times a second
                            // cannot be read
    bool graphed;           // the text has empty lines for the graphs
    int64_t written_ns;     // when the text was written; 0: write it again
    const struct stream_view *of;
};

#define STATISTICS_PANEL_NS 500000000LL // between two changes of the text

/**
 * Draws the statistics of `stream` with the panel's upper left corner at (x, y), or as near as the
 * window allows, with letters `pixels` high, or smaller ones in a small window. If that is not enough
 * the graphs are left out and the text is cut, with a mark.
 */
void statistics_panel_draw(struct statistics_panel *panel, struct text *text,
                           SDL_Renderer *renderer, const struct stream_view *stream,
                           enum statistics_level level, int x, int y,
                           const struct view_area *window, int pixels);

/** The renderer still exists. */
void statistics_panel_free(struct statistics_panel *panel);

#endif
