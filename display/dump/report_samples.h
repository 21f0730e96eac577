/* SPDX-License-Identifier: MIT */
/** What a report keeps of a run, in memory that does not grow: the run cut into columns of time, each
 *  with the least and the most of its frames, so that no spike is lost however long the run is. */
#ifndef DUMP_REPORT_SAMPLES_H
#define DUMP_REPORT_SAMPLES_H

#include <triptych/triptych.h>

enum {
    SAMPLES_COLUMNS = 800, // at most; a run fills half of them at least
    SAMPLES_GAPS = 32,     // the longest intervals that are kept with their place
};

enum samples_lost { LOST_BY_DRIVER, LOST_BY_WRITER, LOST_BY_READER, LOST_CAUSES };

/** Least, most and mean of what fell into a column. */
struct samples_range {
    uint64_t count;
    int64_t least, most; // ns
    double sum;
};

struct samples_column {
    struct samples_range interval, age;
    uint64_t lost[LOST_CAUSES];
};

/** An interval and when it ended, from the first frame on. */
struct samples_gap {
    int64_t end_ns, length_ns;
};

/** All zero to begin with. */
struct samples {
    uint64_t frames;
    int64_t first_ns;  // publish time of the first frame
    int64_t last_ns;   // of the last one
    int64_t column_ns; // how long a column is; doubled whenever the run outgrows them
    struct samples_column column[SAMPLES_COLUMNS];
    size_t columns; // up to the last one used
    struct samples_gap gap[SAMPLES_GAPS];
    size_t gaps;
    uint64_t lost[LOST_CAUSES]; // as counted up to the last frame
};

/** One frame that was taken at `taken_ns`, and what its reader had counted by then. */
void samples_frame(struct samples *samples, const struct tri_frame_info *info, int64_t taken_ns,
                   const struct tri_reader_stats *counts);

/** From the first frame to the last, ns. */
int64_t samples_span(const struct samples *samples);

#endif
