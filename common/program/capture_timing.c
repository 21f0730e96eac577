/* SPDX-License-Identifier: MIT */
#include "capture_timing.h"

#include <math.h>
#include <stdlib.h>

int64_t capture_timing_period(uint64_t num, uint64_t den)
{
    return num ? (int64_t)((den * UINT64_C(1000000000) + num / 2) / num) : 0;
}

void capture_timing_add(struct capture_timing *timing, int64_t off_ns, int64_t period_ns)
{
    const int64_t off = off_ns < 0 ? -off_ns : off_ns;
    if (off_ns > (CAPTURE_TIMING_STALL - 1) * period_ns) {
        timing->stalls++;
        if (__builtin_add_overflow(timing->stall_sum_ns, off, &timing->stall_sum_ns))
            timing->stall_sum_ns = INT64_MAX; // a hostile stream: times centuries apart
        if (off > timing->stall_max_ns)
            timing->stall_max_ns = off;
        return;
    }
    timing->uneven += off > period_ns / CAPTURE_TIMING_SHARE;
    if (off > timing->uneven_max_ns)
        timing->uneven_max_ns = off;
}

/* With one decimal. */
static json_t *microseconds(int64_t ns)
{
    return json_real(nearbyint((double)ns / 100) / 10);
}

void capture_timing_set_json(json_t *object, const struct capture_timing *timing, bool known)
{
    static const char *const keys[] = { "stalls", "stall_us", "uneven", "uneven_us" };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && !known; i++)
        json_object_set_new(object, keys[i], json_null());
    if (!known)
        return;
    json_t *stall = json_object();
    json_object_set_new(stall, "sum", microseconds(timing->stall_sum_ns));
    json_object_set_new(stall, "max", microseconds(timing->stall_max_ns));
    json_t *uneven = json_object();
    json_object_set_new(uneven, "max", microseconds(timing->uneven_max_ns));
    json_object_set_new(object, "stalls", json_integer((json_int_t)timing->stalls));
    json_object_set_new(object, "stall_us", stall);
    json_object_set_new(object, "uneven", json_integer((json_int_t)timing->uneven));
    json_object_set_new(object, "uneven_us", uneven);
}
