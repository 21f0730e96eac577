/* SPDX-License-Identifier: MIT */
/** Events per second, averaged over about the last second. */
#ifndef VIEWER_RATE_H
#define VIEWER_RATE_H

#include <stdint.h>

#define RATE_SAMPLES 16

/** All zero has no events. Times are nanoseconds of one clock. */
struct rate {
    int64_t at[RATE_SAMPLES];
    uint64_t total[RATE_SAMPLES];
    unsigned count;  // samples kept
    int64_t last_at; // of the newest event
    uint64_t last_total;
};

/** Records that `total` events have happened by `at_ns`. A time or total that decreases resets it. */
void rate_note(struct rate *rate, int64_t at_ns, uint64_t total);

/** Events per second at `now_ns`; 0 after a second without events. */
double rate_get(const struct rate *rate, int64_t now_ns);

#endif
