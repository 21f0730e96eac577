/* SPDX-License-Identifier: MIT */
/** The reading end of a V4L2 device, for the benchmark of devices. */
#ifndef BENCH_DEVICE_END_H
#define BENCH_DEVICE_END_H

#include <stdbool.h>

/** Reads a capture device with mapped buffers at its own format for `seconds` from the first frame on,
 *  and calls frame() with the first bytes of each. @return false, with a message: it cannot be read, or
 *  gives no frame within 30 s. */
bool device_end_read(const char *path, double seconds, void (*frame)(const void *first));

#endif
