/* SPDX-License-Identifier: MIT */
/** The last element of a pipeline that triptych-capture runs: hands frames to another thread. */
#ifndef GST_TRIPTYCH_CAPTURE_SINK_H
#define GST_TRIPTYCH_CAPTURE_SINK_H

#include "videosink.h"

#define GST_TYPE_TRIPTYCH_CAPTURE_SINK (gst_triptych_capture_sink_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychCaptureSink, gst_triptych_capture_sink, GST, TRIPTYCH_CAPTURE_SINK,
                     GstTriptychVideoSink)

/** A frame in the memory of its buffer. */
struct gst_triptych_capture_frame {
    GstBuffer *buffer;          // owned; NULL: none
    struct tri_video video;     // of its caps
    GstVideoInfo caps;          // the same in GStreamer's terms
    struct tri_frame_info info; // strides are zero
};

/**
 * Makes a sink. Its streaming thread waits before the first frame until `writer` has a stream, so that
 * upstream writes even that one into a slot.
 *
 * @param writer  slots for upstream; its lock guards the sink, too
 */
GstTriptychCaptureSink *gst_triptych_capture_sink_new(GstTriptychWriter *writer);

/** Sets whether a newer frame replaces one that has not been taken (live pipelines); otherwise the
 *  streaming thread waits. Any thread, without the lock. */
void gst_triptych_capture_sink_set_live(GstTriptychCaptureSink *self, gboolean live);

/** Waits up to `timeout_ms`, or less, for caps or a frame, a message on `bus` or a signal. Call with
 *  the lock held, which is released while it waits.
 *  @return the description of the next frames; NULL: nothing is there yet */
const struct tri_video *gst_triptych_capture_sink_wait(GstTriptychCaptureSink *self, GstBus *bus,
                                                       int timeout_ms);

/** Takes the frame if there is one, with its number of replaced predecessors. Call with the lock held.
 *  @return whether *frame was set; the caller owns its buffer */
gboolean gst_triptych_capture_sink_take(GstTriptychCaptureSink *self,
                                        struct gst_triptych_capture_frame *frame,
                                        guint64 *replaced);

#endif
