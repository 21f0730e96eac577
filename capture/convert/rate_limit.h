/* SPDX-License-Identifier: MIT */
/** Leaves out frames above a rate, by their capture times; never repeats one. */
#ifndef CONVERT_RATE_LIMIT_H
#define CONVERT_RATE_LIMIT_H

#include <triptych/triptych.h>

/** Made by rate_limit_of(). */
struct rate_limit {
    uint32_t num; // frames a second as a fraction; 0: no limit
    uint32_t den;
    int64_t due_ns;    // when the next frame is due, by capture time
    int64_t before_ns; // capture time of the frame before
    uint32_t signal;   // TRI_FRAME_NO_SIGNAL of it
    bool began;
};

/** No frame has come yet. `den` 0: no limit. */
struct rate_limit rate_limit_of(uint32_t num, uint32_t den);

/**
 * Whether to take a frame. Half an interval early counts as due, so that a rate which divides the
 * stream's takes evenly spaced frames in spite of jitter. Always takes the first frame with or
 * without a signal.
 *
 * @param flags  of the frame: enum tri_frame_flags
 */
bool rate_limit_takes(struct rate_limit *limit, int64_t capture_ns, uint32_t flags);

/** Sets the rate of what remains, if the stream's is known and higher. */
void rate_limit_describe(const struct rate_limit *limit, struct tri_video *video);

#endif
