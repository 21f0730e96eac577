/* SPDX-License-Identifier: MIT */
/** Between capture times (CLOCK_MONOTONIC) and an element's running time. */
#ifndef GST_TRIPTYCH_CLOCKTIME_H
#define GST_TRIPTYCH_CLOCKTIME_H

#include <gst/gst.h>

/** Caps of the GstReferenceTimestampMeta that carries a frame's capture time unchanged:
 *  CLOCK_MONOTONIC of this host, in nanoseconds. */
#define GST_TRIPTYCH_REFERENCE "timestamp/x-clock-monotonic"

/** The same moment for other hosts: NTP time, nanoseconds since 1900, as RTP's ntp-64 extension
 *  (RFC 6051) carries it. */
#define GST_TRIPTYCH_REFERENCE_NTP "timestamp/x-ntp"

/** Adds both references to a buffer whose time is not known yet:
 *  gst_triptych_set_capture_times(). */
void gst_triptych_add_capture_times(GstBuffer *buffer, GstReferenceTimestampMeta **monotonic,
                                    GstReferenceTimestampMeta **ntp);

/** Sets both to a capture time, and to the duration that the buffer has. */
void gst_triptych_set_capture_times(const GstBuffer *buffer, GstReferenceTimestampMeta *monotonic,
                                    GstReferenceTimestampMeta *ntp, gint64 capture_ns);

/** The capture time that a buffer carries as a reference, 0 if it has none. NTP time is brought to
 *  this host's CLOCK_MONOTONIC through its real-time clock. */
gint64 gst_triptych_get_capture_time(GstBuffer *buffer);

/** Whether a clock reads CLOCK_MONOTONIC, as the usual one does, apart from its calibration: an
 *  element asks once, when it is given the clock. */
gboolean gst_triptych_clock_is_monotonic(GstClock *clock);

/** The running time of a moment of CLOCK_MONOTONIC, whatever clock the pipeline runs on; 0 for what
 *  lies before its start, GST_CLOCK_TIME_NONE without a clock. Exact where the element's clock
 *  reads CLOCK_MONOTONIC, as `monotonic` says that it does. */
GstClockTime gst_triptych_running_time(GstElement *element, gboolean monotonic, gint64 moment_ns);

/** The moment of CLOCK_MONOTONIC of a running time; now where there is no clock or it lies
 *  ahead. */
gint64 gst_triptych_monotonic(GstElement *element, gboolean monotonic, GstClockTime running_time);

#endif
