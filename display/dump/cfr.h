/* SPDX-License-Identifier: MIT */
/** A constant frame rate: how often each frame is written, decided by the times of the frames alone. */
#ifndef DUMP_CFR_H
#define DUMP_CFR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CFR_GAP_S = 10,    // longer gaps are not filled to their end
    CFR_PATIENCE_S = 1 // how late a frame may come before the one before it takes its place
};

/** All zero: no constant rate, every frame is written once. */
struct cfr {
    uint32_t num, den;        // frames a second; num 0: as they come
    bool begun;               // there was a frame
    int64_t origin_ns;        // the time of place 0
    uint64_t next;            // the place that is written next, from 0
    uint64_t repeats;         // places filled since the last frame
    uint64_t filled, skipped; // over all
};

/** What is to be done with a frame. */
struct cfr_step {
    uint64_t repeat; // how often the frame before is written again, first
    bool take;       // then this one; false: its place is taken
    int64_t cut_ns; // time that the film leaves out before it, below 0: that went by twice; 0: none
};

/**
 * Decides on a frame that was captured at `time_ns`, and changes nothing. A place is 1/fps long,
 * place 0 begins with the first frame. A frame may stand up to 3/4 of a place beside its own: with
 * 1/2, two clocks that drift apart would have frames doubled and left out by turns whenever a time
 * is near the middle between two places.
 */
struct cfr_step cfr_decide(const struct cfr *cfr, int64_t time_ns);

/** How often the last frame is to be written again, when none has come for `idle_ns`. */
uint64_t cfr_idle(const struct cfr *cfr, int64_t idle_ns);

/** The frame before was written once more. */
void cfr_repeated(struct cfr *cfr);

/** What `step` said about the frame of `time_ns` was done, repeats included. */
void cfr_done(struct cfr *cfr, const struct cfr_step *step, int64_t time_ns);

#endif
