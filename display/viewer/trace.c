/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdbool.h>

#define MS 1e6 // ns

void trace_note(struct trace *trace, int64_t now_ns, int64_t capture_ns, uint64_t lost)
{
    struct trace_point *point = &trace->points[trace->next];
    const bool follows = trace->last_ns > 0;

    *point = (struct trace_point){
        .at_ns = now_ns,
        .interval_ms = follows ? (float)((double)(now_ns - trace->last_ns) / MS) : 0,
        .age_ms = (float)((double)(now_ns - capture_ns) / MS),
        .lost = follows && lost > trace->last_lost ? (uint32_t)(lost - trace->last_lost) : 0,
    };
    trace->last_ns = now_ns;
    trace->last_lost = lost;
    trace->next = (trace->next + 1) % TRACE_POINTS;
    trace->count += trace->count < TRACE_POINTS;
}

void trace_break(struct trace *trace)
{
    trace->last_ns = 0;
}

const struct trace_point *trace_at(const struct trace *trace, unsigned back)
{
    return &trace->points[(trace->next + TRACE_POINTS - 1 - back) % TRACE_POINTS];
}

double trace_value(const struct trace_point *point, enum trace_kind kind)
{
    return (double)(kind == TRACE_AGE ? point->age_ms : point->interval_ms);
}

double trace_columns(const struct trace *trace, enum trace_kind kind, int64_t now_ns,
                     int64_t span_ns, struct trace_column *column, unsigned columns)
{
    double most = 0;

    for (unsigned i = 0; i < columns; i++)
        column[i] = (struct trace_column){ .most = -1 };
    for (unsigned back = 0; back < trace->count; back++) {
        const struct trace_point *point = trace_at(trace, back);
        const int64_t since = now_ns - point->at_ns;
        if (since >= span_ns)
            break;
        if (since < 0)
            continue;
        const unsigned from_right = (unsigned)((double)since * columns / (double)span_ns);
        struct trace_column *at = &column[columns - 1 - (from_right < columns ? from_right : 0)];
        const double value = trace_value(point, kind);
        at->most = (float)value > at->most ? (float)value : at->most;
        at->lost += point->lost;
        most = value > most ? value : most;
    }
    return most;
}

double trace_scale(double most)
{
    double scale = 1;

    while (scale < most) {
        if (scale * 2 >= most)
            return scale * 2;
        if (scale * 5 >= most)
            return scale * 5;
        scale *= 10;
    }
    return scale;
}
