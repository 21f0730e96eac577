/* SPDX-License-Identifier: MIT */
/** A sink that offers slots to upstream: what triptychsink and the sink of triptych-capture share. */
#ifndef GST_TRIPTYCH_VIDEO_SINK_H
#define GST_TRIPTYCH_VIDEO_SINK_H

#include "pool.h"

#include <gst/video/gstvideosink.h>

#define GST_TYPE_TRIPTYCH_VIDEO_SINK (gst_triptych_video_sink_get_type())
#define GST_TRIPTYCH_VIDEO_SINK(object) \
    (G_TYPE_CHECK_INSTANCE_CAST((object), GST_TYPE_TRIPTYCH_VIDEO_SINK, GstTriptychVideoSink))

/** Abstract. A derived sink sets `writer` while it runs, and overrides show_frame. */
typedef struct {
    GstVideoSink parent;
    GstTriptychWriter *writer; // NULL: offers no slots

    gint monotonic; // atomic: whether the clock reads CLOCK_MONOTONIC

    // Used by the streaming thread only.
    struct tri_video video; // of the caps: neither field order nor rotation
    GstVideoInfo info;
    guint32 rotation; // degrees clockwise, from tags
} GstTriptychVideoSink;

typedef struct {
    GstVideoSinkClass parent;
} GstTriptychVideoSinkClass;

GType gst_triptych_video_sink_get_type(void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstTriptychVideoSink, gst_object_unref)

/** Describes the newest buffer in `info`, whose strides stay: format, times, number, flags. Streaming
 *  thread only. */
void gst_triptych_video_sink_describe(GstTriptychVideoSink *self, GstBuffer *buffer,
                                      struct tri_frame_info *info);

/**
 * Copies a buffer into a draft of its format. A compressed frame must fit into the draft's slot: call
 * tri_writer_reserve() before the draft is begun. Any thread.
 *
 * @param info  of the buffer's caps, from gst_triptych_parse_caps()
 * @return FALSE if the buffer cannot be mapped, is too small, or is empty
 */
gboolean gst_triptych_video_sink_copy(GstBuffer *buffer, const GstVideoInfo *info,
                                      struct tri_draft *draft);

#endif
