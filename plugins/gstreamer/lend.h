/* SPDX-License-Identifier: MIT */
/** A borrowed frame as a GstBuffer: the slot itself, or a copy of it. */
#ifndef GST_TRIPTYCH_LEND_H
#define GST_TRIPTYCH_LEND_H

#include <triptych/reader.h>

#include <gst/video/video.h>

/**
 * Wraps the slot, read-only: no copy. The frame is the buffer's from here on, given back from any
 * thread when the last user of its memory lets go.
 *
 * @param info  of the caps; a GstVideoMeta says where the planes lie
 * @param lent  how many frames are lent: counted up now, and down then; belongs to `owner`
 * @param owner kept alive until then
 */
GstBuffer *gst_triptych_lend(struct tri_frame *frame, const GstVideoInfo *info, GstObject *owner,
                             gint *lent);

/** Whether the frame lies in its slot as GStreamer lays out `info` where no GstVideoMeta says
 *  otherwise. */
gboolean gst_triptych_is_plain(const struct tri_frame *frame, const GstVideoInfo *info);

/**
 * A copy; the frame is given back.
 *
 * @param plain  lay it out as `info` has it, without a GstVideoMeta; otherwise as it is in the slot
 * @return NULL if it was overwritten meanwhile.
 */
GstBuffer *gst_triptych_copy(tri_reader *reader, struct tri_frame *frame, const GstVideoInfo *info,
                             gboolean plain);

#endif
