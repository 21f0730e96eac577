/* SPDX-License-Identifier: MIT */
#include "clock.h"

#define OLD_NS (10 * 1000000000LL) // older than any queue of buffers
#define EARLY_NS \
    (1000000000LL / 2) // vivid says when the frame would end; no picture is from the future

uint64_t camera_clock_count(struct camera_clock *clock, const struct camera_taken *taken)
{
    const uint32_t step = taken->sequence - clock->last;
    const bool first = !clock->begun;

    clock->begun = true;
    clock->last = taken->sequence;
    if (first) {
        clock->sequence = taken->sequence;
        return 0;
    }
    // Backwards, or not at all (a field of the same frame; a driver that does not count): no hole.
    if (step == 0 || step > INT32_MAX)
        return 0;
    clock->sequence += step;
    return step - 1;
}

int64_t camera_clock_time(struct camera_clock *clock, const struct camera *camera,
                          const struct camera_taken *taken)
{
    const int64_t now = tri_now_ns(), then = taken->timestamp_ns;
    const bool monotonic =
        (taken->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;

    if (monotonic && then > now - OLD_NS && then < now + EARLY_NS)
        return then < now ? then : now;
    if (!clock->mistrusted)
        tri_log_write(camera->log, TRI_LOG_WARN, "v4l2",
                      monotonic
                          ? "%s: the driver's times are not true: frames are stamped on arrival"
                          : "%s: the driver's times are of another clock: frames are stamped on "
                            "arrival",
                      camera->path);
    clock->mistrusted = true;
    return now;
}
