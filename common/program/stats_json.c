/* SPDX-License-Identifier: MIT */
/* Statistics for scripts: the keys of docs/json.md. */
#include "stats.h"

#include "cli.h"
#include "src/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(12))

/* Rounded to what the clock can resolve. */
static json_t *rounded(double value, double parts)
{
    return json_real(nearbyint(value * parts) / parts);
}

json_t *stats_spread_us(const struct time_histogram *histogram)
{
    json_t *spread = json_object();
    json_object_set_new(spread, "p50",
                        rounded((double)time_histogram_percentile(histogram, 50) / 1e3, 10));
    json_object_set_new(spread, "p95",
                        rounded((double)time_histogram_percentile(histogram, 95) / 1e3, 10));
    json_object_set_new(spread, "p99",
                        rounded((double)time_histogram_percentile(histogram, 99) / 1e3, 10));
    json_object_set_new(spread, "max", rounded((double)histogram->max / 1e3, 10));
    return spread;
}

static json_t *jitter_us(const struct stats *stats)
{
    json_t *spread = json_object();
    json_object_set_new(spread, "p95", rounded((double)stats_jitter(stats, 95) / 1e3, 10));
    json_object_set_new(spread, "p99", rounded((double)stats_jitter(stats, 99) / 1e3, 10));
    json_object_set_new(spread, "max", rounded((double)stats_jitter(stats, 100) / 1e3, 10));
    return spread;
}

/* The parts of the latency, as far as the frames got. */
static void set_parts(json_t *object, const struct stats *stats)
{
    json_object_set_new(object, "capture_to_publish_us", stats_spread_us(&stats->to_publish));
    if (stats->to_reader.count)
        json_object_set_new(object, "publish_to_reader_us", stats_spread_us(&stats->to_reader));
    if (stats->to_screen.count)
        json_object_set_new(object, "reader_to_screen_us", stats_spread_us(&stats->to_screen));
}

json_t *stats_json(const struct stats *stats)
{
    char format[5];
    uint64_t gap_ns;
    json_t *object = json_object();
    json_t *dropped = json_object();
    json_object_set_new(dropped, "driver", json_integer((json_int_t)stats->dropped_driver));
    json_object_set_new(dropped, "writer", json_integer((json_int_t)stats->dropped_writer));
    json_object_set_new(dropped, "reader", json_integer((json_int_t)stats->dropped_reader));

    json_object_set_new(object, "name", json_string(stats->name ? stats->name : ""));
    json_object_set_new(object, "frames", json_integer((json_int_t)stats->frames));
    json_object_set_new(object, "fps", rounded(stats_fps(stats), 1000));
    json_object_set_new(object, "fps_last_second",
                        rounded(stats_fps_last_second(stats, tri_now_ns()), 1000));
    json_object_set_new(object, "dropped", dropped);
    json_object_set_new(object, "torn_retried", json_integer((json_int_t)stats->torn_retried));
    json_object_set_new(object, "duplicates", json_integer((json_int_t)stats->duplicates));
    json_object_set_new(object, "gaps", json_integer((json_int_t)stats_gaps(stats, &gap_ns)));
    capture_timing_set_json(object, &stats->captures, stats_know_rate(stats));
    json_object_set_new(object, "format_changes", json_integer((json_int_t)stats->format_changes));
    json_object_set_new(object, "writers_lost", json_integer((json_int_t)stats->writers_lost));
    json_object_set_new(object, "copies", json_integer(stats->copies));
    json_object_set_new(object, "user_bytes", json_integer(stats->last.user_bytes));
    json_object_set_new(object, "interval_us", stats_spread_us(&stats->interval));
    json_object_set_new(object, "jitter_us", jitter_us(stats));
    json_object_set_new(object, "age_us", stats_spread_us(&stats->age));
    set_parts(object, stats);
    json_object_set_new(object, "format",
                        stats->frames ? json_string(tri_fourcc_name(stats->video.fourcc, format))
                                      : json_null());
    json_object_set_new(object, "width", json_integer(stats->video.width));
    json_object_set_new(object, "height", json_integer(stats->video.height));
    json_object_set_new(object, "bytes", json_integer((json_int_t)stats->bytes));
    json_object_set_new(object, "bytes_per_second", rounded(stats_byte_rate(stats), 1));
    json_object_set_new(object, "cpu_percent", rounded(stats_cpu(stats), 10));
    json_object_set_new(object, "duration_s",
                        rounded((double)(tri_now_ns() - stats->started_ns) / 1e9, 1000));
    return object;
}

json_t *stats_json_text(const char *text)
{
    char *clean = strdup(text);
    if (!clean)
        return NULL;
    tri_utf8_clean(clean);
    json_t *string = json_string(clean);
    free(clean);
    return string;
}

void stats_print_json_line(FILE *to, json_t *object)
{
    char *line = json_dumps(object, JSON_FORM);
    if (line)
        cli_print_line(to, line);
    free(line);
    json_decref(object);
}

bool stats_print_json(FILE *to, json_t *object)
{
    const bool dumped =
        json_dumpf(object, to, JSON_FORM) == 0 && fputc('\n', to) != EOF && fflush(to) == 0;
    json_decref(object);
    return dumped;
}
