/* SPDX-License-Identifier: MIT */
#include "report_samples.h"

#include <stddef.h>
#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static struct sample_range join_ranges(struct sample_range a, struct sample_range b)
{
    struct sample_range joined = { .least = least(a.least, b.least), .most = most(a.most, b.most) };
    if (__builtin_add_overflow(a.sum, b.sum,
                               &joined.sum)) // a hostile stream: times centuries apart
        joined.sum = a.sum < 0 ? INT64_MIN : INT64_MAX;
    return joined;
}

static struct sample join(const struct sample *a, const struct sample *b)
{
    struct sample joined = { .interval = join_ranges(a->interval, b->interval),
                             .age = join_ranges(a->age, b->age) };
    for (int loss = 0; loss < SAMPLE_LOSSES; loss++)
        joined.lost[loss] = a->lost[loss] + b->lost[loss];
    return joined;
}

/* Joins each two samples into one, which leaves room for as many frames again. */
static void halve(struct samples *samples)
{
    for (size_t i = 0; i < SAMPLES_MAX / 2; i++)
        samples->sample[i] = join(&samples->sample[2 * i], &samples->sample[2 * i + 1]);
    samples->frames_per_sample *= 2;
}

/* How many were lost since the frame before. A returning writer may count from 0 again. */
static uint32_t lost_since(uint64_t *before, uint64_t now)
{
    const uint64_t lost = now > *before ? now - *before : 0;
    *before = now;
    return lost < UINT32_MAX ? (uint32_t)lost : UINT32_MAX;
}

void samples_frame(struct samples *samples, const struct tri_frame_info *info, int64_t taken_ns,
                   const struct tri_reader_stats *counts)
{
    const int64_t interval_ns = info->publish_ns - samples->last_ns;
    const int64_t age_ns = taken_ns - info->capture_ns;
    struct sample sample = { .interval = { interval_ns, interval_ns, interval_ns },
                             .age = { age_ns, age_ns, age_ns } };
    sample.lost[LOST_BY_DRIVER] =
        lost_since(&samples->lost[LOST_BY_DRIVER], counts->dropped_driver);
    sample.lost[LOST_BY_WRITER] =
        lost_since(&samples->lost[LOST_BY_WRITER], counts->dropped_writer);
    sample.lost[LOST_BY_READER] = lost_since(&samples->lost[LOST_BY_READER], counts->skipped);
    sample.lost[LOST_TORN] = lost_since(&samples->lost[LOST_TORN], counts->torn);
    if (samples->frames == 0) {
        samples->frames_per_sample = 1;
        sample.interval = (struct sample_range){ .least = INT64_MAX, .most = INT64_MIN };
    }
    if (samples->frames == SAMPLES_MAX * samples->frames_per_sample)
        halve(samples);
    struct sample *const last = &samples->sample[samples->frames / samples->frames_per_sample];
    const bool begins = samples->frames % samples->frames_per_sample == 0;
    *last = begins ? sample : join(last, &sample);
    samples->last_ns = info->publish_ns;
    samples->frames++;
}

size_t samples_count(const struct samples *samples)
{
    const uint64_t per = samples->frames_per_sample;
    return per ? (size_t)((samples->frames + per - 1) / per) : 0;
}

/* One value of each sample: the int64_t at offset `field`. */
static json_t *values(const struct samples *samples, size_t field)
{
    json_t *array = json_array();
    const size_t count = samples_count(samples);
    for (size_t i = 0; i < count; i++) {
        int64_t value;
        memcpy(&value, (const char *)&samples->sample[i] + field, sizeof(value));
        json_array_append_new(array, json_integer(value));
    }
    return array;
}

/* Pairs of a sample's index and how many: most samples have none. */
static json_t *losses(const struct samples *samples, enum sample_loss loss)
{
    json_t *array = json_array();
    const size_t count = samples_count(samples);
    for (size_t i = 0; i < count; i++)
        if (samples->sample[i].lost[loss])
            json_array_append_new(
                array, json_pack("[II]", (json_int_t)i, (json_int_t)samples->sample[i].lost[loss]));
    return array;
}

json_t *samples_json(const struct samples *samples)
{
    json_t *object = json_object();
    json_object_set_new(object, "frames_per_sample",
                        json_integer((json_int_t)samples->frames_per_sample));
    json_object_set_new(object, "span_ns", values(samples, offsetof(struct sample, interval.sum)));
    json_object_set_new(object, "age_sum_ns", values(samples, offsetof(struct sample, age.sum)));
    if (samples->frames_per_sample > 1) {
        json_object_set_new(object, "interval_min_ns",
                            values(samples, offsetof(struct sample, interval.least)));
        json_object_set_new(object, "interval_max_ns",
                            values(samples, offsetof(struct sample, interval.most)));
        json_object_set_new(object, "age_min_ns",
                            values(samples, offsetof(struct sample, age.least)));
        json_object_set_new(object, "age_max_ns",
                            values(samples, offsetof(struct sample, age.most)));
    }
    json_object_set_new(object, "lost",
                        json_pack("{so so so so}", "driver", losses(samples, LOST_BY_DRIVER),
                                  "writer", losses(samples, LOST_BY_WRITER), "reader",
                                  losses(samples, LOST_BY_READER), "torn",
                                  losses(samples, LOST_TORN)));
    return object;
}
