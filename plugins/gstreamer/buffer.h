/* SPDX-License-Identifier: MIT */
/** A borrowed frame as a GstBuffer: the slot itself, or a copy of it. All that can be done before
 *  the frame is there is done then: a reader that has slept finds its caches cold, and each line
 *  counts. */
#ifndef GST_TRIPTYCH_BUFFER_H
#define GST_TRIPTYCH_BUFFER_H

#include <triptych/reader.h>

#include <gst/video/video.h>

/** A frame, borrowed or to be borrowed, and the buffer that will carry it. */
struct gst_triptych_frame_ref {
    struct tri_frame frame; // all zero until somebody borrows into it
    GstBuffer *buffer;      // without memory as yet
    GstVideoMeta *planes;   // of the buffer, NULL until it is known that there are any
    GstReferenceTimestampMeta *monotonic, *ntp;
    GstObject *owner;   // referenced
    gint *in_use;       // the owner's
    guint64 *reclaimed; // likewise
};

/**
 * Makes a ref ready.
 *
 * @param info  of the frame before, from caps; its format may be unknown
 * @param owner kept alive until all frames in_use are back
 * @param in_use  how many frames are in_use; atomic, belongs to `owner`
 * @param reclaimed  counts frames that the writer overwrote while they were in_use; likewise, guarded
 *                   by its object lock
 */
struct gst_triptych_frame_ref *gst_triptych_frame_ref_new(const GstVideoInfo *info,
                                                          GstObject *owner, gint *in_use,
                                                          guint64 *reclaimed);

/** Gives the frame back, if there is one, and frees the ref. */
void gst_triptych_frame_ref_free(struct gst_triptych_frame_ref *ref);

/** Stamps the ref's buffer with the number and times of its frame, of which `running` is that of
 *  the pipeline. */
void gst_triptych_frame_ref_stamp(struct gst_triptych_frame_ref *ref, GstClockTime running);

/**
 * Wraps the slot, read-only: no copy. Frame and ref are the buffer's from here on, given back from any
 * thread when the last user of its memory lets go.
 *
 * @param info  of the caps; a GstVideoMeta says where the planes lie
 */
GstBuffer *gst_triptych_frame_ref_wrap(struct gst_triptych_frame_ref *ref,
                                       const GstVideoInfo *info);

/**
 * A copy; the frame is given back and the ref freed.
 *
 * @param default_layout  lay it out as `info` has it, without a GstVideoMeta; otherwise as it is in
 *                        the slot
 * @return NULL if it was overwritten meanwhile.
 */
GstBuffer *gst_triptych_frame_ref_copy(struct gst_triptych_frame_ref *ref, tri_reader *reader,
                                       const GstVideoInfo *info, gboolean default_layout);

/** Whether the frame lies in its slot as GStreamer lays out `info` where no GstVideoMeta says
 *  otherwise. */
gboolean gst_triptych_has_default_layout(const struct tri_frame *frame, const GstVideoInfo *info);

#endif
