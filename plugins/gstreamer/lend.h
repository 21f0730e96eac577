/* SPDX-License-Identifier: MIT */
/** A borrowed frame as a GstBuffer: the slot itself, or a copy of it. */
#ifndef GST_TRIPTYCH_LEND_H
#define GST_TRIPTYCH_LEND_H

#include <triptych/reader.h>

#include <gst/gst.h>

/**
 * Wraps the slot, read-only: no copy. The frame is the buffer's from here on, given back from any
 * thread when the last user of its memory lets go.
 *
 * @param lent  how many frames are lent: counted up now, and down then; belongs to `owner`
 * @param owner kept alive until then
 */
GstBuffer *gst_triptych_lend(struct tri_frame *frame, GstObject *owner, gint *lent);

/** A copy, laid out as the slot; the frame is given back. @return NULL if it was overwritten. */
GstBuffer *gst_triptych_copy(tri_reader *reader, struct tri_frame *frame);

#endif
