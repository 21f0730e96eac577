/* SPDX-License-Identifier: MIT */
/** Log-linear histogram of times: percentiles without keeping the samples. */
#ifndef TRIPTYCH_HISTOGRAM_H
#define TRIPTYCH_HISTOGRAM_H

#include <triptych/api.h>

#include <stdint.h>

TRI_BEGIN

/** Each power of two has 2^TRI_HISTOGRAM_BITS buckets, and a percentile is the middle of one: at most
 *  one part in 2^(TRI_HISTOGRAM_BITS + 1) off, below 0.4 % at 7 bits. */
#define TRI_HISTOGRAM_BITS    7
#define TRI_HISTOGRAM_BUCKETS ((64 - TRI_HISTOGRAM_BITS + 1) << TRI_HISTOGRAM_BITS)

/** All zero is an empty histogram. Threads: the caller serialises access. */
struct tri_histogram {
    uint64_t count;
    uint64_t min, max; // exact
    double sum;        // exact to a double's precision
    uint64_t bucket[TRI_HISTOGRAM_BUCKETS];
};

/** Adds one value; negative ones count as 0. Unit: the caller's, nanoseconds in triptych. */
TRI_API void tri_histogram_add(struct tri_histogram *histogram, int64_t value);

/** The value below or at which `percent` of the samples lie, 0 to 100; the bucket's middle, within
 *  [min, max]. 0 when empty. */
TRI_API uint64_t tri_histogram_percentile(const struct tri_histogram *histogram, double percent);

/** Range of the values that bucket `index` (below TRI_HISTOGRAM_BUCKETS) counts: *low up to, but not
 *  including, *high. */
TRI_API void tri_histogram_bucket(unsigned index, uint64_t *low, uint64_t *high);

TRI_API double tri_histogram_mean(const struct tri_histogram *histogram);

TRI_END

#endif
