/* SPDX-License-Identifier: MIT */
/* Statistics for people: a line per second, and the table at the end. */
#include "stats.h"
#include "strbuf.h"

#include <inttypes.h>

#define SECOND 1e9

/* "1.2 ms"; below a millisecond in microseconds. */
static const char *time_text(uint64_t ns, char *text, size_t bytes)
{
    if (ns < 1000000)
        snprintf(text, bytes, "%.0f us", (double)ns / 1e3);
    else
        snprintf(text, bytes, "%.1f ms", (double)ns / 1e6);
    return text;
}

void stats_line(struct stats *stats, int64_t now_ns, char *text, size_t bytes)
{
    const int64_t passed = now_ns - stats->line_ns;
    const uint64_t frames = stats->frames - stats->frames_at_line;
    char p50[32];
    char p99[32];
    struct strbuf line;
    strbuf_init(&line, text, bytes);
    strbuf_add(&line,
               "%6.2f fps, dropped: %" PRIu64 " driver + %" PRIu64 " writer + %" PRIu64
               " reader, age p50 %s p99 %s",
               passed > 0 ? (double)frames * SECOND / (double)passed : 0.0, stats->dropped_driver,
               stats->dropped_writer, stats->dropped_reader,
               time_text(time_histogram_percentile(&stats->age, 50), p50, sizeof(p50)),
               time_text(time_histogram_percentile(&stats->age, 99), p99, sizeof(p99)));
    if (stats->captures.stalls)
        strbuf_add(&line, ", stalls: %" PRIu64, stats->captures.stalls);
    stats->frames_at_line = stats->frames;
    stats->line_ns = now_ns;
}

/* A row of the table; `beyond` is subtracted from each value. Nothing without measurements. */
static void print_spread(FILE *to, const char *label, const struct time_histogram *histogram,
                         uint64_t beyond)
{
    static const double percents[] = { 50, 95, 99, 100 };
    if (histogram->count == 0)
        return;
    fprintf(to, "  %-22s", label);
    for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
        char text[32];
        fprintf(to, " %10s",
                time_text(time_histogram_percentile(histogram, percents[i]) - beyond, text,
                          sizeof(text)));
    }
    fputc('\n', to);
}

/* Stalls and jitter of the source. */
static void print_captures(FILE *to, const struct capture_timing *captures)
{
    char sum[32];
    char most[32];
    fprintf(to, "  stalls: %" PRIu64 " (%s), uneven captures: %" PRIu64 " (at most %s off)\n",
            captures->stalls, time_text((uint64_t)captures->stall_sum_ns, sum, sizeof(sum)),
            captures->uneven, time_text((uint64_t)captures->uneven_max_ns, most, sizeof(most)));
}

void stats_summary(const struct stats *stats, FILE *to)
{
    fprintf(to,
            "%s: %" PRIu64 " frames, %.2f fps, dropped: %" PRIu64 " driver + %" PRIu64
            " writer + %" PRIu64 " reader, torn and retried: %" PRIu64 ", duplicates: %" PRIu64
            "\n",
            stats->name, stats->frames, stats_fps(stats), stats->dropped_driver,
            stats->dropped_writer, stats->dropped_reader, stats->torn_retried, stats->duplicates);
    if (stats->frames == 0)
        return;
    fprintf(to, "  %-22s %10s %10s %10s %10s\n", "", "p50", "p95", "p99", "max");
    print_spread(to, "interval", &stats->interval, 0);
    print_spread(to, "jitter", &stats->interval, time_histogram_percentile(&stats->interval, 50));
    print_spread(to, "age", &stats->age, 0);
    print_spread(to, "  capture to publish", &stats->to_publish, 0);
    print_spread(to, "  publish to reader", &stats->to_reader, 0);
    print_spread(to, "  reader to screen", &stats->to_screen, 0);
    uint64_t gap_ns;
    fprintf(to, "  gaps: %" PRIu64 ", format changes: %" PRIu64 ", writers lost: %" PRIu64 "\n",
            stats_gaps(stats, &gap_ns), stats->format_changes, stats->writers_lost);
    if (stats_know_rate(stats))
        print_captures(to, &stats->captures);
    fprintf(to, "  %.1f MB per second, copies per frame: %" PRIu32 ", CPU: %.1f %% of a core\n",
            stats_byte_rate(stats) / 1e6, stats->copies, stats_cpu(stats));
}
