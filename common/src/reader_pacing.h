/* SPDX-License-Identifier: MIT */
/** When the next frame is due, and how long before that a reader had better be awake. */
#ifndef TRI_READER_PACING_H
#define TRI_READER_PACING_H

#include <stdbool.h>
#include <stdint.h>

/** The share of the time that may be spent spinning: a 20th, 5 % of a core. */
#define TRI_PACE_SHARE 20

/** What a reader has learned of the stream's pace and of this machine's sleeps. All zero: nothing.
 *  Times are CLOCK_MONOTONIC nanoseconds. */
struct tri_pacing {
    uint64_t number;    // of the newest frame seen
    int64_t publish_ns; // its time
    int64_t period_ns;  // smoothed; 0: unknown
    int64_t due_ns;     // when the next frame is expected, rather early than late
    int64_t margin_ns;  // how long before it is due the spinning starts
    int64_t credit_ns;  // spinning that the share of a core still allows
};

/** Learns from a frame that was just handed over. */
void tri_pacing_learn(struct tri_pacing *pace, uint64_t number, int64_t publish_ns);

/** When to start spinning for the next frame, maybe at once; INT64_MAX: sleep until it comes. */
int64_t tri_pacing_start(struct tri_pacing *pace, int64_t now_ns);

/** Learns from a sleep that was to last until tri_pacing_start(): whether the frame came before it. */
void tri_pacing_slept(struct tri_pacing *pace, bool missed);

/** Counts `ns` of spinning against the share. */
void tri_pacing_spun(struct tri_pacing *pace, int64_t ns);

#endif
