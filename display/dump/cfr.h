/* SPDX-License-Identifier: MIT */
/** Constant frame rate (CFR): how often each frame is written, from capture times alone. */
#ifndef DUMP_CFR_H
#define DUMP_CFR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CFR_GAP_S = 10, // of a longer gap only this much is filled
    CFR_LATE_S = 1  // a frame later than this is replaced by the frame before it
};

/** Zeroed: no constant rate, every frame is written once. A position is 1/rate long; position 0
 *  starts at the first frame. */
struct cfr {
    uint32_t num; // frames per second; num 0: no constant rate
    uint32_t den;
    bool begun;        // a frame was written
    int64_t origin_ns; // time of position 0
    uint64_t next;     // next position to write, from 0
    uint64_t repeats;  // positions filled since the last frame
    uint64_t filled;   // totals
    uint64_t skipped;
};

/** What to do with a frame. */
struct cfr_step {
    uint64_t repeat; // first write the frame before it this many times again
    bool take;       // then write this one; false: its position is already written
    int64_t cut_ns;  // time that the output omits before this frame; below 0: repeats; 0: none
};

/**
 * Decides on a frame that was captured at `time_ns`; changes nothing. A frame may be up to 3/4 of a
 * position away from its own: with 1/2, two clocks that drift apart would alternately repeat and
 * skip frames while times are near the middle between two positions.
 */
struct cfr_step cfr_decide(const struct cfr *cfr, int64_t time_ns);

/** How many times to write the last frame again after `idle_ns` without a frame. */
uint64_t cfr_idle(const struct cfr *cfr, int64_t idle_ns);

/** After how long without a frame the next repetition is due; INT64_MAX: none. */
int64_t cfr_idle_due(const struct cfr *cfr);

/** Records that the last frame was written once more. */
void cfr_repeated(struct cfr *cfr);

/** Records that `step` was done for the frame of `time_ns`, repeats included. */
void cfr_done(struct cfr *cfr, const struct cfr_step *step, int64_t time_ns);

#endif
