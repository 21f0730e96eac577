/* SPDX-License-Identifier: MIT */
/** The frames of a run for its report, in bounded memory: one sample per frame, or per group of
 *  frames in a run that is too long for that. A group keeps its least and greatest values, so that no
 *  spike is lost however long the run is. */
#ifndef DUMP_REPORT_SAMPLES_H
#define DUMP_REPORT_SAMPLES_H

#include <triptych/triptych.h>

#include <jansson.h>

enum { SAMPLES_MAX = 1 << 17 }; // a longer run fills half of them at least

enum sample_loss { LOST_BY_DRIVER, LOST_BY_WRITER, LOST_BY_READER, LOST_TORN, SAMPLE_LOSSES };

/** Sum, least and greatest value of a group of frames, in nanoseconds. */
struct sample_range {
    int64_t sum;
    int64_t least;
    int64_t most;
};

struct sample {
    struct sample_range interval; // least above most: only the run's first frame, which has none
    struct sample_range age;
    uint32_t lost[SAMPLE_LOSSES]; // since the sample before
};

/** Zeroed to begin with. */
struct samples {
    uint64_t frames;
    uint64_t frames_per_sample;   // a power of 2; 0 before the first frame
    int64_t last_ns;              // publish time of the last frame
    uint64_t lost[SAMPLE_LOSSES]; // as counted up to the last frame
    struct sample sample[SAMPLES_MAX];
};

/** Adds one frame that was acquired at `taken_ns`, with the reader's counts by then. */
void samples_frame(struct samples *samples, const struct tri_frame_info *info, int64_t taken_ns,
                   const struct tri_reader_stats *counts);

/** How many samples there are. */
size_t samples_count(const struct samples *samples);

/** The object "samples" of a report, the caller's. Keys as in docs/json.md. */
json_t *samples_json(const struct samples *samples);

#endif
