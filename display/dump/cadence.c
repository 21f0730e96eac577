/* SPDX-License-Identifier: MIT */
#include "cadence.h"

#define SECOND 1e9
#define SLACK  0.75 // of a place

static double places_in(const struct cadence *cadence, int64_t span_ns)
{
    return (double)span_ns * cadence->num / (cadence->den * SECOND);
}

static int64_t time_of(const struct cadence *cadence, uint64_t places)
{
    return (int64_t)((double)places * cadence->den * SECOND / cadence->num);
}

/* Places that a gap may have; a rate so low that ten seconds are nothing has a few all the same. */
static uint64_t gap_places(const struct cadence *cadence)
{
    const uint64_t places = (uint64_t)CADENCE_GAP_S * cadence->num / cadence->den;
    return places > 2 ? places : 2;
}

struct cadence_step cadence_decide(const struct cadence *cadence, int64_t time_ns)
{
    if (!cadence->num || !cadence->begun)
        return (struct cadence_step){ .take = true };

    const double ahead = places_in(cadence, time_ns - cadence->origin_ns) - (double)cadence->next;
    const uint64_t most = gap_places(cadence);
    const bool forward = ahead + (double)cadence->repeats > (double)most;
    if (forward || ahead < -(double)most) {
        struct cadence_step step = { .take = true };
        if (forward && most > cadence->repeats)
            step.repeat = most - cadence->repeats;
        step.cut_ns = time_ns - cadence->origin_ns - time_of(cadence, cadence->next + step.repeat);
        return step;
    }
    if (ahead < -SLACK)
        return (struct cadence_step){ .take = false };
    return (struct cadence_step){ .repeat = ahead > SLACK ? (uint64_t)(ahead + 0.5) : 0,
                                  .take = true };
}

uint64_t cadence_idle(const struct cadence *cadence, int64_t idle_ns)
{
    const int64_t overdue_ns = idle_ns - CADENCE_PATIENCE_S * (int64_t)SECOND;
    if (!cadence->num || !cadence->begun || overdue_ns <= 0)
        return 0;
    const uint64_t most = gap_places(cadence);
    const double due = places_in(cadence, overdue_ns);
    const uint64_t wanted = due < (double)most ? (uint64_t)due : most;
    return wanted > cadence->repeats ? wanted - cadence->repeats : 0;
}

void cadence_repeated(struct cadence *cadence)
{
    cadence->next++;
    cadence->repeats++;
    cadence->filled++;
}

void cadence_done(struct cadence *cadence, const struct cadence_step *step, int64_t time_ns)
{
    if (!cadence->num)
        return;
    if (!step->take) {
        cadence->skipped++;
        return;
    }
    if (!cadence->begun)
        cadence->origin_ns = time_ns;
    cadence->origin_ns += step->cut_ns;
    cadence->begun = true;
    cadence->next++;
    cadence->repeats = 0;
}
