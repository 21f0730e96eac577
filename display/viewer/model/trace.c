/* SPDX-License-Identifier: MIT */
#include "trace.h"

#define MS 1e6 // ns

void trace_note(struct trace *trace, int64_t now_ns, int64_t capture_ns, uint64_t lost)
{
    struct trace_point *point = &trace->points[trace->next];
    const bool follows = trace->last_ns > 0;
    *point = (struct trace_point){
        .at_ns = now_ns,
        .interval_ms = follows ? (float)((double)(now_ns - trace->last_ns) / MS) : 0,
        .latency_ms = (float)((double)(now_ns - capture_ns) / MS),
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

unsigned trace_bars(const struct trace *trace, enum trace_kind kind, int64_t now_ns,
                    int64_t span_ns, int columns, struct trace_bar bars[TRACE_POINTS], double *most)
{
    unsigned count = 0;
    *most = 0;
    for (unsigned back = 0; back < trace->count; back++) {
        const struct trace_point *point = trace_at(trace, back);
        const double since = (double)(now_ns - point->at_ns);
        const double began = since + (double)point->interval_ms * MS;
        const float value = kind == TRACE_LATENCY ? point->latency_ms : point->interval_ms;
        if (since >= (double)span_ns)
            break;
        const int last = columns - 1 - (int)(since / (double)span_ns * columns);
        const int first = columns - (int)(began / (double)span_ns * columns);
        const int right = last + 1 < columns ? last + 1 : columns;
        const int left = first < last ? first : last;
        bars[count++] = (struct trace_bar){
            .left = left > 0 ? left : 0, .right = right, .value = value, .lost = point->lost > 0
        };
        *most = (double)value > *most ? (double)value : *most;
    }
    return count;
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
