/* SPDX-License-Identifier: MIT */
/** The caps of a source, which follow its stream. */
#ifndef GST_TRIPTYCH_SOURCECAPS_H
#define GST_TRIPTYCH_SOURCECAPS_H

#include <triptych/video.h>

#include <gst/base/gstbasesrc.h>
#include <gst/video/video.h>

/** Used by the streaming thread only. */
struct gst_triptych_source_caps {
    struct tri_video video; // described by the current caps; fourcc 0: none yet
    GstVideoInfo info;
    gboolean mixed; // buffer flags, not caps, give the fields
};

/** Forgets the caps of an earlier stream. */
void gst_triptych_source_caps_init(struct gst_triptych_source_caps *current);

/** Sets caps before the first frame and whenever the stream's description changes. Streams whose field
 *  order changes from frame to frame, such as telecined material, get interlace-mode=mixed.
 *  @return FALSE if downstream refuses them or GStreamer has no such format */
gboolean gst_triptych_source_caps_update(struct gst_triptych_source_caps *current, GstBaseSrc *src,
                                         const struct tri_video *video);

#endif
