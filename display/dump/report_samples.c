/* SPDX-License-Identifier: MIT */
#include "report_samples.h"

#define FIRST_COLUMN_NS 1000 // short enough for the fastest run of ten frames

static void range_add(struct samples_range *range, int64_t value)
{
    if (range->count == 0 || value < range->least)
        range->least = value;
    if (range->count == 0 || value > range->most)
        range->most = value;
    range->count++;
    range->sum += (double)value;
}

static void range_join(struct samples_range *range, const struct samples_range *other)
{
    if (other->count == 0)
        return;
    if (range->count == 0 || other->least < range->least)
        range->least = other->least;
    if (range->count == 0 || other->most > range->most)
        range->most = other->most;
    range->count += other->count;
    range->sum += other->sum;
}

/* Two columns become one. */
static void halve(struct samples *samples)
{
    for (size_t i = 0; i < SAMPLES_COLUMNS / 2; i++) {
        struct samples_column joined = samples->column[2 * i];
        const struct samples_column *other = &samples->column[2 * i + 1];
        range_join(&joined.interval, &other->interval);
        range_join(&joined.age, &other->age);
        for (int cause = 0; cause < LOST_CAUSES; cause++)
            joined.lost[cause] += other->lost[cause];
        samples->column[i] = joined;
    }
    for (size_t i = SAMPLES_COLUMNS / 2; i < SAMPLES_COLUMNS; i++)
        samples->column[i] = (struct samples_column){ .lost = { 0 } };
    samples->columns = (samples->columns + 1) / 2;
    samples->column_ns *= 2;
}

static struct samples_column *column_at(struct samples *samples, int64_t at_ns)
{
    while (at_ns / samples->column_ns >= SAMPLES_COLUMNS)
        halve(samples);
    const size_t index = (size_t)(at_ns / samples->column_ns);
    if (samples->columns <= index)
        samples->columns = index + 1;
    return &samples->column[index];
}

/* Takes the place of the shortest one that is kept. */
static void keep_gap(struct samples *samples, int64_t end_ns, int64_t length_ns)
{
    size_t at = samples->gaps;
    if (samples->gaps < SAMPLES_GAPS) {
        samples->gaps++;
    } else {
        at = 0;
        for (size_t i = 1; i < SAMPLES_GAPS; i++)
            if (samples->gap[i].length_ns < samples->gap[at].length_ns)
                at = i;
        if (samples->gap[at].length_ns >= length_ns)
            return;
    }
    samples->gap[at] = (struct samples_gap){ end_ns, length_ns };
}

/* What was lost since the frame before. A returning writer may count from 0 again. */
static void add_lost(struct samples *samples, struct samples_column *column,
                     enum samples_lost cause, uint64_t counted)
{
    if (counted > samples->lost[cause])
        column->lost[cause] += counted - samples->lost[cause];
    samples->lost[cause] = counted;
}

void samples_frame(struct samples *samples, const struct tri_frame_info *info, int64_t taken_ns,
                   const struct tri_reader_stats *counts)
{
    if (samples->frames == 0) {
        samples->first_ns = samples->last_ns = info->publish_ns;
        samples->column_ns = FIRST_COLUMN_NS;
    }
    const int64_t at_ns = info->publish_ns - samples->first_ns;
    struct samples_column *column = column_at(samples, at_ns > 0 ? at_ns : 0);
    const int64_t interval_ns = info->publish_ns - samples->last_ns;
    if (samples->frames > 0) {
        range_add(&column->interval, interval_ns);
        keep_gap(samples, at_ns, interval_ns);
    }
    range_add(&column->age, taken_ns - info->capture_ns);
    add_lost(samples, column, LOST_BY_DRIVER, counts->dropped_driver);
    add_lost(samples, column, LOST_BY_WRITER, counts->dropped_writer);
    add_lost(samples, column, LOST_BY_READER, counts->skipped);
    samples->last_ns = info->publish_ns;
    samples->frames++;
}

int64_t samples_span(const struct samples *samples)
{
    return samples->last_ns - samples->first_ns;
}
