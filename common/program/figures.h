/* SPDX-License-Identifier: MIT */
/** The figures of a run, under the same names on the terminal, in --json and in the docs. */
#ifndef PROGRAM_FIGURES_H
#define PROGRAM_FIGURES_H

#include <triptych/triptych.h>

#include <jansson.h>
#include <stdio.h>

/** Filled by the program as it runs; all zero but `name` and `started_ns` to begin with. */
struct figures {
    const char *name;          // of the stream
    int64_t started_ns;        // tri_now_ns() at the start
    int64_t first_ns, last_ns; // publish times of the first and last frame counted
    int64_t seen_ns;           // when the last one came here
    int64_t silent_ns;         // from then to the end of the run
    uint64_t frames;
    uint64_t frames_at_line; // for the rate of the last second
    int64_t line_ns;
    uint64_t dropped_driver, dropped_writer, dropped_reader;
    uint64_t torn_retried;
    uint64_t bytes;                // of pictures handed over
    struct tri_video video;        // of the newest frame
    uint32_t copies;               // the writer's, of the newest frame
    struct tri_histogram age;      // ns from capture to `seen_ns`
    struct tri_histogram interval; // ns between the publish times of frames counted
};

void figures_start(struct figures *figures, const char *name);

/** Counts one frame that was published, received or shown at `seen_ns`. */
void figures_frame(struct figures *figures, const struct tri_frame_info *info, uint64_t bytes,
                   int64_t seen_ns);

/** Takes over the drops that a reader or writer counted. */
void figures_reader(struct figures *figures, const struct tri_reader_counts *counts);
void figures_writer(struct figures *figures, const struct tri_writer_counts *counts);

/** A reader has looked for frames until `now_ns`: silence at the end of its run then counts. */
void figures_end(struct figures *figures, int64_t now_ns);

/** Frames a second over the whole run, 0 before the second frame. From the first frame to the last; to
 *  the end of the run where more than two mean intervals passed without another one. */
double figures_fps(const struct figures *figures);

/** True once a second: time for a line. Resets the last second's rate after figures_line(). */
bool figures_due(const struct figures *figures, int64_t now_ns);

/** " 59.99 fps, dropped: 0 driver + 0 writer + 0 reader, age p50 1.2 ms p99 3.4 ms" */
void figures_line(struct figures *figures, int64_t now_ns, char *text, size_t bytes);

/** The summary object of --json, the caller's. Keys as in docs/json.md. */
json_t *figures_json(const struct figures *figures);

/** Prints one object on one line and flushes; frees it. @return false on a write error (ENOSPC). */
bool figures_print_json(FILE *to, json_t *object);

#endif
