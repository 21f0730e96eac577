/* SPDX-License-Identifier: MIT */
/** Between capture times (CLOCK_MONOTONIC) and an element's running time. */
#ifndef GST_TRIPTYCH_CLOCKTIME_H
#define GST_TRIPTYCH_CLOCKTIME_H

#include <gst/gst.h>

/** Caps of the GstReferenceTimestampMeta that carries a frame's capture time unchanged: CLOCK_MONOTONIC
 *  of this host, in nanoseconds. */
#define GST_TRIPTYCH_REFERENCE "timestamp/x-clock-monotonic"

/** The same moment for other hosts: NTP time, nanoseconds since 1900, as RTP's ntp-64 extension
 *  (RFC 6051) carries it. */
#define GST_TRIPTYCH_REFERENCE_NTP "timestamp/x-ntp"

/** Adds both references of a capture time to a buffer. */
void gst_triptych_add_references(GstBuffer *buffer, gint64 capture_ns);

/** The capture time that a buffer carries as a reference, 0 if it has none. NTP time is brought to this
 *  host's CLOCK_MONOTONIC through its real-time clock. */
gint64 gst_triptych_reference(GstBuffer *buffer);

/** The running time of a moment of CLOCK_MONOTONIC, whatever clock the pipeline runs on; 0 for what
 *  lies before its start, GST_CLOCK_TIME_NONE without a clock. */
GstClockTime gst_triptych_running_time(GstElement *element, gint64 monotonic_ns);

/** The moment of CLOCK_MONOTONIC of a running time; now where there is no clock or it lies ahead. */
gint64 gst_triptych_monotonic(GstElement *element, GstClockTime running_time);

#endif
