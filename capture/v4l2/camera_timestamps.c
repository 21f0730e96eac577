/* SPDX-License-Identifier: MIT */
#include "camera_timestamps.h"

#define MS(ms)   ((ms)*INT64_C(1000000))
#define EARLY_NS MS(500) // tolerated: vivid reports when the frame will end
#define LATE_NS  MS(500) // tolerated: a device may begin a frame before it gets the buffer
#define FAST_NS  MS(1)   // period if the rate is unknown
#define SLACK    64      // frames that the driver's count may be ahead

/** Adds to the driver's count. @return whether it is plausible: at most about one frame per period.
 *  It is not if the driver counts fields, or if its number jumps. */
static bool count_on(struct camera_timestamps *timestamps, uint32_t step)
{
    const int64_t elapsed_ns = tri_now_ns() - timestamps->first_ns;
    const int64_t period_ns = timestamps->period_ns > 0 ? timestamps->period_ns : FAST_NS;
    const uint64_t periods = (uint64_t)(elapsed_ns / period_ns);
    const bool possible = timestamps->counted + step <= SLACK + periods * 7 / 4;
    timestamps->counted += possible || step <= SLACK ? step : 1;
    return possible;
}

uint64_t camera_timestamps_count(struct camera_timestamps *timestamps,
                                 const struct camera_taken *taken)
{
    const uint32_t step = taken->sequence - timestamps->last;
    const bool first = !timestamps->begun;
    timestamps->begun = true;
    timestamps->last = taken->sequence;
    if (first) {
        timestamps->sequence = taken->sequence;
        timestamps->first_ns = tri_now_ns();
        return 0;
    }
    if (step == 0) // a field of the same frame, or the driver does not count
        return 0;
    if (step > INT32_MAX || !count_on(timestamps, step)) { // backwards, or implausible
        timestamps->sequence++;
        return 0;
    }
    timestamps->sequence += step;
    return step - 1;
}

/** Why the driver's time is implausible; NULL if it is not. */
static const char *time_fault(const struct camera_timestamps *timestamps,
                              const struct camera_taken *taken, int64_t now_ns)
{
    const int64_t then_ns = taken->timestamp_ns;
    if ((taken->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        return "are not CLOCK_MONOTONIC";
    if (then_ns > now_ns + EARLY_NS)
        return "are in the future";
    if (then_ns < taken->queued_ns - LATE_NS - 2 * timestamps->period_ns)
        return "are older than the buffers";
    return then_ns <= timestamps->driver_ns ? "do not increase" : NULL;
}

int64_t camera_timestamps_time(struct camera_timestamps *timestamps, const struct camera *camera,
                               const struct camera_taken *taken)
{
    const int64_t now_ns = tri_now_ns();
    const char *fault = time_fault(timestamps, taken, now_ns);
    int64_t time_ns = fault || taken->timestamp_ns > now_ns ? now_ns : taken->timestamp_ns;
    if (fault && !timestamps->reported)
        tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                      "%s: the driver's times %s: using the time of arrival for such frames",
                      camera->path, fault);
    timestamps->reported |= fault != NULL;
    timestamps->driver_ns = taken->timestamp_ns;
    if (time_ns <= timestamps->capture_ns)
        time_ns = timestamps->capture_ns + 1;
    timestamps->capture_ns = time_ns;
    return time_ns;
}
