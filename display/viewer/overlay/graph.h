/* SPDX-License-Identifier: MIT */
/** A stream's last seconds as a graph: intervals or latencies, and lost frames. */
#ifndef VIEWER_GRAPH_H
#define VIEWER_GRAPH_H

#include "model/trace.h"
#include "model/view.h"
#include "text.h"

/** One graph. All zero is empty. */
struct graph {
    struct text_block name;
    struct text_block scale;
};

#define GRAPH_SECONDS 5 // across

/**
 * Draws a graph in `area`, the newest on the right: one bar per frame, red if frames were lost before
 * it. Draws nothing outside `area`.
 *
 * @param target_ms  value marked by a line: the stream's period; 0: no line
 * @param pixels     height of letters
 */
void graph_draw(struct graph *graph, struct text *text, SDL_Renderer *renderer,
                const struct view_area *area, const struct trace *trace, enum trace_kind kind,
                double target_ms, int64_t now_ns, int pixels);

/** The renderer still exists. */
void graph_free(struct graph *graph);

#endif
