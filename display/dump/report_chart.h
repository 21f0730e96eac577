/* SPDX-License-Identifier: MIT */
/** The charts of a report. */
#ifndef DUMP_REPORT_CHART_H
#define DUMP_REPORT_CHART_H

#include "output.h"
#include "program/stats.h"
#include "report_samples.h"

enum {
    CHART_LANE = 22 // height of a lane of chart_lost()
};

/** Where a chart's plot lies; title, numbers and the name of its axis stand around it. */
struct chart_box {
    double x, y, width, height;
};

/** Which of a column's ranges. */
enum chart_what { CHART_INTERVAL, CHART_AGE };

/** Intervals or ages over the time of the run: from the least to the most of each column, and the mean;
 *  gaps are shaded. `stats` are of the same frames. */
void chart_time(struct output *output, const struct chart_box *box, const struct samples *samples,
                enum chart_what what, const struct stats *stats, const char *title);

/** How often each value came, on a logarithmic scale: one among a million is seen. */
void chart_histogram(struct output *output, const struct chart_box *box,
                     const struct time_histogram *histogram, const char *title);

/** When frames were lost, a lane for each cause. */
void chart_lost(struct output *output, const struct chart_box *box, const struct samples *samples,
                const char *title);

#endif
