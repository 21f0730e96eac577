/* SPDX-License-Identifier: MIT */
#include "lend.h"

#include <triptych/copy.h>

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

static void add_video_meta(GstBuffer *buffer, const struct tri_shape *shape,
                           const GstVideoInfo *info)
{
    gsize offset[GST_VIDEO_MAX_PLANES] = { 0 };
    gint stride[GST_VIDEO_MAX_PLANES] = { 0 };
    if (shape->plane[0].rows == 0)
        return;
    for (guint32 p = 0; p < shape->planes; p++) {
        offset[p] = shape->plane[p].offset;
        stride[p] = (gint)shape->plane[p].stride;
    }
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                   (guint)info->width, (guint)info->height, shape->planes, offset,
                                   stride);
}

GstBuffer *gst_triptych_lend(struct tri_frame *frame, const GstVideoInfo *info, GstObject *owner,
                             gint *lent)
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
    add_video_meta(buffer, &loan->frame.shape, info);
    return buffer;
}

gboolean gst_triptych_is_plain(const struct tri_frame *frame, const GstVideoInfo *info)
{
    const struct tri_shape *shape = &frame->shape;
    if (shape->plane[0].rows == 0)
        return TRUE; // compressed
    for (guint32 p = 0; p < shape->planes; p++) {
        if (shape->plane[p].offset != info->offset[p] ||
            shape->plane[p].stride != (guint32)info->stride[p])
            return FALSE;
    }
    return shape->bytes >= info->size;
}

/** Writes the planes of a frame where `info` has them. */
static void lay_out(const struct tri_frame *frame, const GstVideoInfo *info, guint8 *to)
{
    for (guint32 p = 0; p < frame->shape.planes; p++) {
        const struct tri_plane *plane = &frame->shape.plane[p];
        tri_copy_rows(to + info->offset[p], (gsize)info->stride[p], frame->data[p], plane->stride,
                      plane->row_bytes, plane->rows);
    }
}

GstBuffer *gst_triptych_copy(tri_reader *reader, struct tri_frame *frame, const GstVideoInfo *info,
                             gboolean plain)
{
    const gsize bytes = plain ? info->size : frame_bytes(frame);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, bytes, NULL);
    GstMapInfo map;
    gboolean done = buffer && gst_buffer_map(buffer, &map, GST_MAP_WRITE);
    if (done) {
        if (plain)
            lay_out(frame, info, map.data);
        else
            tri_copy(map.data, frame_start(frame), bytes);
        gst_buffer_unmap(buffer, &map);
        if (!plain)
            add_video_meta(buffer, &frame->shape, info);
        done = tri_reader_whole(reader, frame);
    }
    tri_reader_give_back(reader, frame);
    if (!done)
        gst_clear_buffer(&buffer);
    return buffer;
}
