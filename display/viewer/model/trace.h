/* SPDX-License-Identifier: MIT */
/** The last seconds of a stream, frame by frame: data of the graphs. */
#ifndef VIEWER_TRACE_H
#define VIEWER_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_POINTS 1024 // 17 seconds at 60/s, 4 at 240/s

/** One frame when it came on the screen. */
struct trace_point {
    int64_t at_ns;
    float interval_ms; // since the frame before; 0: first one, or after a break
    float latency_ms;  // since its capture
    uint32_t lost;     // frames lost between it and the one before
};

/** All zero is empty. */
struct trace {
    struct trace_point points[TRACE_POINTS];
    unsigned next;  // place of the next point
    unsigned count; // points
    int64_t last_ns;
    uint64_t last_lost;
};

/** Records a frame shown at `now_ns`. @param lost  total of frames lost so far, for any reason */
void trace_note(struct trace *trace, int64_t now_ns, int64_t capture_ns, uint64_t lost);

/** The next interval does not count: pause, outage, step. */
void trace_break(struct trace *trace);

/** The point `back` places before the newest, which is 0; `back` is less than `count`. */
const struct trace_point *trace_at(const struct trace *trace, unsigned back);

enum trace_kind { TRACE_INTERVAL, TRACE_LATENCY };

/** One frame in a graph: the time from the frame before to it. */
struct trace_bar {
    int left; // columns, the right one exclusive; at least one
    int right;
    float value; // ms
    bool lost;   // frames were lost before it
};

/**
 * Makes bars of the frames of the last `span_ns` up to `now_ns`, in `columns` columns, newest first. A
 * frame after a break has one column.
 *
 * @param bars  room for TRACE_POINTS
 * @param most  output: the highest value, 0 if there is none
 * @return number of bars
 */
unsigned trace_bars(const struct trace *trace, enum trace_kind kind, int64_t now_ns,
                    int64_t span_ns, int columns, struct trace_bar bars[TRACE_POINTS],
                    double *most);

/** Upper end of a scale for values up to `most`: 1, 2 or 5 times a power of ten, at least 1. */
double trace_scale(double most);

#endif
