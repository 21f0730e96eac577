/* SPDX-License-Identifier: MIT */
/** When a frame was taken, and how many were lost before it, by the driver's own words. */
#ifndef CAMERA_CLOCK_H
#define CAMERA_CLOCK_H

#include "stream.h"

/** All zero before the first frame since the camera was opened. */
struct camera_clock {
    uint64_t sequence; // of the newest frame, without the driver's wrap at 2^32
    uint32_t last;     // the driver's number of it
    bool begun;
    bool mistrusted; // its times were refused, and that was said
};

/** Counts a buffer in. @return frames that are missing between it and the one before */
uint64_t camera_clock_count(struct camera_clock *clock, const struct camera_taken *taken);

/** When the picture was taken: the driver's time where it is of CLOCK_MONOTONIC and can be true, else
 *  now, which is said once. */
int64_t camera_clock_time(struct camera_clock *clock, const struct camera *camera,
                          const struct camera_taken *taken);

#endif
