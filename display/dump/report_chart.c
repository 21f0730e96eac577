/* SPDX-License-Identifier: MIT */
#include "report_chart.h"

#include "report_axis.h"
#include "report_svg.h"

#include <inttypes.h>
#include <math.h>

#define SPREAD_LOG 20 // most / median from which a time chart is logarithmic
#define VALUES_LOG 8  // most / least from which a histogram is
#define LEAST_NS   100.0
#define DOTS_MAX   100
enum { BIN_WIDTH = 3, BINS_MAX = 400 };

static void draw_frame(struct output *output, const struct chart_box *box, const char *title)
{
    svg_text(output, box->x, box->y - 12, "head", "%s", title);
    svg_rect(output, box->x, box->y, box->width, box->height, "plot");
}

static void draw_bottom(struct output *output, const struct chart_box *box, const struct axis *axis,
                        const char *name)
{
    double ticks[AXIS_TICKS];
    const size_t count = axis_ticks(axis, ticks);
    const double bottom = box->y + box->height;
    for (size_t i = 0; i < count; i++) {
        const double x = axis_place(axis, ticks[i]);
        svg_line(output, x, box->y, x, bottom + 4, "grid");
        svg_text(output, x, bottom + 17, "small middle", "%g", ticks[i]);
    }
    svg_text(output, box->x + box->width, bottom + 33, "small end", "%s", name);
}

static void draw_side(struct output *output, const struct chart_box *box, const struct axis *axis)
{
    double ticks[AXIS_TICKS];
    const size_t count = axis_ticks(axis, ticks);
    for (size_t i = 0; i < count; i++) {
        const double y = axis_place(axis, ticks[i]);
        svg_line(output, box->x - 4, y, box->x + box->width, y, "grid");
        svg_text(output, box->x - 8, y + 4, "small end", "%g", ticks[i]);
    }
}

/* Time of the run along the bottom; returns its axis in ns. */
static struct axis draw_run(struct output *output, const struct chart_box *box,
                            const struct samples *samples)
{
    const double span = samples_span(samples) > 0 ? (double)samples_span(samples) : 1e9;
    double unit;
    char name[64];
    snprintf(name, sizeof name, "time since the first frame, %s", axis_time_unit(span, &unit));
    struct axis axis = { .high = span / unit, .from = box->x, .to = box->x + box->width };
    draw_bottom(output, box, &axis, name);
    axis.high = span;
    return axis;
}

static void draw_gaps(struct output *output, const struct chart_box *box, const struct axis *time,
                      const struct samples *samples, int64_t shortest_ns)
{
    for (size_t i = 0; i < samples->gaps; i++) {
        const struct samples_gap *gap = &samples->gap[i];
        if (gap->length_ns <= shortest_ns)
            continue;
        const double from = axis_place(time, (double)(gap->end_ns - gap->length_ns));
        const double to = axis_place(time, (double)gap->end_ns);
        svg_rect(output, from, box->y, fmax(to - from, 2), box->height, "gap");
    }
}

static const struct samples_range *range_of(const struct samples_column *column,
                                            enum chart_what what)
{
    return what == CHART_INTERVAL ? &column->interval : &column->age;
}

static double middle_of(const struct samples *samples, size_t column)
{
    return ((double)column + 0.5) * (double)samples->column_ns;
}

/* From the least values, left to right, back along the most. */
static void draw_band(struct output *output, const struct samples *samples, enum chart_what what,
                      const struct axis *time, const struct axis *value, double unit)
{
    char command = 'M';
    output_text(output, "<path class=\"band\" d=\"");
    for (size_t i = 0; i < 2 * samples->columns; i++) {
        const bool back = i >= samples->columns;
        const size_t index = back ? 2 * samples->columns - 1 - i : i;
        const struct samples_range *range = range_of(&samples->column[index], what);
        if (range->count == 0)
            continue;
        output_text(output, "%c%.1f %.1f", command, axis_place(time, middle_of(samples, index)),
                    axis_place(value, (double)(back ? range->most : range->least) / unit));
        command = 'L';
    }
    output_text(output, "\"/>\n");
}

/* No line leads over a time without frames that is longer than `break_ns`. */
static void draw_mean(struct output *output, const struct samples *samples, enum chart_what what,
                      const struct axis *time, const struct axis *value, double unit,
                      double break_ns)
{
    double last_ns = -INFINITY;
    output_text(output, "<path class=\"mean\" d=\"");
    for (size_t i = 0; i < samples->columns; i++) {
        const struct samples_range *range = range_of(&samples->column[i], what);
        const double at_ns = middle_of(samples, i);
        if (range->count == 0)
            continue;
        output_text(output, "%c%.1f %.1f", at_ns - last_ns > break_ns ? 'M' : 'L',
                    axis_place(time, at_ns),
                    axis_place(value, range->sum / (double)range->count / unit));
        last_ns = at_ns;
    }
    output_text(output, "\"/>\n");
    for (size_t i = 0; i < samples->columns && samples->frames <= DOTS_MAX; i++) {
        const struct samples_range *range = range_of(&samples->column[i], what);
        if (range->count > 0)
            svg_dot(output, axis_place(time, middle_of(samples, i)),
                    axis_place(value, range->sum / (double)range->count / unit), "dot");
    }
}

void chart_time(struct output *output, const struct chart_box *box, const struct samples *samples,
                enum chart_what what, const struct stats *stats, const char *title)
{
    const struct time_histogram *histogram =
        what == CHART_INTERVAL ? &stats->interval : &stats->age;
    uint64_t gap_ns;
    stats_gaps(stats, &gap_ns);
    const double median = fmax((double)time_histogram_percentile(histogram, 50), LEAST_NS);
    const double most = fmax((double)histogram->max, LEAST_NS);
    const bool logarithmic = most > SPREAD_LOG * median;
    double unit;
    char head[128];
    snprintf(head, sizeof head, "%s, %s%s", title, axis_time_unit(most, &unit),
             logarithmic ? " (logarithmic)" : "");
    const double least = logarithmic ? fmax((double)histogram->min, LEAST_NS) : 0;
    const struct axis value =
        axis_over(least / unit, most / unit, logarithmic ? 1 : 0, box->y + box->height, box->y);

    draw_frame(output, box, head);
    draw_side(output, box, &value);
    const struct axis time = draw_run(output, box, samples);
    draw_gaps(output, box, &time, samples, (int64_t)gap_ns);
    draw_band(output, samples, what, &time, &value, unit);
    draw_mean(output, samples, what, &time, &value, unit,
              fmax((double)gap_ns, 2.5 * (double)samples->column_ns));
}

/* How much of each bucket falls into each bin. */
static double fill_bins(const struct time_histogram *histogram, const struct axis *axis,
                        double unit, double bin[BINS_MAX], size_t bins)
{
    double most = 0;
    const double width = (axis->to - axis->from) / (double)bins;
    for (unsigned b = 0; b < TIME_HISTOGRAM_BUCKETS; b++) {
        if (histogram->bucket[b] == 0)
            continue;
        uint64_t low;
        uint64_t high;
        time_histogram_bucket(b, &low, &high);
        const double from = (axis_place(axis, (double)low / unit) - axis->from) / width;
        const double to =
            fmax((axis_place(axis, (double)high / unit) - axis->from) / width, from + 1e-6);
        for (size_t i = (size_t)from; i < bins && (double)i < to; i++) {
            const double share = fmin(to, (double)i + 1) - fmax(from, (double)i);
            bin[i] += (double)histogram->bucket[b] * share / (to - from);
        }
    }
    for (size_t i = 0; i < bins; i++)
        most = fmax(most, bin[i]);
    return most;
}

void chart_histogram(struct output *output, const struct chart_box *box,
                     const struct time_histogram *histogram, const char *title)
{
    const double median = fmax((double)time_histogram_percentile(histogram, 50), LEAST_NS);
    const double least = fmax(fmin((double)histogram->min, 0.8 * median), LEAST_NS);
    const double most = fmax((double)histogram->max, 1.25 * median);
    double unit;
    char name[64];
    snprintf(name, sizeof name, "%s%s", axis_time_unit(most, &unit),
             most / least > VALUES_LOG ? " (logarithmic)" : "");
    const struct axis value =
        axis_over(least / unit, most / unit, VALUES_LOG, box->x, box->x + box->width);

    double bin[BINS_MAX] = { 0 };
    const size_t bins = (size_t)fmin(box->width / BIN_WIDTH, BINS_MAX);
    const double highest = fmax(fill_bins(histogram, &value, unit, bin, bins), 1);
    const double bottom = box->y + box->height;
    const double scale = (box->height - 8) / log10(1 + highest);

    draw_frame(output, box, title);
    const size_t in_decade = highest < 30 ? 3 : 1;
    for (size_t i = 0; axis_rung(i, in_decade) <= highest; i++) {
        const double count = axis_rung(i, in_decade);
        const double y = bottom - scale * log10(1 + count);
        svg_line(output, box->x - 4, y, box->x + box->width, y, "grid");
        svg_text(output, box->x - 8, y + 4, "small end", "%g", count);
    }
    draw_bottom(output, box, &value, name);
    output_text(output, "<path class=\"bars\" d=\"M%.1f %.1f", box->x, bottom);
    const double width = box->width / (double)bins;
    for (size_t i = 0; i < bins; i++) {
        const double y = bottom - scale * log10(1 + bin[i]);
        output_text(output, "V%.1fH%.1f", y, box->x + (double)(i + 1) * width);
    }
    output_text(output, "V%.1fZ\"/>\n", bottom);
}

void chart_lost(struct output *output, const struct chart_box *box, const struct samples *samples,
                const char *title)
{
    static const char *const causes[LOST_CAUSES] = { "driver", "writer", "reader" };
    uint64_t total[LOST_CAUSES] = { 0 };
    draw_frame(output, box, title);
    const struct axis time = draw_run(output, box, samples);
    for (int cause = 0; cause < LOST_CAUSES; cause++) {
        const double y = box->y + cause * CHART_LANE;
        for (size_t i = 0; i < samples->columns; i++) {
            if (samples->column[i].lost[cause] == 0)
                continue;
            const double from = axis_place(&time, (double)i * (double)samples->column_ns);
            const double to = axis_place(&time, (double)(i + 1) * (double)samples->column_ns);
            svg_rect(output, from, y + 4, fmax(to - from, 2), CHART_LANE - 8, causes[cause]);
            total[cause] += samples->column[i].lost[cause];
        }
        if (cause > 0)
            svg_line(output, box->x, y, box->x + box->width, y, "rule");
        svg_text(output, box->x - 8, y + 15, "small end", "%s", causes[cause]);
        svg_text(output, box->x + box->width + 8, y + 15, "small", "%" PRIu64, total[cause]);
    }
}
