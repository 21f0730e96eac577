/* SPDX-License-Identifier: MIT */
/** Prediction of the next frame, and of the time at which a reader must be awake. */
#ifndef TRI_READER_PACING_H
#define TRI_READER_PACING_H

#include <stdbool.h>
#include <stdint.h>

/** Share of the time that spinning may take: a 22nd, 4.5 % of a core. The rest of 5 % is for the
 *  reader's other work. */
#define TRI_PACING_SHARE 22

/** Number of newest frames that predict the next one. */
#define TRI_PACING_FRAMES 17

/**
 * A reader's measurements of the stream's rate and of how late this machine's sleeps end. All
 * zero: none yet. Times are CLOCK_MONOTONIC nanoseconds.
 */
struct tri_pacing {
    // The newest frame handed over.
    uint64_t number;
    uint64_t drops; // of its driver and its writer so far
    int64_t publish_ns;
    int64_t gap_ns; // between its time and that of the one handed over before

    // What was learned up to frame `learned`.
    uint64_t learned;
    uint64_t learned_drops;
    uint32_t frames;                    // number of known frames, the oldest first:
    int64_t time_ns[TRI_PACING_FRAMES]; // when each was published,
    int64_t periods[TRI_PACING_FRAMES]; // and how many periods after the first
    int64_t period_ns;                  // 0: unknown
    int64_t open_ns;                    // the next frame is expected between these
    int64_t close_ns;
    int64_t margin_ns;   // lateness of nearly all sleeps
    int64_t credit_ns;   // remaining budget for spinning,
    int64_t credited_ns; // as of then
};

/** When to spin for the next frame. */
struct tri_pacing_window {
    int64_t start_ns; // sleep until then; it may have passed
    int64_t stop_ns;
};

/** Notes a frame that is being handed over; tri_pacing_next() learns from it later, outside the
 *  hand-over. */
static inline void tri_pacing_see(struct tri_pacing *pace, uint64_t number, int64_t publish_ns,
                                  uint64_t drops)
{
    if (publish_ns < 0 || publish_ns > INT64_MAX / 4)
        publish_ns = 0; // the segment's value is not a time: sums would overflow
    pace->number = number;
    pace->drops = drops;
    pace->gap_ns = publish_ns - pace->publish_ns;
    pace->publish_ns = publish_ns;
}

/** Finds the next window to spin in. @return false: sleep until a frame comes. */
bool tri_pacing_next(struct tri_pacing *pace, int64_t now_ns, struct tri_pacing_window *window);

/** Learns from a sleep that was to end at `start_ns` and has ended now, by itself or by a frame.
 */
void tri_pacing_slept(struct tri_pacing *pace, int64_t start_ns, int64_t now_ns, bool by_frame);

/** Counts `ns` of spinning against the share. */
void tri_pacing_spun(struct tri_pacing *pace, int64_t ns);

#endif
