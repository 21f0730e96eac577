/* SPDX-License-Identifier: MIT */
#include "videosink.h"

#include "clocktime.h"
#include "logging.h"
#include "videocaps.h"

#include <triptych/copy.h>

#define GST_CAT_DEFAULT gst_triptych_debug

G_DEFINE_ABSTRACT_TYPE(GstTriptychVideoSink, gst_triptych_video_sink, GST_TYPE_VIDEO_SINK)

static gboolean gst_triptych_video_sink_set_info(GstVideoSink *sink, GstCaps *caps,
                                                 const GstVideoInfo *info)
{
    GstTriptychVideoSink *self = GST_TRIPTYCH_VIDEO_SINK(sink);
    (void)info;
    return gst_triptych_parse_caps(caps, &self->video, &self->info);
}

/** Reads caps that are not video/x-raw, which do not reach set_info(). */
static gboolean gst_triptych_video_sink_set_caps(GstBaseSink *base, GstCaps *caps)
{
    GstTriptychVideoSink *self = GST_TRIPTYCH_VIDEO_SINK(base);
    if (!gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw"))
        return gst_triptych_parse_caps(caps, &self->video, &self->info);
    return GST_BASE_SINK_CLASS(gst_triptych_video_sink_parent_class)->set_caps(base, caps);
}

/** Returns the rotation of an image-orientation tag; 0 for mirrored orientations. */
static guint32 parse_rotation(const GstTagList *tags, guint32 before)
{
    const gchar *orientation = NULL;
    if (!gst_tag_list_peek_string_index(tags, GST_TAG_IMAGE_ORIENTATION, 0, &orientation))
        return before;
    if (g_str_has_prefix(orientation, "rotate-"))
        return (guint32)g_ascii_strtoull(orientation + strlen("rotate-"), NULL, 10) % 360 / 90 * 90;
    return 0;
}

static gboolean gst_triptych_video_sink_event(GstBaseSink *base, GstEvent *event)
{
    GstTriptychVideoSink *self = GST_TRIPTYCH_VIDEO_SINK(base);
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        self->rotation = 0;
    if (GST_EVENT_TYPE(event) == GST_EVENT_TAG) {
        GstTagList *tags;
        gst_event_parse_tag(event, &tags);
        self->rotation = parse_rotation(tags, self->rotation);
    }
    return GST_BASE_SINK_CLASS(gst_triptych_video_sink_parent_class)->event(base, event);
}

/** Offers slots. Does not announce support for GstVideoMeta, because upstream would then pass on
 *  frames in its own memory, which the sink had to copy, after GStreamer had copied those that
 *  libav's decoders keep mapped. Without it upstream writes into a slot, or copies into one. */
static gboolean gst_triptych_video_sink_propose_allocation(GstBaseSink *base, GstQuery *query)
{
    GstTriptychVideoSink *self = GST_TRIPTYCH_VIDEO_SINK(base);
    GstCaps *caps;
    gboolean need_pool;
    GstVideoInfo info;
    struct tri_video video;
    gst_query_parse_allocation(query, &caps, &need_pool);
    if (!caps || !self->writer || !gst_triptych_parse_caps(caps, &video, &info))
        return FALSE;
    if (!gst_triptych_is_raw(&info))
        return TRUE; // the size of compressed frames is unknown; Bayer has no planes

    GstBufferPool *pool = NULL;
    if (need_pool) {
        pool = gst_triptych_pool_new(self->writer);
        GstStructure *config = gst_buffer_pool_get_config(pool);
        gst_buffer_pool_config_set_params(config, caps, (guint)info.size, GST_TRIPTYCH_POOL_BUFFERS,
                                          0);
        if (!gst_buffer_pool_set_config(pool, config))
            gst_clear_object(&pool);
    }
    gst_query_add_allocation_pool(query, pool, (guint)info.size, GST_TRIPTYCH_POOL_BUFFERS, 0);
    gst_clear_object(&pool);
    return TRUE;
}

/** Returns the capture time: from the reference timestamp, otherwise from the time stamp. */
static gint64 capture_time(GstTriptychVideoSink *self, GstBuffer *buffer, gboolean *by_sender)
{
    const gint64 capture_ns = gst_triptych_get_capture_time(buffer, by_sender);
    if (capture_ns > 0)
        return capture_ns;

    const GstSegment *segment = &GST_BASE_SINK(self)->segment;
    GstClockTime running = GST_CLOCK_TIME_NONE;
    if (segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID(buffer))
        running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    return gst_triptych_monotonic(GST_ELEMENT(self), g_atomic_int_get(&self->monotonic), running);
}

void gst_triptych_video_sink_describe(GstTriptychVideoSink *self, GstBuffer *buffer,
                                      struct tri_frame_info *info)
{
    struct tri_video video = self->video;
    memcpy(video.stride, info->video.stride, sizeof(video.stride));
    info->video = video;
    info->video.rotation = self->rotation;
    info->video.field = gst_triptych_buffer_field(&self->info, buffer);
    gboolean by_sender;
    info->capture_ns = capture_time(self, buffer, &by_sender);
    if (by_sender)
        info->flags |= TRI_FRAME_TIME_SENDER;
    if (GST_BUFFER_OFFSET_IS_VALID(buffer))
        info->driver_sequence = GST_BUFFER_OFFSET(buffer);
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT))
        info->flags |= TRI_FRAME_RESTART;
}

static gboolean copy_raw(GstBuffer *buffer, const GstVideoInfo *info, struct tri_draft *draft)
{
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, info, buffer, GST_MAP_READ))
        return FALSE;
    for (guint32 p = 0; p < draft->shape.planes; p++) {
        const struct tri_plane *plane = &draft->shape.plane[p];
        const guint8 *from = GST_VIDEO_FRAME_PLANE_DATA(&frame, p);
        for (guint32 row = 0; row < plane->rows; row++)
            memcpy(draft->data[p] + (gsize)row * plane->stride,
                   from + (gssize)row * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p), plane->row_bytes);
    }
    gst_video_frame_unmap(&frame);
    return TRUE;
}

/** Copies Bayer rows, which have no GstVideoMeta; the buffer's size gives their stride. */
static gboolean copy_rows(GstBuffer *buffer, const GstVideoInfo *info, struct tri_draft *draft)
{
    const struct tri_plane *plane = &draft->shape.plane[0];
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return FALSE;
    const gsize divided = map.size % plane->rows == 0 ? map.size / plane->rows : 0;
    const gsize stride = divided >= plane->row_bytes ? divided : (gsize)info->stride[0];
    const gboolean fits = map.size >= stride * (plane->rows - 1) + plane->row_bytes;
    if (fits)
        tri_copy_rows(draft->data[0], plane->stride, map.data, stride, plane->row_bytes,
                      plane->rows);
    gst_buffer_unmap(buffer, &map);
    return fits;
}

static gboolean copy_compressed(GstBuffer *buffer, struct tri_draft *draft)
{
    const gsize bytes = gst_buffer_get_size(buffer);
    if (bytes == 0)
        return FALSE;
    if (bytes > draft->shape.plane[0].bytes) // room was reserved
        draft->shape.bytes = draft->shape.plane[0].bytes = bytes;
    draft->info.bytes_used = gst_buffer_extract(buffer, 0, draft->data[0], bytes);
    if (!GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT))
        draft->info.flags |= TRI_FRAME_KEY;
    return TRUE;
}

gboolean gst_triptych_video_sink_copy(GstBuffer *buffer, const GstVideoInfo *info,
                                      struct tri_draft *draft)
{
    return draft->shape.plane[0].rows == 0 ? copy_compressed(buffer, draft)
           : gst_triptych_is_raw(info)     ? copy_raw(buffer, info, draft)
                                           : copy_rows(buffer, info, draft);
}

static gboolean gst_triptych_video_sink_set_clock(GstElement *element, GstClock *clock)
{
    g_atomic_int_set(&GST_TRIPTYCH_VIDEO_SINK(element)->monotonic,
                     clock && gst_triptych_clock_is_monotonic(clock));
    return GST_ELEMENT_CLASS(gst_triptych_video_sink_parent_class)->set_clock(element, clock);
}

static void gst_triptych_video_sink_init(GstTriptychVideoSink *self)
{
    // The last sample would occupy a slot, and releasing it would delay the next frame.
    gst_base_sink_set_last_sample_enabled(GST_BASE_SINK(self), FALSE);

    // Unlike a display sink: a late frame is still the newest one for readers.
    gst_base_sink_set_max_lateness(GST_BASE_SINK(self), -1);
    gst_base_sink_set_qos_enabled(GST_BASE_SINK(self), FALSE);
}

static void gst_triptych_video_sink_class_init(GstTriptychVideoSinkClass *klass)
{
    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    GstBaseSinkClass *base = GST_BASE_SINK_CLASS(klass);
    GstCaps *caps = gst_triptych_template_caps();
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
    gst_caps_unref(caps);

    element->set_clock = gst_triptych_video_sink_set_clock;
    base->event = gst_triptych_video_sink_event;
    base->set_caps = gst_triptych_video_sink_set_caps;
    base->propose_allocation = gst_triptych_video_sink_propose_allocation;
    GST_VIDEO_SINK_CLASS(klass)->set_info = gst_triptych_video_sink_set_info;
}
