/* SPDX-License-Identifier: MIT */
/** A borrowed frame as a GstBuffer: the slot itself, or a copy of it. All that can be done before the
 *  frame is there is done then: a reader that has slept finds its caches cold, and each line counts. */
#ifndef GST_TRIPTYCH_LEND_H
#define GST_TRIPTYCH_LEND_H

#include <triptych/reader.h>

#include <gst/video/video.h>

/** A frame, borrowed or to be borrowed, and the buffer that will carry it. */
struct gst_triptych_loan {
    struct tri_frame frame; // all zero until somebody borrows into it
    GstBuffer *buffer;      // without memory as yet
    GstVideoMeta *planes;   // of the buffer, NULL until it is known that there are any
    GstReferenceTimestampMeta *monotonic, *ntp;
    GstObject *owner;   // referenced
    gint *lent;         // the owner's
    guint64 *reclaimed; // likewise
};

/**
 * Makes a loan ready.
 *
 * @param info  of the frame before, from caps; its format may be unknown
 * @param owner kept alive until all frames lent are back
 * @param lent  how many frames are lent; atomic, belongs to `owner`
 * @param reclaimed  counts frames that the writer overwrote while they were lent; likewise, guarded
 *                   by its object lock
 */
struct gst_triptych_loan *gst_triptych_loan_new(const GstVideoInfo *info, GstObject *owner,
                                                gint *lent, guint64 *reclaimed);

/** Gives the frame back, if there is one, and frees the loan. */
void gst_triptych_loan_free(struct gst_triptych_loan *loan);

/** Stamps the loan's buffer with the number and times of its frame, of which `running` is that of the
 *  pipeline. */
void gst_triptych_loan_stamp(struct gst_triptych_loan *loan, GstClockTime running);

/**
 * Wraps the slot, read-only: no copy. Frame and loan are the buffer's from here on, given back from any
 * thread when the last user of its memory lets go.
 *
 * @param info  of the caps; a GstVideoMeta says where the planes lie
 */
GstBuffer *gst_triptych_loan_lend(struct gst_triptych_loan *loan, const GstVideoInfo *info);

/**
 * A copy; the frame is given back and the loan freed.
 *
 * @param plain  lay it out as `info` has it, without a GstVideoMeta; otherwise as it is in the slot
 * @return NULL if it was overwritten meanwhile.
 */
GstBuffer *gst_triptych_loan_copy(struct gst_triptych_loan *loan, tri_reader *reader,
                                  const GstVideoInfo *info, gboolean plain);

/** Whether the frame lies in its slot as GStreamer lays out `info` where no GstVideoMeta says
 *  otherwise. */
gboolean gst_triptych_is_plain(const struct tri_frame *frame, const GstVideoInfo *info);

#endif
