/* SPDX-License-Identifier: MIT */
/** Converts between capture times (CLOCK_MONOTONIC) and an element's running time. */
#ifndef GST_TRIPTYCH_CLOCKTIME_H
#define GST_TRIPTYCH_CLOCKTIME_H

#include <gst/gst.h>

/** Caps of the GstReferenceTimestampMeta with a frame's capture time: this host's CLOCK_MONOTONIC
 *  in nanoseconds. */
#define GST_TRIPTYCH_REFERENCE "timestamp/x-clock-monotonic"

/** The capture time for other hosts: NTP time, nanoseconds since 1900, as in RTP's ntp-64 extension
 *  (RFC 6051). */
#define GST_TRIPTYCH_REFERENCE_NTP "timestamp/x-ntp"

/** Adds both references to a buffer before its times are known. */
void gst_triptych_add_capture_times(GstBuffer *buffer, GstReferenceTimestampMeta **monotonic,
                                    GstReferenceTimestampMeta **ntp);

/** Sets both references to a capture time and the buffer's duration. */
void gst_triptych_set_capture_times(const GstBuffer *buffer, GstReferenceTimestampMeta *monotonic,
                                    GstReferenceTimestampMeta *ntp, gint64 capture_ns);

/** Returns the capture time from a buffer's references, 0 without one. NTP time is converted to
 *  this host's CLOCK_MONOTONIC by its real-time clock; *by_sender (may be NULL): it is such a time.
 *  One that is more than ten seconds from now is ignored, because the sender's clock is not set. */
gint64 gst_triptych_get_capture_time(GstBuffer *buffer, gboolean *by_sender);

/** Returns whether a clock reads CLOCK_MONOTONIC, apart from its calibration. Elements check
 *  this once, when they get the clock. */
gboolean gst_triptych_clock_is_monotonic(GstClock *clock);

/** Converts a CLOCK_MONOTONIC time to running time, for any clock of the pipeline. 0 for times
 *  before the pipeline played, GST_CLOCK_TIME_NONE without a clock. Exact if `monotonic`: the clock
 *  reads CLOCK_MONOTONIC. */
GstClockTime gst_triptych_running_time(GstElement *element, gboolean monotonic, gint64 moment_ns);

/** Converts a running time to CLOCK_MONOTONIC; returns the current time without a clock and for
 *  times in the future. */
gint64 gst_triptych_monotonic(GstElement *element, gboolean monotonic, GstClockTime running_time);

#endif
