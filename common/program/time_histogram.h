/* SPDX-License-Identifier: MIT */
/** Log-linear histogram of times: percentiles without storing the samples. */
#ifndef TRI_PROGRAM_TIME_HISTOGRAM_H
#define TRI_PROGRAM_TIME_HISTOGRAM_H

#include <stdint.h>

/** Each power of two has 2^TIME_HISTOGRAM_BITS buckets, and a percentile is the middle of one: at most
 *  one part in 2^(TIME_HISTOGRAM_BITS + 1) off, below 0.4 % at 7 bits. */
#define TIME_HISTOGRAM_BITS    7
#define TIME_HISTOGRAM_BUCKETS ((64 - TIME_HISTOGRAM_BITS + 1) << TIME_HISTOGRAM_BITS)

/** Zeroed is empty. Threads: the caller serialises access. */
struct time_histogram {
    uint64_t count;
    uint64_t min; // exact
    uint64_t max;
    double sum; // exact to a double's precision
    uint64_t bucket[TIME_HISTOGRAM_BUCKETS];
};

/** Adds one value; negative ones count as 0. Unit: the caller's, nanoseconds in triptych. */
void time_histogram_add(struct time_histogram *histogram, int64_t value);

/** The percentile `percent`, 0 to 100: the middle of its bucket, limited to [min, max]; 0 if empty. */
uint64_t time_histogram_percentile(const struct time_histogram *histogram, double percent);

/** Range of values of bucket `index`, below TIME_HISTOGRAM_BUCKETS: from *low up to, not including,
 *  *high. */
void time_histogram_bucket(unsigned index, uint64_t *low, uint64_t *high);

double time_histogram_mean(const struct time_histogram *histogram);

#endif
