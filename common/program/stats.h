/* SPDX-License-Identifier: MIT */
/** The figures of a run, under the same names on the terminal, in --json and in docs/json.md. The
 *  library gives each frame its number, times and drops; what is made of them is
 *  here. */
#ifndef PROGRAM_STATS_H
#define PROGRAM_STATS_H

#include "capture_timing.h"
#include "time_histogram.h"

#include <triptych/triptych.h>

#include <jansson.h>
#include <stdio.h>

enum { STATS_GAP = 3 }; // an interval so many times as long as their median is a gap

/** Filled by the program as it runs; all zero but `name` and the times of the start to begin with. */
struct stats {
    const char *name;          // of the stream
    int64_t started_ns;        // tri_now_ns() at the start
    int64_t started_cpu_ns;    // what this process had used by then
    int64_t first_ns, last_ns; // publish times of the first and last frame counted
    int64_t seen_ns;           // when the last one came here
    int64_t silent_ns;         // from then to the end of the run
    uint64_t frames;
    uint64_t frames_at_line; // for the rate of the last second
    int64_t line_ns;
    int64_t second_ns;          // publish time of the first frame of the second that runs
    uint64_t second_frames;     // in it so far
    double last_second;         // frames a second in the one before, 0: there was none
    struct tri_frame_info last; // of the last frame counted
    uint64_t dropped_driver, dropped_writer, dropped_reader;
    uint64_t torn_retried;
    uint64_t duplicates;     // frames with the number, capture time or checksum of the one before
    uint64_t format_changes; // frames of another format or size than the one before
    uint64_t writers_lost;   // times the writer ended or died; counted by who waits for frames
    struct capture_timing captures; // of a stream that tells its rate: whether they came at it
    uint64_t bytes;                 // of pictures handed over
    struct tri_video video;         // of the newest frame
    uint32_t copies;                // the writer's, of the newest frame
    struct time_histogram interval; // ns between the publish times of frames counted
    struct time_histogram age;      // ns from capture to where it was counted: the sum of
    struct time_histogram to_publish, to_reader, to_screen; // these, as far as it went
};

void stats_start(struct stats *stats, const char *name);

/** Counts one frame: that a writer has published; that a reader took at `taken_ns`; that it took then
 *  and had on the screen at `shown_ns`. */
void stats_published(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes);
void stats_frame(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns);
void stats_shown(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns, int64_t shown_ns);

/** Takes over the drops that a reader or writer counted. */
void stats_reader(struct stats *stats, const struct tri_reader_stats *counts);
void stats_writer(struct stats *stats, const struct tri_writer_stats *counts);

/** A reader has looked for frames until `now_ns`: silence at the end of its run then counts. */
void stats_end(struct stats *stats, int64_t now_ns);

/** Frames a second over the whole run, 0 before the second frame. From the first frame to the last; to
 *  the end of the run where more than two mean intervals passed without another one. */
double stats_fps(const struct stats *stats);

/** Frames a second in the last second before `now_ns` that is over; in a shorter run those of the
 *  whole. */
double stats_fps_last_second(const struct stats *stats, int64_t now_ns);

/** By how much that percentile of the intervals exceeds their median, ns. */
uint64_t stats_jitter(const struct stats *stats, double percent);

/** Intervals that are longer than STATS_GAP times their median, and how long that is. */
uint64_t stats_gaps(const struct stats *stats, uint64_t *longer_than_ns);

/** Whether the stream tells a rate: without one `captures` is empty. */
bool stats_know_rate(const struct stats *stats);

/** Bytes a second at stats_fps(). */
double stats_byte_rate(const struct stats *stats);

/** What this process has used of one processor core since the start, per cent. */
double stats_cpu(const struct stats *stats);

/** True once a second: time for a line. */
bool stats_due(const struct stats *stats, int64_t now_ns);

/** " 59.99 fps, dropped: 0 driver + 0 writer + 0 reader, age p50 1.2 ms p99 3.4 ms". The rate is that
 *  since the line before. */
void stats_line(struct stats *stats, int64_t now_ns, char *text, size_t bytes);

/** All of them for people, a few lines; the first begins with the stream's name. */
void stats_summary(const struct stats *stats, FILE *to);

/** The summary object of --json, the caller's. Keys as in docs/json.md. */
json_t *stats_json(const struct stats *stats);

/** {"p50": ..., "p95", "p99", "max"} of nanoseconds in microseconds, the caller's. */
json_t *stats_spread_us(const struct time_histogram *histogram);

/** A text from outside, the name of a file or of a device, as tri_utf8_clean() leaves it. The
 *  caller's; NULL when out of memory. */
json_t *stats_json_text(const char *text);

/** Prints one object on one line in the middle of a run, as cli_print_line() does; frees it. */
void stats_print_json_line(FILE *to, json_t *object);

/** Prints one object on one line and flushes; frees it. @return false on a write error (ENOSPC). */
bool stats_print_json(FILE *to, json_t *object);

#endif
