/* SPDX-License-Identifier: MIT */
/** The latency of a live source, from the ages of its frames. */
#ifndef GST_TRIPTYCH_LATENCY_H
#define GST_TRIPTYCH_LATENCY_H

#include <triptych/video.h>

#include <gst/gst.h>

struct gst_triptych_latency {
    GstClockTime value; // guarded by the element's object lock: any thread may query

    // Used by the streaming thread only.
    gint64 window_start;  // CLOCK_MONOTONIC
    GstClockTime max_age; // in this window, in the one before
    GstClockTime previous_max_age;
};

/** Updates the latency: the greatest age of a frame in the last seconds, and at least about one frame
 *  period. Posts LATENCY when it changes: call it before the frame goes downstream. */
void gst_triptych_latency_update(struct gst_triptych_latency *latency, GstElement *element,
                                 const struct tri_video *video, gint64 age);

#endif
