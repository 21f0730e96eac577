/* SPDX-License-Identifier: MIT */
#include "rate_limit.h"

#define SECOND INT64_C(1000000000)

struct rate_limit rate_limit_of(uint32_t num, uint32_t den)
{
    return (struct rate_limit){ .num = den ? num : 0, .den = den };
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool rate_limit_takes(struct rate_limit *limit, int64_t capture_ns, uint32_t flags)
{
    if (!limit->num)
        return true;
    const int64_t period_ns = SECOND * limit->den / limit->num;
    const uint32_t signal = flags & TRI_FRAME_NO_SIGNAL;
    const int64_t interval_ns = capture_ns - limit->before_ns;
    const bool other = !limit->began || signal != limit->signal || interval_ns < 0;
    limit->began = true;
    limit->signal = signal;
    limit->before_ns = capture_ns;
    if (!other && capture_ns < limit->due_ns - least(interval_ns, period_ns) / 2)
        return false;
    // After a gap there is no burst: the next one is due a period after this one.
    const bool late = other || capture_ns - limit->due_ns > period_ns;
    limit->due_ns = (late ? capture_ns : limit->due_ns) + period_ns;
    return true;
}

void rate_limit_describe(const struct rate_limit *limit, struct tri_video *video)
{
    if (!limit->num || !video->fps_num || !video->fps_den ||
        (uint64_t)video->fps_num * limit->den <= (uint64_t)limit->num * video->fps_den)
        return;
    video->fps_num = limit->num;
    video->fps_den = limit->den;
}
