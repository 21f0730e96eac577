/* SPDX-License-Identifier: MIT */
#include "reader_pacing.h"

#define PERIOD_MAX_NS   1000000000      // slower streams gain nothing from pacing
#define TIME_MAX_NS     (INT64_MAX / 4) // keeps sums far from overflow
#define PERIODS_MAX     16              // longer gaps between frames are a new pace
#define PERIOD_GAIN     16              // an interval counts a 16th
#define LATE_GAIN       16              // a late frame moves the next one's time by a 16th,
#define EARLY_GAIN      2               // an early one by half
#define CREDIT_PERIODS  4               // shares of so many periods may be spent on one late frame
#define MARGIN_START_NS 200000          // a sleep's usual lateness before anything was learned
#define MARGIN_MIN_NS   20000
#define MARGIN_GROWS    8   // by an 8th when a frame came before the spinning did,
#define MARGIN_SHRINKS  160 // by a 160th when not: they balance at one such frame in 20

/** Another pace, or the first: all that is known is one interval; 0: not even that. */
static void restart(struct tri_pacing *pace, int64_t interval)
{
    pace->period_ns = interval > 0 && interval <= PERIOD_MAX_NS ? interval : 0;
    pace->due_ns = pace->publish_ns + pace->period_ns;
    pace->credit_ns = pace->period_ns / TRI_PACE_SHARE;
}

void tri_pacing_learn(struct tri_pacing *pace, uint64_t number, int64_t publish_ns)
{
    if (publish_ns < 0 || publish_ns > TIME_MAX_NS) // the segment's word, and no time at all
        publish_ns = 0;
    const uint64_t frames = number - pace->number;
    const int64_t interval = publish_ns - pace->publish_ns;
    const bool first = pace->number == 0;
    pace->number = number;
    pace->publish_ns = publish_ns;
    if (first || frames == 0 || frames > PERIODS_MAX || interval <= 0 ||
        interval > PERIODS_MAX * (int64_t)PERIOD_MAX_NS) {
        restart(pace, 0);
        return;
    }

    // Frames that the writer dropped have no number, but left their time.
    const int64_t period = pace->period_ns;
    const int64_t periods = period > 0 ? (interval + period / 2) / period : 0;
    if (periods < (int64_t)frames || periods > PERIODS_MAX) {
        restart(pace, interval / (int64_t)frames);
        return;
    }
    const int64_t most = period * CREDIT_PERIODS / TRI_PACE_SHARE;
    pace->credit_ns += interval / TRI_PACE_SHARE;
    if (pace->credit_ns > most)
        pace->credit_ns = most;

    // Frames come late by accident but never early: the early ones tell the pace.
    const int64_t expected = pace->due_ns + (periods - 1) * period;
    const int64_t late = publish_ns - expected;
    pace->period_ns += (interval / periods - period) / PERIOD_GAIN;
    pace->due_ns = expected + late / (late < 0 ? EARLY_GAIN : LATE_GAIN) + pace->period_ns;
}

int64_t tri_pacing_start(struct tri_pacing *pace, int64_t now_ns)
{
    if (pace->margin_ns == 0)
        pace->margin_ns = MARGIN_START_NS;
    const int64_t share = pace->period_ns / TRI_PACE_SHARE;
    const int64_t margin = pace->margin_ns < pace->credit_ns ? pace->margin_ns : pace->credit_ns;
    // A frame that is that late may not come at all.
    if (pace->period_ns == 0 || now_ns > pace->due_ns + share || margin < MARGIN_MIN_NS)
        return INT64_MAX;
    return pace->due_ns - margin;
}

void tri_pacing_slept(struct tri_pacing *pace, bool missed)
{
    const int64_t most = pace->period_ns / TRI_PACE_SHARE;
    pace->margin_ns += missed ? pace->margin_ns / MARGIN_GROWS : -pace->margin_ns / MARGIN_SHRINKS;
    if (pace->margin_ns > most)
        pace->margin_ns = most;
    if (pace->margin_ns < MARGIN_MIN_NS)
        pace->margin_ns = MARGIN_MIN_NS;
}

void tri_pacing_spun(struct tri_pacing *pace, int64_t ns)
{
    pace->credit_ns -= ns;
}
