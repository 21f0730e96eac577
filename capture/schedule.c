/* SPDX-License-Identifier: MIT */
/** Absolute deadlines on CLOCK_MONOTONIC, exact for any fraction. */
#include "schedule.h"

#include "program/stop.h"

#include <triptych/triptych.h>

#include <time.h>

#define SECOND   UINT64_C(1000000000)
#define SLICE_NS INT64_C(200000000) // longest that a signal can go unnoticed

void pace_set(struct pace *pace, uint32_t num, uint32_t den)
{
    *pace = (struct pace){ .num = den ? num : 0, .den = den };
}

bool pace_sleep(int64_t until_ns)
{
    for (int64_t now = tri_now_ns(); now < until_ns; now = tri_now_ns()) {
        const int64_t until = until_ns - now < SLICE_NS ? until_ns : now + SLICE_NS;
        const struct timespec at = { .tv_sec = until / (int64_t)SECOND,
                                     .tv_nsec = until % (int64_t)SECOND };
        if (stop_asked())
            return false;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
    return !stop_asked();
}

bool pace_wait(struct pace *pace)
{
    if (!pace->num)
        return !stop_asked();
    if (!pace->due_ns)
        pace_restart(pace, tri_now_ns());
    return pace_sleep(pace->due_ns);
}

void pace_next(struct pace *pace)
{
    if (!pace->num || !pace->due_ns)
        return;
    const uint64_t period = pace->den * SECOND; // in 1/num nanoseconds; den is below 2^32
    pace->rest += period % pace->num;
    pace->due_ns += (int64_t)(period / pace->num + pace->rest / pace->num);
    pace->rest %= pace->num;
}

uint64_t pace_missed(const struct pace *pace, int64_t now_ns)
{
    if (!pace->num || !pace->due_ns || now_ns <= pace->due_ns)
        return 0;
    return (uint64_t)(now_ns - pace->due_ns) / (pace->den * SECOND / pace->num + 1);
}

void pace_restart(struct pace *pace, int64_t now_ns)
{
    pace->due_ns = now_ns;
    pace->rest = 0;
}
