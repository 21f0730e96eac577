/* SPDX-License-Identifier: MIT */
/** A frame as a GstBuffer: its slot, or a copy. A buffer is prepared before its frame exists, because
 *  the caches of a reader that has slept are cold. */
#ifndef GST_TRIPTYCH_BUFFER_H
#define GST_TRIPTYCH_BUFFER_H

#include <triptych/reader.h>

#include <gst/video/video.h>

/** An acquired frame, or room for one, and the buffer that will carry it. */
struct gst_triptych_frame_ref {
    struct tri_frame frame; // all zero until a frame is acquired
    GstBuffer *buffer;      // has no memory yet
    GstVideoMeta *planes;   // of the buffer; NULL: none
    GstReferenceTimestampMeta *monotonic;
    GstReferenceTimestampMeta *ntp;
    GstObject *owner;   // referenced
    gint *in_use;       // counter of the owner
    guint64 *reclaimed; // counter of the owner
};

/**
 * Prepares a buffer for the next frame.
 *
 * @param info       describes the previous frame; its format may be unknown
 * @param owner      stays alive until all its frames are released
 * @param in_use     atomic counter in `owner`: slots that buffers occupy
 * @param reclaimed  counter in `owner`, guarded by its object lock: frames that the writer overwrote
 *                   while they were in use
 */
struct gst_triptych_frame_ref *gst_triptych_frame_ref_new(const GstVideoInfo *info,
                                                          GstObject *owner, gint *in_use,
                                                          guint64 *reclaimed);

/** Releases the frame, if there is one, and frees the reference. */
void gst_triptych_frame_ref_free(struct gst_triptych_frame_ref *ref);

/** Sets number and times of the buffer; `running` is the frame's running time. */
void gst_triptych_frame_ref_stamp(struct gst_triptych_frame_ref *ref, GstClockTime running);

/**
 * Wraps the slot in the buffer, read-only: no copy. The buffer owns frame and reference; the last user
 * of its memory releases them, in any thread.
 *
 * @param info  describes the caps; a GstVideoMeta describes the planes
 */
GstBuffer *gst_triptych_frame_ref_wrap(struct gst_triptych_frame_ref *ref,
                                       const GstVideoInfo *info);

/**
 * Copies the frame into the buffer, releases it and frees the reference.
 *
 * @param default_layout  use GStreamer's default strides for `info`, without a GstVideoMeta; otherwise
 *                        those of the slot
 * @return NULL if the frame was overwritten during the copy
 */
GstBuffer *gst_triptych_frame_ref_copy(struct gst_triptych_frame_ref *ref, tri_reader *reader,
                                       const GstVideoInfo *info, gboolean default_layout);

/** Returns whether the frame's strides and offsets are GStreamer's default for `info`. */
gboolean gst_triptych_has_default_layout(const struct tri_frame *frame, const GstVideoInfo *info);

#endif
