/* SPDX-License-Identifier: MIT */
/** The last seconds of a stream, picture by picture: what the graphs are drawn from. */
#ifndef VIEWER_TRACE_H
#define VIEWER_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_POINTS 1024 // 17 seconds at 60 pictures a second, 4 at 240

/** One picture as it came on the screen. */
struct trace_point {
    int64_t at_ns;
    float interval_ms; // since the one before; 0: there was none
    float latency_ms;  // from its capture
    uint32_t lost;     // pictures that did not come between it and the one before
};

/** All zero to begin with. */
struct trace {
    struct trace_point points[TRACE_POINTS];
    unsigned next;  // where the next one goes
    unsigned count; // that are kept
    int64_t last_ns;
    uint64_t last_lost;
};

/** Notes a picture shown at `now_ns`. @param lost  all that were lost so far, by whatever cause */
void trace_note(struct trace *trace, int64_t now_ns, int64_t capture_ns, uint64_t lost);

/** What comes next does not follow on what came before: paused, away, stepped. */
void trace_break(struct trace *trace);

/** The point `back` before the newest, which is 0; `back` is less than `count`. */
const struct trace_point *trace_at(const struct trace *trace, unsigned back);

enum trace_kind { TRACE_INTERVAL, TRACE_LATENCY };

/** One picture in a graph: the time up to it, from the picture before. */
struct trace_bar {
    int left, right; // columns, the right one exclusive; at least one wide
    float value;     // ms
    bool lost;       // something, before it
};

/**
 * The pictures of the last `span_ns` up to `now_ns` as bars in `columns` columns, newest first; a
 * picture that follows on none has one column.
 *
 * @param bars  room for TRACE_POINTS
 * @param most  the highest value of all, 0 if there is none
 * @return how many
 */
unsigned trace_bars(const struct trace *trace, enum trace_kind kind, int64_t now_ns,
                    int64_t span_ns, int columns, struct trace_bar bars[TRACE_POINTS],
                    double *most);

/** The end of a scale that shows `most`: 1, 2 or 5 times a power of ten, at least 1. */
double trace_scale(double most);

#endif
