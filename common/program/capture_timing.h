/* SPDX-License-Identifier: MIT */
/** Whether pictures were taken when the stream's own rate says: stalls, and what else was early or
 *  late. Judged by capture times, which do not depend on how busy the machine is. */
#ifndef PROGRAM_CAPTURE_TIMING_H
#define PROGRAM_CAPTURE_TIMING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    CAPTURE_TIMING_STALL =
        3, // an interval of more than so many periods, with no frame lost in it, is a stall
    CAPTURE_TIMING_SHARE = 10, // one that is off by more than such a part of a period is uneven
};

/** All zero to begin with. */
struct capture_timing {
    uint64_t stalls;
    uint64_t uneven;                    // stalls not among them
    int64_t stall_sum_ns, stall_max_ns; // by which they were longer than the period
    int64_t uneven_max_ns;              // the most that any other interval was off, either way
};

/** The period of a stream of num/den frames a second, both of 32 bits, to the nanosecond; 0: none. */
int64_t capture_timing_period(uint64_t num, uint64_t den);

/** Counts an interval that was `off_ns` longer, or shorter, than a stream's period had it. */
void capture_timing_add(struct capture_timing *timing, int64_t off_ns, int64_t period_ns);

/** Sets stalls, stall_us, uneven and uneven_us; all null where it is not known what would be even. */
void capture_timing_set_json(json_t *object, const struct capture_timing *timing, bool known);

#endif
