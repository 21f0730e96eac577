/* SPDX-License-Identifier: MIT */
#include "rate.h"

#include <string.h>

#define SECOND  1000000000LL
#define SPACING (SECOND / (RATE_SAMPLES - 2)) // the samples cover a second

void rate_note(struct rate *rate, int64_t at_ns, uint64_t total)
{
    if (rate->count > 0 && (at_ns <= rate->last_at || total < rate->last_total))
        *rate = (struct rate){ 0 };
    rate->last_at = at_ns;
    rate->last_total = total;
    if (rate->count > 0 && at_ns - rate->at[rate->count - 1] < SPACING)
        return;

    if (rate->count == RATE_SAMPLES) {
        memmove(rate->at, rate->at + 1, sizeof(rate->at) - sizeof(rate->at[0]));
        memmove(rate->total, rate->total + 1, sizeof(rate->total) - sizeof(rate->total[0]));
        rate->count--;
    }
    rate->at[rate->count] = at_ns;
    rate->total[rate->count] = total;
    rate->count++;
}

double rate_get(const struct rate *rate, int64_t now_ns)
{
    unsigned from = 0;
    // The newest sample at least a second older than the newest event, otherwise the oldest.
    while (from + 1 < rate->count && rate->at[from + 1] <= rate->last_at - SECOND)
        from++;
    if (rate->count == 0 || rate->last_total == rate->total[from])
        return 0;

    const double events = (double)(rate->last_total - rate->total[from]);
    const double span = (double)(rate->last_at - rate->at[from]);
    const double since = (double)(now_ns - rate->last_at);

    // No event for a second, nor for two periods: it has stopped.
    if (since > (double)SECOND && since > 2 * span / events)
        return 0;
    return events * (double)SECOND / span;
}
