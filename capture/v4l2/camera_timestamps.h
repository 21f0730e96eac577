/* SPDX-License-Identifier: MIT */
/** When a frame was taken, and how many were lost before it, as far as the driver can be believed. */
#ifndef CAPTURE_CAMERA_TIMESTAMPS_H
#define CAPTURE_CAMERA_TIMESTAMPS_H

#include "camera_buffers.h"

/** All zero before the first frame since the camera was opened, but for period_ns and reported. */
struct camera_timestamps {
    int64_t period_ns; // between frames; 0: unknown
    uint64_t sequence; // of the newest frame, without the driver's wrap at 2^32
    uint32_t last;     // the driver's number of it
    bool begun;
    bool reported;      // that times are refused
    int64_t first_ns;   // when the first frame arrived
    uint64_t counted;   // by the driver since then
    int64_t driver_ns;  // the driver's time of the newest frame
    int64_t capture_ns; // the time that was believed
};

/** Counts a buffer in. @return frames that are missing between it and the one before; 0 where the
 *  driver counted more than can have been taken since the first frame */
uint64_t camera_timestamps_count(struct camera_timestamps *timestamps,
                                 const struct camera_taken *taken);

/** When the picture was taken: the driver's time where it is of CLOCK_MONOTONIC, later than the
 *  time of the frame before, and neither in the future nor older than the buffer; else now, which
 *  is logged once. Later than that of every frame before in any case. */
int64_t camera_timestamps_time(struct camera_timestamps *timestamps, const struct camera *camera,
                               const struct camera_taken *taken);

#endif
