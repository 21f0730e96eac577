/* SPDX-License-Identifier: MIT */
#include "reader_pacing.h"

#include <string.h>

#define PERIOD_MAX_NS   1000000000 // slower streams gain nothing from pacing
#define PERIODS_MAX     16         // longer gaps between frames are pauses
#define CREDIT_PERIODS  12         // number of periods whose share can be saved up
#define WINDOWS_MAX     3          // a frame that late may never come
#define OUTLIERS        8          // one frame in this many may lie outside, on either side
#define RATE_FRAMES     3          // detect a new rate
#define MARGIN_START_NS 200000     // assumed lateness of a sleep before any measurement
#define MARGIN_MIN_NS   20000
#define MARGIN_GROWS    8   // raised by an 8th when a sleep ended later,
#define MARGIN_SHRINKS  160 // lowered by a 160th otherwise: both balance at one such sleep in 20

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/** Inserts `ns` into `sorted`, which has `count` values. */
static void insert(int64_t *sorted, uint32_t count, int64_t ns)
{
    for (; count > 0 && sorted[count - 1] > ns; count--)
        sorted[count] = sorted[count - 1];
    sorted[count] = ns;
}

/** The period between two of the known frames. */
static int64_t slope(const struct tri_pacing *pace, uint32_t from, uint32_t to)
{
    return (pace->time_ns[to] - pace->time_ns[from]) / (pace->periods[to] - pace->periods[from]);
}

/** Forgets all but the newest `count` frames. */
static void keep(struct tri_pacing *pace, uint32_t count)
{
    const uint32_t old = pace->frames - count;
    memmove(pace->time_ns, pace->time_ns + old, count * sizeof(pace->time_ns[0]));
    memmove(pace->periods, pace->periods + old, count * sizeof(pace->periods[0]));
    pace->frames = count;
}

/** Whether the mean of the newest intervals is longer or shorter than the earlier ones. */
static bool has_new_rate(const struct tri_pacing *pace)
{
    if (pace->frames <= 2 * RATE_FRAMES)
        return false;
    const uint32_t since = pace->frames - 1 - RATE_FRAMES;
    int64_t before[TRI_PACING_FRAMES] = { 0 };
    for (uint32_t i = 0; i < since; i++)
        insert(before, i, slope(pace, i, i + 1));
    const int64_t now = slope(pace, since, pace->frames - 1);
    return now < before[since / OUTLIERS] || now > before[since - 1 - since / OUTLIERS];
}

/** The median of the slopes between frames half the history apart: one frame in four may be
 *  arbitrarily late. */
static int64_t period_of(const struct tri_pacing *pace)
{
    const uint32_t apart = pace->frames / 2;
    const uint32_t count = pace->frames - apart;
    int64_t sorted[TRI_PACING_FRAMES] = { 0 };
    for (uint32_t i = 0; i < count; i++)
        insert(sorted, i, slope(pace, i, i + apart));
    return (sorted[count / 2] + sorted[(count - 1) / 2]) / 2;
}

/** The start time at which spinning until the frame or `stop` takes `mean` ns on average, if the
 *  next frame comes at any of the `count` times. */
static int64_t affordable(const int64_t *times, uint32_t count, int64_t stop, int64_t mean)
{
    int64_t start = stop;
    int64_t sum = 0;
    for (uint32_t later = 1; later <= count; later++) {
        sum += least(times[count - later] - stop, 0);
        start = stop + (sum - mean * count) / later; // with this many frames after it
        if (later < count && start >= times[count - later - 1])
            break;
    }
    return start;
}

/** Each known frame predicts a time of the next one. Spinning starts before the earliest
 *  prediction, or as early as the budget allows, and ends somewhat after the latest. */
static void expect_next(struct tri_pacing *pace)
{
    const uint32_t count = pace->frames;
    const int64_t next = pace->periods[count - 1] + 1;
    int64_t times[TRI_PACING_FRAMES] = { 0 };
    for (uint32_t i = 0; i < count; i++)
        insert(times, i, pace->time_ns[i] + (next - pace->periods[i]) * pace->period_ns);

    const int64_t late = times[count - 1 - count / OUTLIERS];
    const int64_t spread = late - times[count / OUTLIERS];
    pace->close_ns = late + spread / 2 + pace->margin_ns;
    // Spending balances the share at half of the maximum budget.
    const int64_t mean = 2 * pace->credit_ns / CREDIT_PERIODS;
    pace->open_ns =
        most(times[0] - pace->margin_ns, affordable(times, count, pace->close_ns, mean));
}

/** Number of periods between frame `learned` and the newest one. Drops count if they fit. */
static int64_t periods_since(const struct tri_pacing *pace, uint64_t frames, int64_t interval)
{
    const uint64_t drops = pace->drops - pace->learned_drops;
    const int64_t longest = (int64_t)(frames + (drops < PERIODS_MAX ? drops : PERIODS_MAX));
    const int64_t period = pace->period_ns;
    const int64_t fitting = period > 0 ? (interval + period / 2) / period : 0;
    return most((int64_t)frames, least(fitting, longest));
}

/** Learns from the newest frame. */
static void learn(struct tri_pacing *pace, int64_t now_ns)
{
    const int64_t time = pace->publish_ns;
    const uint64_t frames = pace->number - pace->learned;
    const int64_t interval = pace->frames ? time - pace->time_ns[pace->frames - 1] : 0;
    int64_t periods = 0;
    if (frames > 0 && frames <= PERIODS_MAX && interval > 0 &&
        interval <= (int64_t)frames * PERIODS_MAX * PERIOD_MAX_NS)
        periods = pace->periods[pace->frames - 1] + periods_since(pace, frames, interval);
    else
        pace->frames = 0; // the first one, or the first after a pause

    if (pace->frames == TRI_PACING_FRAMES)
        keep(pace, TRI_PACING_FRAMES - 1);
    pace->time_ns[pace->frames] = time;
    pace->periods[pace->frames] = periods;
    pace->frames++;
    pace->learned = pace->number;
    pace->learned_drops = pace->drops;

    if (has_new_rate(pace))
        keep(pace, RATE_FRAMES + 1);
    if (pace->frames > 1)
        pace->period_ns = period_of(pace);
    if (pace->margin_ns == 0)
        pace->margin_ns = MARGIN_START_NS;
    // By the reader's clock: a stream's times may be false.
    pace->credit_ns = least(pace->credit_ns + (now_ns - pace->credited_ns) / TRI_PACING_SHARE,
                            pace->period_ns / TRI_PACING_SHARE * CREDIT_PERIODS);
    pace->credited_ns = now_ns;
    expect_next(pace);
}

bool tri_pacing_next(struct tri_pacing *pace, int64_t now_ns, struct tri_pacing_window *window)
{
    if (pace->number != pace->learned)
        learn(pace, now_ns);
    const int64_t period = pace->period_ns;
    if (period == 0 || period > PERIOD_MAX_NS || pace->credit_ns < MARGIN_MIN_NS)
        return false;
    // A frame that was dropped leaves the window of the one after it.
    for (int i = 0; i < WINDOWS_MAX; i++) {
        window->start_ns = pace->open_ns + i * period;
        window->stop_ns = pace->close_ns + i * period;
        if (window->stop_ns > now_ns)
            break;
    }
    window->stop_ns = least(window->stop_ns, most(window->start_ns, now_ns) + pace->credit_ns);
    return window->stop_ns > now_ns;
}

void tri_pacing_slept(struct tri_pacing *pace, int64_t start_ns, int64_t now_ns, bool by_frame)
{
    if (now_ns < start_ns)
        return; // ended in time by a frame
    const bool late = by_frame || now_ns - start_ns > pace->margin_ns;
    pace->margin_ns += late ? pace->margin_ns / MARGIN_GROWS : -pace->margin_ns / MARGIN_SHRINKS;
    pace->margin_ns =
        most(least(pace->margin_ns, pace->period_ns / TRI_PACING_SHARE), MARGIN_MIN_NS);
}

void tri_pacing_spun(struct tri_pacing *pace, int64_t ns)
{
    pace->credit_ns -= ns;
}
