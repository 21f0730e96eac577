/* SPDX-License-Identifier: MIT */
/** Between a stream's description of its pictures and GStreamer's caps. */
#ifndef GST_TRIPTYCH_VIDEOCAPS_H
#define GST_TRIPTYCH_VIDEOCAPS_H

#include <triptych/video.h>

#include <gst/video/video.h>

/** What both elements can carry: every format of triptych's table. The caller's. */
GstCaps *gst_triptych_template_caps(void);

/** Caps that describe `video`: all but its rotation and its significant bits. The caller's; NULL if
 *  GStreamer has no such format. */
GstCaps *gst_triptych_make_caps(const struct tri_video *video);

/** The field order of a picture: of caps, and of its buffer's flags where caps leave it to
 *  those. */
guint32 gst_triptych_buffer_field(const GstVideoInfo *info, GstBuffer *buffer);

/** Sets the flags that tell a buffer's fields. */
void gst_triptych_flag_fields(GstBuffer *buffer, const struct tri_video *video);

/** Whether `info` has planes, as GstVideoMeta does: video/x-raw. */
static inline gboolean gst_triptych_is_raw(const GstVideoInfo *info)
{
    return GST_VIDEO_INFO_FORMAT(info) > GST_VIDEO_FORMAT_ENCODED;
}

/**
 * Reads caps. `video` has no field order: gst_triptych_buffer_field().
 *
 * @param info   filled for raw video; of a compressed format only size and rate
 * @return FALSE for caps that triptych cannot carry.
 */
gboolean gst_triptych_parse_caps(const GstCaps *caps, struct tri_video *video, GstVideoInfo *info);

#endif
