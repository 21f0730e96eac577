/* SPDX-License-Identifier: MIT */
/** Capture time of a frame and losses before it, as far as the driver's values are plausible. */
#ifndef CAPTURE_CAMERA_TIMESTAMPS_H
#define CAPTURE_CAMERA_TIMESTAMPS_H

#include "camera_buffers.h"

/** All zero before the first frame after opening the camera, except period_ns and reported. */
struct camera_timestamps {
    int64_t period_ns; // between frames; 0: unknown
    uint64_t sequence; // of the newest frame, without the driver's wrap-around at 2^32
    uint32_t last;     // its number in the driver
    bool begun;
    bool reported;      // that times are implausible
    int64_t first_ns;   // arrival of the first frame
    uint64_t counted;   // frames that the driver counted since then
    int64_t driver_ns;  // time of the newest frame in the driver
    int64_t capture_ns; // its capture time
};

/** Counts a buffer. @return frames missing between it and the previous one; 0 if the driver counted
 *  more frames than the time since the first one allows */
uint64_t camera_timestamps_count(struct camera_timestamps *timestamps,
                                 const struct camera_taken *taken);

/** Capture time of a frame: the driver's time if it is CLOCK_MONOTONIC, later than that of the
 *  previous frame, not in the future and not older than the buffer; else the time of arrival,
 *  logged once. Always later than every capture time before. */
int64_t camera_timestamps_time(struct camera_timestamps *timestamps, const struct camera *camera,
                               const struct camera_taken *taken);

#endif
