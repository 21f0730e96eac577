/* SPDX-License-Identifier: MIT */
/** Fault injection: a source that wraps another one and damages what it delivers. For tests of
 *  everything downstream. */
#ifndef CAPTURE_FAULT_INJECTION_H
#define CAPTURE_FAULT_INJECTION_H

#include "frame_source.h"

/** What the command line requests; all zero: no faults. Frames are counted from 1. */
struct fault_options {
    const struct source_ops *source; // the wrapped one
    uint64_t drop_every;             // drop every Nth frame, as a driver does
    uint64_t stall_ms;               // deliver nothing for stall_ms before frame stall_at
    uint64_t stall_at;
    double jitter_ms;      // delay each frame by up to this
    uint64_t tear_every;   // every Nth frame: replace the lower half by the previous frame's
    uint64_t crash_after;  // kill the process after this many frames: the run's task
    uint64_t change_every; // change format and size after every N frames
};

/** Whether any fault is requested. */
bool fault_is_requested(const struct fault_options *options);

/** Wraps a source, that of source->options->faults. Valid until the next call. */
const struct source_ops *fault_injection_around(const struct source_ops *inner);

#endif
