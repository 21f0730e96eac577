/* SPDX-License-Identifier: MIT */
/** Between capture times (CLOCK_MONOTONIC) and an element's running time. */
#ifndef GST_TRIPTYCH_CLOCKTIME_H
#define GST_TRIPTYCH_CLOCKTIME_H

#include <gst/gst.h>

/** Caps of the GstReferenceTimestampMeta that carries a frame's capture time unchanged: CLOCK_MONOTONIC
 *  of this host, in nanoseconds. */
#define GST_TRIPTYCH_REFERENCE "timestamp/x-clock-monotonic"

/** The running time of a moment of CLOCK_MONOTONIC, whatever clock the pipeline runs on; 0 for what
 *  lies before its start, GST_CLOCK_TIME_NONE without a clock. */
GstClockTime gst_triptych_running_time(GstElement *element, gint64 monotonic_ns);

/** The moment of CLOCK_MONOTONIC of a running time; now where there is no clock or it lies ahead. */
gint64 gst_triptych_monotonic(GstElement *element, GstClockTime running_time);

#endif
