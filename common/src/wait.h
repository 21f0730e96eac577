/* SPDX-License-Identifier: MIT */
/** How a reader waits for the next frame: asleep, spinning, or asleep until it is nearly due. */
#ifndef TRI_WAIT_H
#define TRI_WAIT_H

#include "mapping.h"

#include <triptych/reader.h>

/** What a reader has learned of the stream's pace and of this machine's sleeps. All zero: nothing. */
struct tri_pace {
    int64_t publish_ns; // of the newest frame seen
    int64_t period_ns;  // smoothed; 0: unknown
    int64_t margin_ns;  // how long before it is due the spinning starts
};

/** Learns from a frame that was just handed over. */
void tri_pace_learn(struct tri_pace *pace, const struct tri_frame_info *info);

/**
 * Waits until `latest` is no longer `word`.
 *
 * @param ns  longest wait
 * @return as tri_semset_wait_frame(). TRI_OK without a new frame: the writer may have died.
 */
enum tri_err tri_wait_frame(enum tri_wait how, struct tri_pace *pace,
                            const struct tri_mapping *mapping, uint64_t word, int64_t ns);

#endif
