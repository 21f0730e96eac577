/* SPDX-License-Identifier: MIT */
/** What the frames' own clock tells: numbers and times read back from the pixels of pattern:clock, so
 *  that losses anywhere between that pattern and this reader show. See docs/clock.md. */
#ifndef DUMP_CLOCK_CHECK_H
#define DUMP_CLOCK_CHECK_H

#include "picture/scratch.h"
#include "program/expect.h"
#include "program/time_histogram.h"

#include <triptych/triptych.h>

#include <jansson.h>

/** All zero but `log` to begin with. */
struct clock_check {
    const tri_log *log;
    void *converter;     // for formats whose brightness is not at hand
    struct scratch grey; // what it makes
    bool begun;
    uint32_t number;               // the newest seen
    uint64_t seen;                 // bit n: number - n was seen
    uint64_t read, unread;         // frames whose clock could be read, and could not
    uint64_t dropped;              // numbers left out
    uint64_t repeated;             // numbers that were seen before
    uint64_t reordered;            // numbers that came for the first time, but after a newer one
    uint64_t torn;                 // two different numbers in one picture
    struct time_histogram latency; // ns from drawing to reading
};

/** What the clock of one frame says. */
struct clock_reading {
    bool read, torn;
    uint32_t number;
    uint64_t time_us;
};

/** Reads one frame's clock; nothing is counted yet: the frame may turn out to be overwritten. */
void clock_check_read(struct clock_check *check, const struct tri_frame *frame,
                      struct clock_reading *reading);

/** Counts what was read of a frame that was whole, and seen at `seen_ns`. */
void clock_check_count(struct clock_check *check, const struct clock_reading *reading,
                       int64_t seen_ns);

/** Everything found wrong. */
uint64_t clock_check_faults(const struct clock_check *check);

/** Whether that is at most `most`: --max-clock-faults. */
struct expect_verdict clock_check_judge(const struct clock_check *check, uint64_t most);

/** "clock: ..." for people; returns `text`. */
const char *clock_check_line(const struct clock_check *check, char *text, size_t bytes);

/** The object "clock" of --json, the caller's. */
json_t *clock_check_json(const struct clock_check *check);

void clock_check_free(struct clock_check *check);

#endif
