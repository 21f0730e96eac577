/* SPDX-License-Identifier: MIT */
/** One of our elements between pads of a test. */
#ifndef TESTS_GST_HARNESS_H
#define TESTS_GST_HARNESS_H

#include "gst_pipes.h"

#include <gst/check/gstharness.h>

/** An element of ours on this test's stream. A sink plays at once, by a clock that stands still. */
GstHarness *harness_of(const char *factory);

/** Ends it, and forgets its messages, each of which keeps the element. */
void harness_end(GstHarness *h);

/** A counter of the element. */
guint64 harness_figure(GstHarness *h, const char *property);

/** Whether a buffer's memory lies in a segment that is attached; `writable`: for writing. */
gboolean harness_in_segment(GstBuffer *buffer, gboolean writable);

#endif
