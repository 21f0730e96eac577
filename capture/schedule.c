/* SPDX-License-Identifier: MIT */
/** Deadlines are exact for any fraction: rounding errors do not accumulate. */
#include "schedule.h"

#include <triptych/triptych.h>

#include <time.h>

#define SECOND UINT64_C(1000000000)

void schedule_init(struct schedule *schedule, uint32_t num, uint32_t den)
{
    *schedule = (struct schedule){ .num = den ? num : 0, .den = den };
}

static void sleep_until(int64_t until_ns)
{
    const struct timespec at = { .tv_sec = (time_t)(until_ns / (int64_t)SECOND),
                                 .tv_nsec = (long)(until_ns % (int64_t)SECOND) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

int64_t schedule_next(const struct schedule *schedule)
{
    const int64_t due_ns = schedule->due_ns ? schedule->due_ns : tri_now_ns();
    const int64_t frame_ns = due_ns + schedule->delay_ns;
    return frame_ns > schedule->frame_ns ? frame_ns : schedule->frame_ns + 1;
}

bool schedule_wait(struct schedule *schedule, int timeout_ms)
{
    const int64_t now_ns = tri_now_ns();
    const int64_t limit_ns = now_ns + timeout_ms * INT64_C(1000000);
    if (!schedule->due_ns)
        schedule->due_ns = now_ns;
    const int64_t frame_ns = schedule_next(schedule);
    if (frame_ns > now_ns)
        sleep_until(frame_ns < limit_ns ? frame_ns : limit_ns);
    if (frame_ns > tri_now_ns())
        return false;
    schedule->first = !schedule->frame_ns;
    schedule->frame_ns = frame_ns;
    return true;
}

void schedule_advance(struct schedule *schedule)
{
    schedule->delay_ns = 0;
    if (!schedule->num) {
        schedule->due_ns = 0;
        return;
    }
    const uint64_t period = schedule->den * SECOND; // in 1/num nanoseconds; den is below 2^32
    schedule->remainder += period % schedule->num;
    schedule->due_ns += (int64_t)(period / schedule->num + schedule->remainder / schedule->num);
    schedule->remainder %= schedule->num;
}

void schedule_shift(struct schedule *schedule, int64_t by_ns)
{
    if (!schedule->due_ns)
        schedule->due_ns = tri_now_ns();
    schedule->due_ns += by_ns;
}

uint64_t schedule_missed(const struct schedule *schedule, int64_t now_ns)
{
    if (!schedule->num || !schedule->due_ns || now_ns <= schedule->due_ns)
        return 0;
    return (uint64_t)(now_ns - schedule->due_ns) / (schedule->den * SECOND / schedule->num + 1);
}

uint64_t schedule_skip_missed(struct schedule *schedule)
{
    const int64_t due_ns = schedule->due_ns;
    const int64_t late_ns = tri_now_ns() - schedule->frame_ns; // in addition to delay_ns
    const uint64_t missed = schedule->first ? 0 : schedule_missed(schedule, due_ns + late_ns);
    for (uint64_t i = 0; i < missed; i++)
        schedule_advance(schedule);
    schedule->frame_ns += schedule->due_ns - due_ns;
    return missed;
}

void schedule_postpone(struct schedule *schedule)
{
    const int64_t now_ns = tri_now_ns();
    if (schedule_missed(schedule, now_ns) == 0)
        return;
    schedule->due_ns = schedule->frame_ns = now_ns;
    schedule->remainder = 0;
}
