/* SPDX-License-Identifier: MIT */
#include "lend.h"

/** A frame on loan to a buffer: given back with the buffer's memory. */
struct loan {
    GstObject *owner; // referenced
    gint *lent;       // the owner's
    struct tri_frame frame;
};

static void end_loan(gpointer data)
{
    struct loan *loan = data;
    tri_reader_give_back(NULL, &loan->frame);
    g_atomic_int_add(loan->lent, -1);
    gst_object_unref(loan->owner);
    g_free(loan);
}

/** Bytes of the frame from its slot's start, or of its compressed data. */
static gsize frame_bytes(const struct tri_frame *frame)
{
    return frame->shape.plane[0].rows ? frame->shape.bytes : frame->info.bytes_used;
}

static guint8 *frame_start(const struct tri_frame *frame)
{
    const gsize skip = frame->shape.plane[0].rows ? frame->shape.plane[0].offset : 0;
    return (guint8 *)frame->data[0] - skip;
}

GstBuffer *gst_triptych_lend(struct tri_frame *frame, GstObject *owner, gint *lent)
{
    struct loan *loan = g_new(struct loan, 1);
    loan->owner = gst_object_ref(owner);
    loan->lent = lent;
    loan->frame = *frame;
    memset(frame, 0, sizeof(*frame));
    g_atomic_int_inc(lent);

    GstBuffer *buffer = gst_buffer_new();
    const gsize bytes = frame_bytes(&loan->frame);
    gst_buffer_append_memory(buffer, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY,
                                                            frame_start(&loan->frame), bytes, 0,
                                                            bytes, loan, end_loan));
    return buffer;
}

GstBuffer *gst_triptych_copy(tri_reader *reader, struct tri_frame *frame)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, frame_bytes(frame), NULL);
    gst_buffer_fill(buffer, 0, frame_start(frame), frame_bytes(frame));
    const gboolean whole = tri_reader_whole(reader, frame);
    tri_reader_give_back(reader, frame);
    if (!whole)
        gst_clear_buffer(&buffer);
    return buffer;
}
