/* SPDX-License-Identifier: MIT */
#include "figures.h"

#include <math.h>

#define SECOND INT64_C(1000000000)

void figures_start(struct figures *figures, const char *name)
{
    const int64_t now = tri_now_ns();
    *figures = (struct figures){ .name = name, .started_ns = now, .line_ns = now };
}

void figures_frame(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes,
                   int64_t seen_ns)
{
    if (figures->frames == 0)
        figures->first_ns = info->publish_ns;
    else
        tri_histogram_add(&figures->interval, info->publish_ns - figures->last_ns);
    tri_histogram_add(&figures->age, seen_ns - info->capture_ns);
    figures->last_ns = info->publish_ns;
    figures->seen_ns = seen_ns;
    figures->frames++;
    figures->bytes += bytes;
    figures->video = info->video;
    figures->copies = info->copies;
}

void figures_reader(struct figures *figures, const struct tri_reader_counts *counts)
{
    figures->dropped_driver = counts->dropped_driver;
    figures->dropped_writer = counts->dropped_writer;
    figures->dropped_reader = counts->skipped;
    figures->torn_retried = counts->torn;
}

void figures_writer(struct figures *figures, const struct tri_writer_counts *counts)
{
    figures->dropped_driver = counts->dropped_driver;
    figures->dropped_writer = counts->dropped_writer;
}

void figures_end(struct figures *figures, int64_t now_ns)
{
    figures->silent_ns = figures->frames ? now_ns - figures->seen_ns : 0;
}

double figures_fps(const struct figures *figures)
{
    if (figures->frames < 2 || figures->last_ns <= figures->first_ns)
        return 0;
    const double intervals = (double)(figures->frames - 1);
    const double span = (double)(figures->last_ns - figures->first_ns);
    const double silent = (double)figures->silent_ns;
    return intervals * (double)SECOND / (silent > 2 * span / intervals ? span + silent : span);
}

bool figures_due(const struct figures *figures, int64_t now_ns)
{
    return now_ns - figures->line_ns >= SECOND;
}

/* "1.2 ms"; below a millisecond in microseconds, so that a fast hand-over does not read as zero. */
static void time_text(uint64_t ns, char *text, size_t bytes)
{
    if (ns < 1000000)
        snprintf(text, bytes, "%.0f us", (double)ns / 1e3);
    else
        snprintf(text, bytes, "%.1f ms", (double)ns / 1e6);
}

void figures_line(struct figures *figures, int64_t now_ns, char *text, size_t bytes)
{
    const int64_t passed = now_ns - figures->line_ns;
    const uint64_t frames = figures->frames - figures->frames_at_line;
    char p50[32];
    char p99[32];
    time_text(tri_histogram_percentile(&figures->age, 50), p50, sizeof p50);
    time_text(tri_histogram_percentile(&figures->age, 99), p99, sizeof p99);
    snprintf(text, bytes,
             "%6.2f fps, dropped: %llu driver + %llu writer + %llu reader, age p50 %s p99 %s",
             passed > 0 ? (double)frames * (double)SECOND / (double)passed : 0.0,
             (unsigned long long)figures->dropped_driver,
             (unsigned long long)figures->dropped_writer,
             (unsigned long long)figures->dropped_reader, p50, p99);
    figures->frames_at_line = figures->frames;
    figures->line_ns = now_ns;
}

/* Rounded, so that a figure does not pretend to digits that the clock cannot give. */
static json_t *rounded(double value, double parts)
{
    return json_real(nearbyint(value * parts) / parts);
}

static json_t *spread_us(const struct tri_histogram *histogram)
{
    json_t *spread = json_object();
    json_object_set_new(spread, "p50",
                        rounded((double)tri_histogram_percentile(histogram, 50) / 1e3, 10));
    json_object_set_new(spread, "p95",
                        rounded((double)tri_histogram_percentile(histogram, 95) / 1e3, 10));
    json_object_set_new(spread, "p99",
                        rounded((double)tri_histogram_percentile(histogram, 99) / 1e3, 10));
    json_object_set_new(spread, "max", rounded((double)histogram->max / 1e3, 10));
    return spread;
}

json_t *figures_json(const struct figures *figures)
{
    char format[5];
    json_t *object = json_object();
    json_t *dropped = json_object();
    json_object_set_new(dropped, "driver", json_integer((json_int_t)figures->dropped_driver));
    json_object_set_new(dropped, "writer", json_integer((json_int_t)figures->dropped_writer));
    json_object_set_new(dropped, "reader", json_integer((json_int_t)figures->dropped_reader));

    json_object_set_new(object, "name", json_string(figures->name ? figures->name : ""));
    json_object_set_new(object, "frames", json_integer((json_int_t)figures->frames));
    json_object_set_new(object, "fps", rounded(figures_fps(figures), 1000));
    json_object_set_new(object, "dropped", dropped);
    json_object_set_new(object, "torn_retried", json_integer((json_int_t)figures->torn_retried));
    json_object_set_new(object, "copies", json_integer(figures->copies));
    json_object_set_new(object, "age_us", spread_us(&figures->age));
    json_object_set_new(object, "interval_us", spread_us(&figures->interval));
    json_object_set_new(object, "format",
                        figures->frames
                            ? json_string(tri_fourcc_text(figures->video.fourcc, format))
                            : json_null());
    json_object_set_new(object, "width", json_integer(figures->video.width));
    json_object_set_new(object, "height", json_integer(figures->video.height));
    json_object_set_new(object, "bytes", json_integer((json_int_t)figures->bytes));
    json_object_set_new(object, "duration_s",
                        rounded((double)(tri_now_ns() - figures->started_ns) / 1e9, 1000));
    return object;
}

bool figures_print_json(FILE *to, json_t *object)
{
    const bool dumped = json_dumpf(object, to, JSON_COMPACT | JSON_REAL_PRECISION(12)) == 0 &&
                        fputc('\n', to) != EOF && fflush(to) == 0;
    json_decref(object);
    return dumped;
}
