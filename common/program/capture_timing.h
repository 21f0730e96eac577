/* SPDX-License-Identifier: MIT */
/** Stalls and jitter of a source: compares capture times with the stream's nominal rate. Capture
 *  times do not depend on the load of the machine. */
#ifndef PROGRAM_CAPTURE_TIMING_H
#define PROGRAM_CAPTURE_TIMING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    CAPTURE_TIMING_STALL =
        3, // a stall is an interval of more than this many periods without a lost frame
    CAPTURE_TIMING_SHARE = 10, // uneven: off by more than 1/10 of a period
};

/** Zeroed to begin with. */
struct capture_timing {
    uint64_t stalls;
    uint64_t uneven;      // without stalls
    int64_t stall_sum_ns; // time beyond one period
    int64_t stall_max_ns;
    int64_t uneven_max_ns; // largest deviation of the other intervals
};

/** The period of num/den frames per second in ns, both of 32 bits; 0: no rate. */
int64_t capture_timing_period(uint64_t num, uint64_t den);

/** Counts an interval that was `off_ns` longer than expected from the period; below 0: shorter. */
void capture_timing_add(struct capture_timing *timing, int64_t off_ns, int64_t period_ns);

/** Sets stalls, stall_us, uneven and uneven_us; all null if the rate is not `known`. */
void capture_timing_set_json(json_t *object, const struct capture_timing *timing, bool known);

#endif
