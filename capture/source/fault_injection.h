/* SPDX-License-Identifier: MIT */
/** Faults on purpose, so that whatever comes after can be seen to find them. */
#ifndef CAPTURE_FAULT_INJECTION_H
#define CAPTURE_FAULT_INJECTION_H

#include "program/capture_timing.h"

#include <triptych/triptych.h>

/** What the command line asks for; all zero: nothing goes wrong. Frames are counted from 1. */
struct fault_options {
    uint64_t drop_every;         // lose each so-manieth frame, as a driver does
    uint64_t stall_ms, stall_at; // show nothing for so long before that frame
    double jitter_ms;            // show each frame late by up to so much
    uint64_t tear_every;         // let the lower half of each so-manieth be the frame before's
    uint64_t crash_after;        // be killed after so many published frames
    uint64_t change_every;       // change format and size after so many
};

/** Whether anything is to go wrong. */
bool fault_wanted(const struct fault_options *options);

/** By how much a frame comes late. */
struct fault_delay {
    int64_t stall_ns;  // and everything after it
    int64_t jitter_ns; // it alone
};

/** What went wrong on purpose, as far as published frames show it. */
struct fault_counts {
    uint64_t dropped, torn, format_changes;
    struct capture_timing captures;
    bool crashed;
};

/** Set options; the rest is zero to begin with. */
struct fault {
    const struct fault_options *options;
    uint64_t frame; // the one at hand, from 1
    uint64_t published;
    uint64_t random;
    struct fault_delay delay;    // of the one at hand; stalls since the last published one with it
    int64_t published_jitter_ns; // that one's
    struct fault_counts counts;
    uint8_t *kept, *spare; // lower halves: of the frame before, and room for this one's
    uint64_t kept_bytes;   // of either; 0: there is none
};

/** Goes on to the next frame. @return by how much it is to be late */
struct fault_delay fault_next(struct fault *fault);

/** Whether the frame at hand is to be lost. */
bool fault_drops(struct fault *fault);

/** Mixes a frame with the one before it, where that was asked for. */
void fault_tear(struct fault *fault, struct tri_draft *draft);

/** The frame at hand was published. @param period_ns  of the stream; 0: it has none */
void fault_published(struct fault *fault, int64_t period_ns);

/** Whether the process is to be killed now, as anybody would kill it. */
bool fault_crashes(struct fault *fault);

/** Whether another format is due before the next frame. */
bool fault_changes(const struct fault *fault);

/** What to change to: half the size, and NV12 in place of whatever else, or YUYV in place of NV12. */
struct tri_video fault_changed(const struct tri_video *video);

void fault_close(struct fault *fault);

/** The object "faults" of the summary, the caller's. Keys as in docs/json.md.
 *  @param known  the stream has a rate */
json_t *fault_json(const struct fault *fault, bool known);

#endif
