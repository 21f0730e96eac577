/* SPDX-License-Identifier: MIT */
#include "time_histogram.h"

/*
 * Values below 2^BITS have a bucket each; from there on every power of two is cut into 2^BITS equal
 * buckets: the BITS bits after the leading one name it.
 */
static unsigned bucket_of(uint64_t value)
{
    if (value < 1u << TIME_HISTOGRAM_BITS)
        return (unsigned)value;
    const unsigned shift = 63u - (unsigned)__builtin_clzll(value) - TIME_HISTOGRAM_BITS;
    const unsigned mantissa = (unsigned)(value >> shift) - (1u << TIME_HISTOGRAM_BITS);
    return ((shift + 1) << TIME_HISTOGRAM_BITS) + mantissa;
}

void time_histogram_bucket(unsigned index, uint64_t *low, uint64_t *high)
{
    if (index < 1u << TIME_HISTOGRAM_BITS) {
        *low = index;
        *high = index + 1ull;
        return;
    }
    const unsigned shift = (index >> TIME_HISTOGRAM_BITS) - 1;
    const uint64_t mantissa = index & ((1u << TIME_HISTOGRAM_BITS) - 1);
    *low = (mantissa + (1u << TIME_HISTOGRAM_BITS)) << shift;
    *high = *low + (1ull << shift);
}

static uint64_t bucket_middle(unsigned bucket)
{
    uint64_t low;
    uint64_t high;
    time_histogram_bucket(bucket, &low, &high);
    return low + (high - low) / 2;
}

void time_histogram_add(struct time_histogram *histogram, int64_t value)
{
    const uint64_t sample = value > 0 ? (uint64_t)value : 0;
    if (histogram->count == 0 || sample < histogram->min)
        histogram->min = sample;
    if (sample > histogram->max)
        histogram->max = sample;
    histogram->count++;
    histogram->sum += (double)sample;
    histogram->bucket[bucket_of(sample)]++;
}

uint64_t time_histogram_percentile(const struct time_histogram *histogram, double percent)
{
    if (histogram->count == 0)
        return 0;
    if (percent >= 100)
        return histogram->max;

    // Nearest rank: the smallest sample with at least `percent` of all at or below it.
    const double exact = percent / 100 * (double)histogram->count;
    uint64_t rank = (uint64_t)exact;
    if ((double)rank < exact || rank == 0)
        rank++;

    uint64_t seen = 0;
    for (unsigned i = 0; i < TIME_HISTOGRAM_BUCKETS; i++) {
        seen += histogram->bucket[i];
        if (seen < rank)
            continue;
        const uint64_t middle = bucket_middle(i);
        return middle < histogram->min   ? histogram->min
               : middle > histogram->max ? histogram->max
                                         : middle;
    }
    return histogram->max;
}

double time_histogram_mean(const struct time_histogram *histogram)
{
    return histogram->count ? histogram->sum / (double)histogram->count : 0;
}
