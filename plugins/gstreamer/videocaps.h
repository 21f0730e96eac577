/* SPDX-License-Identifier: MIT */
/** Converts between a stream's video description and GStreamer's caps. */
#ifndef GST_TRIPTYCH_VIDEOCAPS_H
#define GST_TRIPTYCH_VIDEOCAPS_H

#include <triptych/video.h>

#include <gst/video/video.h>

/** Makes caps of all formats that both elements support. The caller owns them. */
GstCaps *gst_triptych_template_caps(void);

/** Makes caps that describe `video`, without rotation and significant bits. The caller owns them;
 *  NULL if GStreamer has no such format. */
GstCaps *gst_triptych_make_caps(const struct tri_video *video);

/** Returns the field order from caps, or from the buffer's flags where caps leave it open. */
guint32 gst_triptych_buffer_field(const GstVideoInfo *info, GstBuffer *buffer);

/** Sets the flags that describe a buffer's fields. */
void gst_triptych_flag_fields(GstBuffer *buffer, const struct tri_video *video);

/** Returns whether `info` describes planes: video/x-raw. */
static inline gboolean gst_triptych_is_raw(const GstVideoInfo *info)
{
    return GST_VIDEO_INFO_FORMAT(info) > GST_VIDEO_FORMAT_ENCODED;
}

/**
 * Reads caps. Sets no field order in `video`: see gst_triptych_buffer_field().
 *
 * @param info  complete for raw video; only size and rate for a compressed format
 * @return FALSE if triptych does not support the caps
 */
gboolean gst_triptych_parse_caps(const GstCaps *caps, struct tri_video *video, GstVideoInfo *info);

#endif
