/* SPDX-License-Identifier: MIT */
/** A stream's last seconds as a graph: intervals or ages, and what was lost. */
#ifndef VIEWER_GRAPH_H
#define VIEWER_GRAPH_H

#include "model/trace.h"
#include "model/view.h"
#include "text.h"

/** One graph. All zero to begin with. */
struct graph {
    struct text_block name, scale;
};

#define GRAPH_SECONDS 5 // across

/**
 * Draws a graph in `area`, the newest on the right: a bar each picture; one before which something was
 * lost stands out in red. Nothing is drawn outside.
 *
 * @param target_ms  where a line is drawn: what is asked of the stream; 0: nowhere
 * @param pixels     height of letters
 */
void graph_draw(struct graph *graph, struct text *text, SDL_Renderer *renderer,
                const struct view_area *area, const struct trace *trace, enum trace_kind kind,
                double target_ms, int64_t now_ns, int pixels);

/** The renderer is still there. */
void graph_free(struct graph *graph);

#endif
