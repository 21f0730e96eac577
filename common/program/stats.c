/* SPDX-License-Identifier: MIT */
/* Counts; the output is in stats_text.c and stats_json.c. */
#include "stats.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define SECOND    INT64_C(1000000000)
#define STEPS_MAX (UINT64_C(1) << 31)
#define SPAN_MAX  1e18 // nanoseconds, 31 years: differences of times cannot overflow

static int64_t cpu_now_ns(void)
{
    struct timespec used = { .tv_sec = 0 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * SECOND + used.tv_nsec;
}

void stats_start(struct stats *stats, const char *name)
{
    const int64_t now = tri_now_ns();
    *stats = (struct stats){
        .name = name, .started_ns = now, .line_ns = now, .started_cpu_ns = cpu_now_ns()
    };
}

/* Whether a frame repeats the one before it. */
static bool is_duplicate(const struct tri_frame_info *last, const struct tri_frame_info *info)
{
    return info->number == last->number || info->capture_ns == last->capture_ns ||
           ((last->flags & info->flags & TRI_FRAME_CHECKSUM) && info->checksum == last->checksum);
}

static bool is_other_format(const struct tri_video *last, const struct tri_video *video)
{
    return video->fourcc != last->fourcc || video->width != last->width ||
           video->height != last->height;
}

/* Compares capture times with the source's own frame count, so lost frames account for their
 * time; with the stream's count if the writer sets none. */
static void count_capture(struct stats *stats, const struct tri_frame_info *info)
{
    const struct tri_frame_info *last = &stats->last;
    const struct tri_video *video = &info->video;
    uint64_t steps = info->driver_sequence - last->driver_sequence;
    if (steps == 0)
        steps = info->number - last->number;
    if (!video->fps_num || !video->fps_den || info->generation != last->generation ||
        (info->flags & TRI_FRAME_RESTART) || ((info->flags | last->flags) & TRI_FRAME_NO_SIGNAL) ||
        steps == 0 || steps > STEPS_MAX) // the source restarted, or the frame repeats
        return;
    const double period = (double)SECOND * video->fps_den / video->fps_num;
    const double span = period * (double)steps;
    if (span > SPAN_MAX)
        return;
    const int64_t even = llround(span);
    capture_timing_add(&stats->captures, info->capture_ns - last->capture_ns - even,
                       capture_timing_period(video->fps_num, video->fps_den));
}

/* A second ends with the first frame that is a second later than its first one. */
static void count_second(struct stats *stats, int64_t publish_ns)
{
    const int64_t passed = publish_ns - stats->second_ns;
    if (stats->frames > 0 && passed >= SECOND)
        stats->last_second = (double)stats->second_frames * (double)SECOND / (double)passed;
    if (stats->frames == 0 || passed >= SECOND) {
        stats->second_ns = publish_ns;
        stats->second_frames = 0;
    }
    stats->second_frames++;
}

/* Counts a frame at `seen_ns`. */
static void count(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                  int64_t seen_ns)
{
    count_second(stats, info->publish_ns);
    if (stats->frames == 0) {
        stats->first_ns = info->publish_ns;
    } else {
        time_histogram_add(&stats->interval, info->publish_ns - stats->last_ns);
        stats->duplicates += is_duplicate(&stats->last, info);
        stats->format_changes += is_other_format(&stats->last.video, &info->video);
        count_capture(stats, info);
    }
    time_histogram_add(&stats->age, seen_ns - info->capture_ns);
    time_histogram_add(&stats->to_publish, info->publish_ns - info->capture_ns);
    stats->last_ns = info->publish_ns;
    stats->seen_ns = seen_ns;
    stats->frames++;
    stats->bytes += bytes;
    stats->video = info->video;
    stats->copies = info->copies;
    stats->last = *info;
}

void stats_published(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes)
{
    count(stats, info, bytes, info->publish_ns);
}

void stats_frame(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns)
{
    count(stats, info, bytes, taken_ns);
    time_histogram_add(&stats->to_reader, taken_ns - info->publish_ns);
}

void stats_shown(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns, int64_t shown_ns)
{
    count(stats, info, bytes, shown_ns);
    time_histogram_add(&stats->to_reader, taken_ns - info->publish_ns);
    time_histogram_add(&stats->to_screen, shown_ns - taken_ns);
}

void stats_reader(struct stats *stats, const struct tri_reader_stats *counts)
{
    stats->dropped_driver = counts->dropped_driver;
    stats->dropped_writer = counts->dropped_writer;
    stats->dropped_reader = counts->skipped;
    stats->torn_retried = counts->torn;
}

void stats_writer(struct stats *stats, const struct tri_writer_stats *counts)
{
    stats->dropped_driver = counts->dropped_driver;
    stats->dropped_writer = counts->dropped_writer;
}

void stats_end(struct stats *stats, int64_t now_ns)
{
    stats->silent_ns = stats->frames ? now_ns - stats->seen_ns : 0;
}

void stats_end_with_writer(struct stats *stats, int64_t now_ns)
{
    struct tri_stream stream;
    const bool died =
        tri_stream_find(stats->name, &stream) == TRI_OK && stream.state == TRI_STREAM_DEAD;
    stats_end(stats, died ? now_ns : stats->seen_ns);
}

double stats_fps(const struct stats *stats)
{
    if (stats->frames < 2 || stats->last_ns <= stats->first_ns)
        return 0;
    const double intervals = (double)(stats->frames - 1);
    const double span = (double)(stats->last_ns - stats->first_ns);
    const double silent = (double)stats->silent_ns;
    return intervals * (double)SECOND / (silent > 2 * span / intervals ? span + silent : span);
}

double stats_fps_last_second(const struct stats *stats, int64_t now_ns)
{
    const double rate = stats->last_second;
    const double silent = (double)(now_ns - stats->seen_ns) / (double)SECOND;
    if (rate <= 0)
        return stats_fps(stats);
    return silent > 1 && silent > 2 / rate ? 0 : rate;
}

uint64_t stats_jitter(const struct stats *stats, double percent)
{
    return time_histogram_percentile(&stats->interval, percent) -
           time_histogram_percentile(&stats->interval, 50);
}

uint64_t stats_gaps(const struct stats *stats, uint64_t *longer_than_ns)
{
    uint64_t gaps = 0;
    *longer_than_ns = STATS_GAP * time_histogram_percentile(&stats->interval, 50);
    for (unsigned i = 0; i < TIME_HISTOGRAM_BUCKETS; i++) {
        uint64_t low;
        uint64_t high;
        time_histogram_bucket(i, &low, &high);
        if (low > *longer_than_ns)
            gaps += stats->interval.bucket[i];
    }
    return gaps;
}

bool stats_know_rate(const struct stats *stats)
{
    return stats->video.fps_num && stats->video.fps_den;
}

double stats_byte_rate(const struct stats *stats)
{
    return stats->frames ? stats_fps(stats) * (double)stats->bytes / (double)stats->frames : 0;
}

double stats_cpu(const struct stats *stats)
{
    const int64_t passed = tri_now_ns() - stats->started_ns;
    return passed > 0 ? 100 * (double)(cpu_now_ns() - stats->started_cpu_ns) / (double)passed : 0;
}

int64_t stats_next(const struct stats *stats)
{
    return stats->line_ns + SECOND;
}

bool stats_due(const struct stats *stats, int64_t now_ns)
{
    return now_ns >= stats_next(stats);
}
