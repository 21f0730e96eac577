/* SPDX-License-Identifier: MIT */
/** Absolute deadlines on CLOCK_MONOTONIC, exact for any fraction. */
#include "schedule.h"

#include "program/stop.h"

#include <triptych/triptych.h>

#include <time.h>

#define SECOND   UINT64_C(1000000000)
#define SLICE_NS INT64_C(200000000) // longest that a signal can go unnoticed

void schedule_init(struct schedule *schedule, uint32_t num, uint32_t den)
{
    *schedule = (struct schedule){ .num = den ? num : 0, .den = den };
}

bool schedule_sleep_until(int64_t until_ns)
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

bool schedule_wait(struct schedule *schedule)
{
    if (!schedule->num)
        return !stop_asked();
    if (!schedule->due_ns)
        schedule_restart(schedule, tri_now_ns());
    return schedule_sleep_until(schedule->due_ns);
}

void schedule_advance(struct schedule *schedule)
{
    if (!schedule->num || !schedule->due_ns)
        return;
    const uint64_t period = schedule->den * SECOND; // in 1/num nanoseconds; den is below 2^32
    schedule->rest += period % schedule->num;
    schedule->due_ns += (int64_t)(period / schedule->num + schedule->rest / schedule->num);
    schedule->rest %= schedule->num;
}

uint64_t schedule_missed(const struct schedule *schedule, int64_t now_ns)
{
    if (!schedule->num || !schedule->due_ns || now_ns <= schedule->due_ns)
        return 0;
    return (uint64_t)(now_ns - schedule->due_ns) / (schedule->den * SECOND / schedule->num + 1);
}

void schedule_restart(struct schedule *schedule, int64_t now_ns)
{
    schedule->due_ns = now_ns;
    schedule->rest = 0;
}
