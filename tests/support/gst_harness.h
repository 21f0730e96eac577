/* SPDX-License-Identifier: MIT */
/** One triptych element between pads of a test. */
#ifndef TESTS_GST_HARNESS_H
#define TESTS_GST_HARNESS_H

#include "gst_pipes.h"

#include <gst/check/gstharness.h>

/** An element on this test's stream. A sink is PLAYING with a stopped clock. */
GstHarness *harness_of(const char *factory);

/** Frees it, and its messages, each of which references the element. */
void harness_end(GstHarness *h);

/** Caps of grey frames of 48 rows of `width` bytes, 30 a second. */
GstCaps *harness_grey(int width);

/** The pool that a sink offers for such frames, active. */
GstBufferPool *harness_pool(GstHarness *h, int width);

/** A buffer of that pool. */
GstBuffer *harness_offered(GstHarness *h, int width);

/** A counter of the element. */
guint64 harness_figure(GstHarness *h, const char *property);

/** Whether a buffer's memory lies in a segment that is attached; `writable`: for writing. */
gboolean harness_in_segment(GstBuffer *buffer, gboolean writable);

#endif
