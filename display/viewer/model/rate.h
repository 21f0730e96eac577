/* SPDX-License-Identifier: MIT */
/** How often a second something happens, over about the last second, from its own times. */
#ifndef VIEWER_RATE_H
#define VIEWER_RATE_H

#include <stdint.h>

#define RATE_SAMPLES 16

/** All zero to begin with. Times are nanoseconds of one clock. */
struct rate {
    int64_t at[RATE_SAMPLES];
    uint64_t total[RATE_SAMPLES];
    unsigned count;  // samples kept
    int64_t last_at; // of the newest event
    uint64_t last_total;
};

/** Notes that `total` events had happened by `at_ns`. Anything that runs back starts anew. */
void rate_note(struct rate *rate, int64_t at_ns, uint64_t total);

/** Events a second as of `now_ns`; 0 once they have stopped for a second. */
double rate_get(const struct rate *rate, int64_t now_ns);

#endif
