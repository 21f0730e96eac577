/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include "clocktime.h"
#include "logging.h"
#include "properties.h"
#include "videocaps.h"

#include <triptych/copy.h>

#define GST_CAT_DEFAULT gst_triptych_debug

static GstVideoMeta *add_video_meta(GstBuffer *buffer, const GstVideoInfo *info)
{
    return gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(info),
                                     (guint)info->width, (guint)info->height);
}

struct gst_triptych_frame_ref *gst_triptych_frame_ref_new(const GstVideoInfo *info,
                                                          GstObject *owner, gint *in_use,
                                                          guint64 *reclaimed)
{
    struct gst_triptych_frame_ref *ref = g_new0(struct gst_triptych_frame_ref, 1);
    ref->owner = gst_object_ref(owner);
    ref->in_use = in_use;
    ref->reclaimed = reclaimed;
    ref->buffer = gst_buffer_new();
    gst_triptych_add_capture_times(ref->buffer, &ref->monotonic, &ref->ntp);
    if (gst_triptych_is_raw(info))
        ref->planes = add_video_meta(ref->buffer, info);
    return ref;
}

void gst_triptych_frame_ref_free(struct gst_triptych_frame_ref *ref)
{
    tri_reader_release(NULL, &ref->frame);
    gst_clear_buffer(&ref->buffer);
    gst_object_unref(ref->owner);
    g_free(ref);
}

void gst_triptych_frame_ref_stamp(struct gst_triptych_frame_ref *ref, GstClockTime running)
{
    const struct tri_frame_info *info = &ref->frame.info;
    GstBuffer *buffer = ref->buffer;
    GST_BUFFER_PTS(buffer) = running;
    if (info->video.fps_num)
        GST_BUFFER_DURATION(buffer) =
            gst_util_uint64_scale(GST_SECOND, info->video.fps_den, info->video.fps_num);
    gst_triptych_flag_fields(buffer, &info->video);
    const struct tri_format *format = tri_format_find(info->video.fourcc);
    if (format && format->delta && !(info->flags & TRI_FRAME_KEY))
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    GST_BUFFER_OFFSET(buffer) = info->number;
    GST_BUFFER_OFFSET_END(buffer) = info->number + 1;
    gst_triptych_set_capture_times(buffer, ref->monotonic, ref->ntp, info->capture_ns);
}

/** Releases the frame after its memory's last use. Any thread. */
static void drop_frame_ref(gpointer data)
{
    struct gst_triptych_frame_ref *ref = data;
    if (!tri_reader_is_intact(NULL, &ref->frame)) {
        GST_WARNING_OBJECT(ref->owner,
                           "frame %" G_GUINT64_FORMAT ": overwritten because downstream kept its "
                           "buffer; copy what is kept for long, or raise the writer's slots-max",
                           (guint64)ref->frame.info.number);
        gst_triptych_count(ref->owner, ref->reclaimed);
    }
    tri_reader_release(NULL, &ref->frame);
    g_atomic_int_add(ref->in_use, -1);
    gst_triptych_frame_ref_free(ref);
}

/** Returns the frame's bytes, from the start of its slot or of its compressed data. */
static gsize frame_bytes(const struct tri_frame *frame)
{
    return frame->shape.plane[0].rows ? frame->shape.bytes : frame->info.bytes_used;
}

static guint8 *frame_start(const struct tri_frame *frame)
{
    const gsize skip = frame->shape.plane[0].rows ? frame->shape.plane[0].offset : 0;
    return (guint8 *)frame->data[0] - skip;
}

static void remove_planes(struct gst_triptych_frame_ref *ref)
{
    if (ref->planes)
        gst_buffer_remove_meta(ref->buffer, &ref->planes->meta);
    ref->planes = NULL;
}

/** Describes the planes in the buffer's GstVideoMeta. Caps may have changed since it was
 *  prepared. */
static void set_planes(struct gst_triptych_frame_ref *ref, const GstVideoInfo *info)
{
    const struct tri_shape *shape = &ref->frame.shape;
    if (!gst_triptych_is_raw(info)) {
        remove_planes(ref);
        return;
    }
    if (!ref->planes)
        ref->planes = add_video_meta(ref->buffer, info);
    ref->planes->format = GST_VIDEO_INFO_FORMAT(info);
    ref->planes->width = (guint)info->width;
    ref->planes->height = (guint)info->height;
    ref->planes->n_planes = shape->planes;
    for (guint32 p = 0; p < shape->planes; p++) {
        ref->planes->offset[p] = shape->plane[p].offset;
        ref->planes->stride[p] = (gint)shape->plane[p].stride;
    }
}

GstBuffer *gst_triptych_frame_ref_wrap(struct gst_triptych_frame_ref *ref, const GstVideoInfo *info)
{
    const gsize bytes = frame_bytes(&ref->frame);
    GstBuffer *buffer = ref->buffer;
    set_planes(ref, info);
    g_atomic_int_inc(ref->in_use);
    ref->buffer = NULL;
    gst_buffer_append_memory(buffer, gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY,
                                                            frame_start(&ref->frame), bytes, 0,
                                                            bytes, ref, drop_frame_ref));
    return buffer;
}

gboolean gst_triptych_has_default_layout(const struct tri_frame *frame, const GstVideoInfo *info)
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

/** Copies the planes of a frame to the offsets and strides of `info`. */
static void copy_planes(const struct tri_frame *frame, const GstVideoInfo *info, guint8 *to)
{
    for (guint32 p = 0; p < frame->shape.planes; p++) {
        const struct tri_plane *plane = &frame->shape.plane[p];
        tri_copy_rows(to + info->offset[p], (gsize)info->stride[p], frame->data[p], plane->stride,
                      plane->row_bytes, plane->rows);
    }
}

GstBuffer *gst_triptych_frame_ref_copy(struct gst_triptych_frame_ref *ref, tri_reader *reader,
                                       const GstVideoInfo *info, gboolean default_layout)
{
    const struct tri_frame *frame = &ref->frame;
    const gsize bytes = default_layout ? info->size : frame_bytes(frame);
    GstMemory *memory = gst_allocator_alloc(NULL, bytes, NULL);
    GstMapInfo map;
    GstBuffer *buffer = NULL;
    if (memory && gst_memory_map(memory, &map, GST_MAP_WRITE)) {
        if (default_layout) {
            copy_planes(frame, info, map.data);
            remove_planes(ref);
        } else {
            tri_copy(map.data, frame_start(frame), bytes);
            set_planes(ref, info);
        }
        gst_memory_unmap(memory, &map);
        if (tri_reader_is_intact(reader, frame))
            buffer = g_steal_pointer(&ref->buffer);
    }
    if (buffer)
        gst_buffer_append_memory(buffer, memory);
    else if (memory)
        gst_memory_unref(memory);
    gst_triptych_frame_ref_free(ref);
    return buffer;
}
