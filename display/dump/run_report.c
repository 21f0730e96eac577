/* SPDX-License-Identifier: MIT */
#include "run_report.h"

#include "report_axis.h"
#include "report_chart.h"
#include "report_svg.h"

#include <triptych/version.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Where things lie, in pixels. */
enum {
    WIDTH = 1000,
    MARGIN = 40,
    ROW = 21,
    PLOT_X = 96,
    PLOT_WIDTH = 540,
    HISTOGRAM_X = 712,
    HISTOGRAM_WIDTH = 248,
    PLOT_HEIGHT = 170,
    PLOT_STEP = 264, // from one chart to the one below
    TABLE_ROWS = 9
};

static bool ends_with(const char *path, const char *ending)
{
    const size_t length = strlen(path);
    return length > strlen(ending) && strcasecmp(path + length - strlen(ending), ending) == 0;
}

bool report_ending(const char *path)
{
    return ends_with(path, ".svg") || ends_with(path, ".html") || ends_with(path, ".htm");
}

bool report_open(struct report *report, const char *path, const tri_log *log)
{
    *report = (struct report){ .html = !ends_with(path, ".svg"), .started = time(NULL) };
    return output_open(&report->output, path, log);
}

static const char *time_text(double ns, char *text, size_t bytes)
{
    double unit;
    const char *name = axis_time_unit(ns, &unit);
    if (ns <= 0)
        return "0";
    snprintf(text, bytes, "%.*f %s", ns / unit < 10 ? 2 : 1, ns / unit, name);
    return text;
}

/* What, when, where: the lines at the top. @return where the next one stands. */
static double draw_head(struct report *report, const struct stats *stats, const char *title)
{
    struct output *output = &report->output;
    const struct tri_video *video = &stats->video;
    struct tm local;
    struct utsname machine;
    char date[64] = "";
    char fourcc[5];
    if (localtime_r(&report->started, &local))
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S %z", &local);
    svg_text(output, MARGIN, 54, "title", "%s", title);
    if (stats->frames == 0)
        svg_text(output, MARGIN, 80, "quiet", "no frame came");
    else if (video->fps_num && video->fps_den)
        svg_text(output, MARGIN, 80, "quiet",
                 "%" PRIu32 "x%" PRIu32 " %s, meant to come at %g a second", video->width,
                 video->height, tri_fourcc_name(video->fourcc, fourcc),
                 round(1000.0 * video->fps_num / video->fps_den) / 1000);
    else
        svg_text(output, MARGIN, 80, "quiet", "%" PRIu32 "x%" PRIu32 " %s", video->width,
                 video->height, tri_fourcc_name(video->fourcc, fourcc));
    if (uname(&machine) == 0)
        svg_text(output, MARGIN, 100, "quiet", "%s, on %s (%s %s, %ld cores), triptych %s", date,
                 machine.nodename, machine.sysname, machine.release, sysconf(_SC_NPROCESSORS_ONLN),
                 TRI_VERSION_STRING);
    return 132;
}

static double draw_verdicts(struct output *output, const struct report_facts *facts, double y)
{
    for (size_t i = 0; i < facts->expected; i++) {
        const struct expect_verdict *verdict = &facts->verdicts[i];
        svg_text(output, MARGIN, y, verdict->met ? "strong met" : "strong missed", "%s",
                 verdict->met ? "met" : "not met");
        svg_text(output, MARGIN + 72, y, "", "%s: %s", verdict->option, verdict->text);
        y += ROW;
    }
    return facts->expected ? y + 8 : y;
}

/* A row of the table; of a part of the row above, its label stands further in. */
static void draw_spread(struct output *output, double y, const char *label, double indent,
                        const struct time_histogram *histogram, bool from_median)
{
    static const double percents[] = { 50, 95, 99, 100 };
    const double off = from_median ? (double)time_histogram_percentile(histogram, 50) : 0;
    svg_text(output, MARGIN + indent, y, "", "%s", label);
    for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
        char text[32];
        const double ns = (double)time_histogram_percentile(histogram, percents[i]) - off;
        svg_text(output, 250 + 90 * (double)i, y, "number", "%s",
                 histogram->count ? time_text(ns, text, sizeof text) : "-");
    }
}

static void draw_fact(struct output *output, double y, const char *label, const char *format, ...)
    TRI_PRINTF(4, 5);

static void draw_fact(struct output *output, double y, const char *label, const char *format, ...)
{
    char text[128];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    svg_text(output, 600, y, "", "%s", label);
    svg_text(output, WIDTH - MARGIN, y, "number", "%s", text);
}

/* @return where what follows begins */
static double draw_table(struct output *output, const struct report_facts *facts, double y)
{
    static const char *const heads[] = { "p50", "p95", "p99", "max" };
    const struct stats *stats = facts->stats;
    char span[32];
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        svg_text(output, 250 + 90 * (double)i, y, "small end", "%s", heads[i]);
    svg_line(output, MARGIN, y + 6, 250 + 3 * 90, y + 6, "rule");
    svg_line(output, 600, y + 6, WIDTH - MARGIN, y + 6, "rule");
    draw_spread(output, y + 1 * ROW + 2, "interval", 0, &stats->interval, false);
    draw_spread(output, y + 2 * ROW + 2, "jitter", 0, &stats->interval, true);
    draw_spread(output, y + 3 * ROW + 2, "age", 0, &stats->age, false);
    draw_spread(output, y + 4 * ROW + 2, "capture to publish", 16, &stats->to_publish, false);
    draw_spread(output, y + 5 * ROW + 2, "publish to reader", 16, &stats->to_reader, false);

    draw_fact(output, y + 1 * ROW + 2, "frames", "%" PRIu64 " in %s", stats->frames,
              time_text((double)(stats->last_ns - stats->first_ns), span, sizeof span));
    draw_fact(output, y + 2 * ROW + 2, "dropped",
              "%" PRIu64 " driver + %" PRIu64 " writer + %" PRIu64 " reader", stats->dropped_driver,
              stats->dropped_writer, stats->dropped_reader);
    draw_fact(output, y + 3 * ROW + 2, "torn and retried", "%" PRIu64, stats->torn_retried);
    draw_fact(output, y + 4 * ROW + 2, "duplicates", "%" PRIu64, stats->duplicates);
    draw_fact(output, y + 5 * ROW + 2, "data", "%.1f MB a second", stats_byte_rate(stats) / 1e6);
    draw_fact(output, y + 6 * ROW + 2, "copies a frame", "%" PRIu32, stats->copies);
    draw_fact(output, y + 7 * ROW + 2, "changes of format, writers lost", "%" PRIu64 ", %" PRIu64,
              stats->format_changes, stats->writers_lost);
    if (stats_know_rate(stats))
        draw_fact(output, y + 8 * ROW + 2, "stalls, uneven captures", "%" PRIu64 " of %s, %" PRIu64,
                  stats->captures.stalls,
                  time_text((double)stats->captures.stall_sum_ns, span, sizeof span),
                  stats->captures.uneven);
    if (facts->clock)
        svg_text(output, MARGIN, y + TABLE_ROWS * ROW + 10, "", "%s", facts->clock);
    return y + (TABLE_ROWS + (facts->clock ? 1 : 0)) * ROW + 12;
}

/* How to read the charts, beside the lowest one. */
static void draw_legend(struct report *report, const struct stats *stats, double y)
{
    struct output *output = &report->output;
    const struct samples *samples = &report->samples;
    char text[32];
    uint64_t shortest;
    const uint64_t gaps = stats_gaps(stats, &shortest);
    const double x = HISTOGRAM_X - 4;
    svg_rect(output, x, y - 8, 14, 8, "band");
    svg_text(output, x + 22, y, "small", "least to most in each %s of the run:",
             time_text((double)samples->column_ns, text, sizeof text));
    svg_text(output, x + 22, y + 16, "small", "no frame is left out, no spike lost");
    svg_line(output, x, y + 31, x + 14, y + 31, "mean");
    svg_text(output, x + 22, y + 35, "small", "mean of the same");
    svg_rect(output, x, y + 46, 14, 10, "gap");
    svg_text(output, x + 22, y + 54, "small",
             "gap: nothing for %s, %d medians:", time_text((double)shortest, text, sizeof text),
             STATS_GAP);
    svg_text(output, x + 22, y + 70, "small", "%" PRIu64 " of them%s", gaps,
             gaps > SAMPLES_GAPS ? ", the longest ones are shown" : "");
}

static void draw(struct report *report, const struct report_facts *facts)
{
    struct output *output = &report->output;
    const struct stats *stats = facts->stats;
    char title[128];
    snprintf(title, sizeof title, "%s: %.2f frames a second", stats->name, stats_fps(stats));
    const bool charts = stats->frames > 0;
    const double table = 132 + (facts->expected ? (double)facts->expected * ROW + 8 : 0) +
                         (TABLE_ROWS + (facts->clock ? 1 : 0)) * ROW + 12;
    svg_begin(output, WIDTH, table + (charts ? 2 * PLOT_STEP + LOST_CAUSES * CHART_LANE + 96 : 0),
              title);
    double y = draw_head(report, stats, title);
    y = draw_verdicts(output, facts, y);
    y = draw_table(output, facts, y);
    if (charts) {
        struct chart_box over_time = { PLOT_X, y + 20, PLOT_WIDTH, PLOT_HEIGHT };
        struct chart_box how_often = { HISTOGRAM_X, y + 20, HISTOGRAM_WIDTH, PLOT_HEIGHT };
        const struct samples *samples = &report->samples;
        chart_time(output, &over_time, samples, CHART_INTERVAL, stats, "Interval");
        chart_histogram(output, &how_often, &stats->interval, "Frames by interval");
        over_time.y = how_often.y = y + 20 + PLOT_STEP;
        chart_time(output, &over_time, samples, CHART_AGE, stats, "Age on arrival");
        chart_histogram(output, &how_often, &stats->age, "Frames by age");
        const struct chart_box lost = { PLOT_X, y + 20 + 2 * PLOT_STEP, PLOT_WIDTH,
                                        LOST_CAUSES * CHART_LANE };
        chart_lost(output, &lost, samples, "Lost frames by cause");
        draw_legend(report, stats, lost.y + 6);
    }
    svg_end(output);
}

bool report_close(struct report *report, const struct report_facts *facts)
{
    struct output *output = &report->output;
    if (report->html) {
        output_text(output,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                    "<title>");
        svg_words(output, facts->stats->name);
        output_text(
            output,
            "</title>\n<style>:root{color-scheme:light dark}body{margin:0}"
            "svg{display:block;margin:auto;max-width:100%%;height:auto}"
            "@media (prefers-color-scheme:dark){body{background:#0d1117}}</style>\n</head>\n"
            "<body>\n");
    }
    draw(report, facts);
    if (report->html)
        output_text(output, "</body>\n</html>\n");
    output_flush(output);
    if (output->error)
        output_complain(output);
    const bool written = output->error == 0;
    return output_close(output) && written;
}
