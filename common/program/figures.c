/* SPDX-License-Identifier: MIT */
/* Counting; what is told of it: figures_text.c and figures_json.c. */
#include "figures.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define SECOND    INT64_C(1000000000)
#define STEPS_MAX (UINT64_C(1) << 31)
#define SPAN_MAX  1e18 // nanoseconds, 31 years: differences of times stay far from overflow

static int64_t cpu_now_ns(void)
{
    struct timespec used = { .tv_sec = 0 };
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * SECOND + used.tv_nsec;
}

void figures_start(struct figures *figures, const char *name)
{
    const int64_t now = tri_now_ns();
    *figures = (struct figures){
        .name = name, .started_ns = now, .line_ns = now, .started_cpu_ns = cpu_now_ns()
    };
}

/* Whether a frame shows once more what the one before it showed. */
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

/* How the capture times follow each other, by the source's own count: what was lost in between,
 * wherever, takes its time. Of a writer that leaves that count at 0, by the stream's. */
static void count_capture(struct figures *figures, const struct tri_frame_info *info)
{
    const struct tri_frame_info *last = &figures->last;
    const struct tri_video *video = &info->video;
    uint64_t steps = info->driver_sequence - last->driver_sequence;
    if (steps == 0)
        steps = info->number - last->number;
    if (!video->fps_num || !video->fps_den || info->generation != last->generation ||
        (info->flags & TRI_FRAME_RESTART) || ((info->flags | last->flags) & TRI_FRAME_NO_SIGNAL) ||
        steps == 0 || steps > STEPS_MAX) // it has begun anew, or is the same frame again
        return;
    const double period = (double)SECOND * video->fps_den / video->fps_num;
    const double span = period * (double)steps;
    if (span > SPAN_MAX)
        return;
    const int64_t even = llround(span);
    evenness_add(&figures->captures, info->capture_ns - last->capture_ns - even,
                 evenness_period(video->fps_num, video->fps_den));
}

/* The second that runs ends with the first frame a second after its first one. */
static void count_second(struct figures *figures, int64_t publish_ns)
{
    const int64_t passed = publish_ns - figures->second_ns;
    if (figures->frames > 0 && passed >= SECOND)
        figures->last_second = (double)figures->second_frames * (double)SECOND / (double)passed;
    if (figures->frames == 0 || passed >= SECOND) {
        figures->second_ns = publish_ns;
        figures->second_frames = 0;
    }
    figures->second_frames++;
}

/* Counts a frame that got as far as here at `seen_ns`. */
static void count(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes,
                  int64_t seen_ns)
{
    count_second(figures, info->publish_ns);
    if (figures->frames == 0) {
        figures->first_ns = info->publish_ns;
    } else {
        tri_histogram_add(&figures->interval, info->publish_ns - figures->last_ns);
        figures->duplicates += is_duplicate(&figures->last, info);
        figures->format_changes += is_other_format(&figures->last.video, &info->video);
        count_capture(figures, info);
    }
    tri_histogram_add(&figures->age, seen_ns - info->capture_ns);
    tri_histogram_add(&figures->to_publish, info->publish_ns - info->capture_ns);
    figures->last_ns = info->publish_ns;
    figures->seen_ns = seen_ns;
    figures->frames++;
    figures->bytes += bytes;
    figures->video = info->video;
    figures->copies = info->copies;
    memcpy(&figures->last, info, offsetof(struct tri_frame_info, user));
}

void figures_published(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes)
{
    count(figures, info, bytes, info->publish_ns);
}

void figures_frame(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes,
                   int64_t taken_ns)
{
    count(figures, info, bytes, taken_ns);
    tri_histogram_add(&figures->to_reader, taken_ns - info->publish_ns);
}

void figures_shown(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes,
                   int64_t taken_ns, int64_t shown_ns)
{
    count(figures, info, bytes, shown_ns);
    tri_histogram_add(&figures->to_reader, taken_ns - info->publish_ns);
    tri_histogram_add(&figures->to_screen, shown_ns - taken_ns);
}

void figures_reader(struct figures *figures, const struct tri_reader_stats *counts)
{
    figures->dropped_driver = counts->dropped_driver;
    figures->dropped_writer = counts->dropped_writer;
    figures->dropped_reader = counts->skipped;
    figures->torn_retried = counts->torn;
}

void figures_writer(struct figures *figures, const struct tri_writer_stats *counts)
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

double figures_fps_last_second(const struct figures *figures, int64_t now_ns)
{
    const double rate = figures->last_second;
    const double silent = (double)(now_ns - figures->seen_ns) / (double)SECOND;
    if (rate <= 0)
        return figures_fps(figures);
    return silent > 1 && silent > 2 / rate ? 0 : rate;
}

uint64_t figures_jitter(const struct figures *figures, double percent)
{
    return tri_histogram_percentile(&figures->interval, percent) -
           tri_histogram_percentile(&figures->interval, 50);
}

uint64_t figures_gaps(const struct figures *figures, uint64_t *longer_than_ns)
{
    uint64_t gaps = 0;
    *longer_than_ns = FIGURES_GAP * tri_histogram_percentile(&figures->interval, 50);
    for (unsigned i = 0; i < TRI_HISTOGRAM_BUCKETS; i++) {
        uint64_t low;
        uint64_t high;
        tri_histogram_bucket(i, &low, &high);
        if (low > *longer_than_ns)
            gaps += figures->interval.bucket[i];
    }
    return gaps;
}

bool figures_know_rate(const struct figures *figures)
{
    return figures->video.fps_num && figures->video.fps_den;
}

double figures_byte_rate(const struct figures *figures)
{
    return figures->frames ? figures_fps(figures) * (double)figures->bytes / (double)figures->frames
                           : 0;
}

double figures_cpu(const struct figures *figures)
{
    const int64_t passed = tri_now_ns() - figures->started_ns;
    return passed > 0 ? 100 * (double)(cpu_now_ns() - figures->started_cpu_ns) / (double)passed : 0;
}

bool figures_due(const struct figures *figures, int64_t now_ns)
{
    return now_ns - figures->line_ns >= SECOND;
}
