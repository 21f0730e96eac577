/* SPDX-License-Identifier: MIT */
#include "lend.h"

#include "caps.h"
#include "clocktime.h"
#include "logging.h"
#include "properties.h"

#include <triptych/copy.h>

#define GST_CAT_DEFAULT gst_triptych_debug

static GstVideoMeta *add_planes(GstBuffer *buffer, const GstVideoInfo *info)
{
    return gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                     (guint)info->width, (guint)info->height);
}

struct gst_triptych_loan *gst_triptych_loan_new(const GstVideoInfo *info, GstObject *owner,
                                                gint *lent, guint64 *reclaimed)
{
    struct gst_triptych_loan *loan = g_new0(struct gst_triptych_loan, 1);
    loan->owner = gst_object_ref(owner);
    loan->lent = lent;
    loan->reclaimed = reclaimed;
    loan->buffer = gst_buffer_new();
    gst_triptych_add_references(loan->buffer, &loan->monotonic, &loan->ntp);
    if (GST_VIDEO_INFO_FORMAT(info) > GST_VIDEO_FORMAT_ENCODED)
        loan->planes = add_planes(loan->buffer, info);
    return loan;
}

void gst_triptych_loan_free(struct gst_triptych_loan *loan)
{
    tri_reader_release(NULL, &loan->frame);
    gst_clear_buffer(&loan->buffer);
    gst_object_unref(loan->owner);
    g_free(loan);
}

void gst_triptych_loan_stamp(struct gst_triptych_loan *loan, GstClockTime running)
{
    const struct tri_frame_info *info = &loan->frame.info;
    GstBuffer *buffer = loan->buffer;
    GST_BUFFER_PTS(buffer) = running;
    if (info->video.fps_num)
        GST_BUFFER_DURATION(buffer) =
            gst_util_uint64_scale(GST_SECOND, info->video.fps_den, info->video.fps_num);
    gst_triptych_flag_fields(buffer, &info->video);
    GST_BUFFER_OFFSET(buffer) = info->number;
    GST_BUFFER_OFFSET_END(buffer) = info->number + 1;
    gst_triptych_set_references(buffer, loan->monotonic, loan->ntp, info->capture_ns);
}

/** The last user of the slot's memory has let go. Any thread. */
static void end_loan(gpointer data)
{
    struct gst_triptych_loan *loan = data;
    if (!tri_reader_is_intact(NULL, &loan->frame)) {
        GST_WARNING_OBJECT(loan->owner,
                           "frame %" G_GUINT64_FORMAT ": overwritten while downstream kept its "
                           "buffer; copy what is kept for long, or raise the writer's slots-max",
                           (guint64)loan->frame.info.number);
        gst_triptych_count(loan->owner, loan->reclaimed);
    }
    tri_reader_release(NULL, &loan->frame);
    g_atomic_int_add(loan->lent, -1);
    gst_triptych_loan_free(loan);
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

static void forget_planes(struct gst_triptych_loan *loan)
{
    if (loan->planes)
        gst_buffer_remove_meta(loan->buffer, &loan->planes->meta);
    loan->planes = NULL;
}

/** Says where the planes lie in the slot. Caps may have changed since the loan was made ready. */
static void tell_planes(struct gst_triptych_loan *loan, const GstVideoInfo *info)
{
    const struct tri_shape *shape = &loan->frame.shape;
    if (shape->plane[0].rows == 0) { // compressed
        forget_planes(loan);
        return;
    }
    if (!loan->planes)
        loan->planes = add_planes(loan->buffer, info);
    loan->planes->format = GST_VIDEO_INFO_FORMAT(info);
    loan->planes->width = (guint)info->width;
    loan->planes->height = (guint)info->height;
    loan->planes->n_planes = shape->planes;
    for (guint32 p = 0; p < shape->planes; p++) {
        loan->planes->offset[p] = shape->plane[p].offset;
        loan->planes->stride[p] = (gint)shape->plane[p].stride;
    }
}

GstBuffer *gst_triptych_loan_lend(struct gst_triptych_loan *loan, const GstVideoInfo *info)
{
    const gsize bytes = frame_bytes(&loan->frame);
    GstBuffer *buffer = loan->buffer;
    tell_planes(loan, info);
    g_atomic_int_inc(loan->lent);
    loan->buffer = NULL;
    gst_buffer_append_memory(buffer, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY,
                                                            frame_start(&loan->frame), bytes, 0,
                                                            bytes, loan, end_loan));
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

GstBuffer *gst_triptych_loan_copy(struct gst_triptych_loan *loan, tri_reader *reader,
                                  const GstVideoInfo *info, gboolean plain)
{
    const struct tri_frame *frame = &loan->frame;
    const gsize bytes = plain ? info->size : frame_bytes(frame);
    GstMemory *memory = gst_allocator_alloc(NULL, bytes, NULL);
    GstMapInfo map;
    GstBuffer *buffer = NULL;
    if (memory && gst_memory_map(memory, &map, GST_MAP_WRITE)) {
        if (plain) {
            lay_out(frame, info, map.data);
            forget_planes(loan);
        } else {
            tri_copy(map.data, frame_start(frame), bytes);
            tell_planes(loan, info);
        }
        gst_memory_unmap(memory, &map);
        if (tri_reader_is_intact(reader, frame))
            buffer = g_steal_pointer(&loan->buffer);
    }
    if (buffer)
        gst_buffer_append_memory(buffer, memory);
    else if (memory)
        gst_memory_unref(memory);
    gst_triptych_loan_free(loan);
    return buffer;
}
