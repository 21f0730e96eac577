/* SPDX-License-Identifier: MIT */
#include "cfr.h"

#define SECOND 1e9
#define SLACK  0.75 // of a position

static double positions_in(const struct cfr *cfr, int64_t span_ns)
{
    return (double)span_ns * cfr->num / (cfr->den * SECOND);
}

static int64_t time_of(const struct cfr *cfr, uint64_t positions)
{
    return (int64_t)((double)positions * cfr->den * SECOND / cfr->num);
}

/* Positions to fill in a gap; at least a few where the rate is too low for one in CFR_GAP_S. */
static uint64_t gap_positions(const struct cfr *cfr)
{
    const uint64_t positions = (uint64_t)CFR_GAP_S * cfr->num / cfr->den;
    return positions > 2 ? positions : 2;
}

struct cfr_step cfr_decide(const struct cfr *cfr, int64_t time_ns)
{
    if (!cfr->num || !cfr->begun)
        return (struct cfr_step){ .take = true };

    const double ahead = positions_in(cfr, time_ns - cfr->origin_ns) - (double)cfr->next;
    const uint64_t most = gap_positions(cfr);
    const bool forward = ahead + (double)cfr->repeats > (double)most;
    if (forward || ahead < -(double)most) {
        struct cfr_step step = { .take = true };
        if (forward && most > cfr->repeats)
            step.repeat = most - cfr->repeats;
        step.cut_ns = time_ns - cfr->origin_ns - time_of(cfr, cfr->next + step.repeat);
        return step;
    }
    if (ahead < -SLACK)
        return (struct cfr_step){ .take = false };
    return (struct cfr_step){ .repeat = ahead > SLACK ? (uint64_t)(ahead + 0.5) : 0, .take = true };
}

uint64_t cfr_idle(const struct cfr *cfr, int64_t idle_ns)
{
    const int64_t overdue_ns = idle_ns - CFR_LATE_S * (int64_t)SECOND;
    if (!cfr->num || !cfr->begun || overdue_ns <= 0)
        return 0;
    const uint64_t most = gap_positions(cfr);
    const double due = positions_in(cfr, overdue_ns);
    const uint64_t wanted = due < (double)most ? (uint64_t)due : most;
    return wanted > cfr->repeats ? wanted - cfr->repeats : 0;
}

int64_t cfr_idle_due(const struct cfr *cfr)
{
    if (!cfr->num || !cfr->begun || cfr->repeats >= gap_positions(cfr))
        return INT64_MAX;
    return (int64_t)((CFR_LATE_S + (double)(cfr->repeats + 1) * cfr->den / cfr->num) * SECOND);
}

void cfr_repeated(struct cfr *cfr)
{
    cfr->next++;
    cfr->repeats++;
    cfr->filled++;
}

void cfr_done(struct cfr *cfr, const struct cfr_step *step, int64_t time_ns)
{
    if (!cfr->num)
        return;
    if (!step->take) {
        cfr->skipped++;
        return;
    }
    if (!cfr->begun)
        cfr->origin_ns = time_ns;
    cfr->origin_ns += step->cut_ns;
    cfr->begun = true;
    cfr->next++;
    cfr->repeats = 0;
}
