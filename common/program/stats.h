/* SPDX-License-Identifier: MIT */
/** Statistics of a run, with the same names on the terminal, in --json and in docs/json.md.
 *  Computed from each frame's number, times and drops. */
#ifndef PROGRAM_STATS_H
#define PROGRAM_STATS_H

#include "capture_timing.h"
#include "time_histogram.h"

#include <triptych/triptych.h>

#include <jansson.h>
#include <stdio.h>

enum { STATS_GAP = 3 }; // a gap is an interval this many times as long as the median

/** Filled during the run; initialised by stats_start(). */
struct stats {
    const char *name;       // of the stream
    int64_t started_ns;     // tri_now_ns() at the start
    int64_t started_cpu_ns; // CPU time of this process by then
    int64_t first_ns;       // publish times of the first and last frame counted
    int64_t last_ns;
    int64_t seen_ns;   // when the last one was counted
    int64_t silent_ns; // from then to the end of the run
    uint64_t frames;
    uint64_t frames_at_line; // for the rate since the last line
    int64_t line_ns;
    int64_t second_ns;          // publish time of the first frame of the current second
    uint64_t second_frames;     // in the current second
    double last_second;         // frames per second in the second before; 0: none
    struct tri_frame_info last; // of the last frame counted
    uint64_t dropped_driver;
    uint64_t dropped_writer;
    uint64_t dropped_reader;
    uint64_t torn_retried;
    uint64_t duplicates;              // same number, capture time or checksum as the frame before
    uint64_t format_changes;          // other format or size than the frame before
    uint64_t writers_lost;            // times the writer ended or died; counted by the caller
    struct capture_timing captures;   // of a stream that gives its rate
    uint64_t bytes;                   // size of all frames
    struct tri_video video;           // of the newest frame
    uint32_t copies;                  // made by the writer, of the newest frame
    struct time_histogram interval;   // ns between publish times
    struct time_histogram age;        // ns from capture until counted: the sum of
    struct time_histogram to_publish; // these, as far as the frame got
    struct time_histogram to_reader;
    struct time_histogram to_screen;
};

void stats_start(struct stats *stats, const char *name);

/** Counts one frame: published by a writer; acquired by a reader at `taken_ns`; acquired and shown on
 *  screen at `shown_ns`. */
void stats_published(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes);
void stats_frame(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns);
void stats_shown(struct stats *stats, const struct tri_frame_info *info, uint64_t bytes,
                 int64_t taken_ns, int64_t shown_ns);

/** Copies the drops that a reader or writer counted. */
void stats_reader(struct stats *stats, const struct tri_reader_stats *counts);
void stats_writer(struct stats *stats, const struct tri_writer_stats *counts);

/** Ends the run of a reader at `now_ns`: silence before that counts. */
void stats_end(struct stats *stats, int64_t now_ns);

/** The same when the writer has ended: silence counts only if the writer died. One that ends keeps the
 *  stream for a moment, for readers that have not read everything. */
void stats_end_with_writer(struct stats *stats, int64_t now_ns);

/** Frames per second over the whole run, 0 before the second frame: from the first to the last
 *  frame, or to the end of the run after a silence of more than two mean intervals. */
double stats_fps(const struct stats *stats);

/** Frames per second in the last full second before `now_ns`; in shorter runs stats_fps(). */
double stats_fps_last_second(const struct stats *stats, int64_t now_ns);

/** That percentile of the intervals minus their median, ns. */
uint64_t stats_jitter(const struct stats *stats, double percent);

/** Number of intervals longer than STATS_GAP times their median, which is *longer_than_ns. */
uint64_t stats_gaps(const struct stats *stats, uint64_t *longer_than_ns);

/** Whether the stream gives a frame rate; without one `captures` stays empty. */
bool stats_know_rate(const struct stats *stats);

/** Bytes per second at stats_fps(). */
double stats_byte_rate(const struct stats *stats);

/** CPU time of this process since the start, in percent of one core. */
double stats_cpu(const struct stats *stats);

/** When stats_line() is due next: once per second. */
int64_t stats_next(const struct stats *stats);

/** Whether it is. */
bool stats_due(const struct stats *stats, int64_t now_ns);

/** " 59.99 fps, dropped: 0 driver + 0 writer + 0 reader, age p50 1.2 ms p99 3.4 ms". The rate is
 *  that since the line before. */
void stats_line(struct stats *stats, int64_t now_ns, char *text, size_t bytes);

/** Prints all statistics for people; the first line begins with the stream's name. */
void stats_summary(const struct stats *stats, FILE *to);

/** The summary object of --json, the caller's. Keys as in docs/json.md. */
json_t *stats_json(const struct stats *stats);

/** {"p50": ..., "p95", "p99", "max"} in microseconds, the caller's. */
json_t *stats_spread_us(const struct time_histogram *histogram);

/** A string of untrusted text, such as a file or device name, cleaned by tri_utf8_clean(). The
 *  caller's; NULL when out of memory. */
json_t *stats_json_text(const char *text);

/** Prints an object on one line during a run, like cli_print_line(); frees it. */
void stats_print_json_line(FILE *to, json_t *object);

/** Prints an object on one line and flushes; frees it. @return false on a write error such as
 *  ENOSPC */
bool stats_print_json(FILE *to, json_t *object);

#endif
