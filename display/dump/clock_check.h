/* SPDX-License-Identifier: MIT */
/** Reads frame numbers and times back from the pixels of pattern:clock: detects losses anywhere
 *  between the pattern and this reader. See docs/clock.md. */
#ifndef DUMP_CLOCK_CHECK_H
#define DUMP_CLOCK_CHECK_H

#include "picture/scratch.h"
#include "program/expect.h"
#include "program/time_histogram.h"

#include <triptych/triptych.h>

#include <jansson.h>

/** Zeroed but for `log` to begin with. */
struct clock_check {
    const tri_log *log;
    void *converter;     // for formats without directly readable brightness
    struct scratch grey; // its output
    bool begun;
    uint32_t number; // the newest
    uint64_t seen;   // bit n: number - n was seen
    uint64_t read;   // frames whose clock could be read; could not be read
    uint64_t unread;
    uint64_t dropped;              // missing numbers
    uint64_t repeated;             // numbers seen before
    uint64_t reordered;            // numbers seen first after a newer one
    uint64_t torn;                 // frames with two different numbers
    struct time_histogram latency; // ns from drawing to reading
};

/** The clock of one frame. */
struct clock_reading {
    bool read;
    bool torn;
    uint32_t number;
    uint64_t time_us;
};

/** Reads the clock of a frame without counting it: the frame may have been overwritten meanwhile. */
void clock_check_read(struct clock_check *check, const struct tri_frame *frame,
                      struct clock_reading *reading);

/** Counts the reading of an intact frame that was acquired at `seen_ns`. */
void clock_check_count(struct clock_check *check, const struct clock_reading *reading,
                       int64_t seen_ns);

/** Number of faults found. */
uint64_t clock_check_faults(const struct clock_check *check);

/** Judges --max-clock-faults: at most `most` faults. */
struct expect_verdict clock_check_judge(const struct clock_check *check, uint64_t most);

/** Writes "clock: ..." for people into `text`. @return text */
const char *clock_check_line(const struct clock_check *check, char *text, size_t bytes);

/** The object "clock" of --json, the caller's. */
json_t *clock_check_json(const struct clock_check *check);

void clock_check_free(struct clock_check *check);

#endif
