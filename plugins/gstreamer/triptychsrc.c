/* SPDX-License-Identifier: MIT */
#include "triptychsrc.h"

#include "buffer.h"
#include "clocktime.h"
#include "latency.h"
#include "logging.h"
#include "properties.h"
#include "sourcecaps.h"
#include "sourceenums.h"
#include "streamname.h"
#include "thread.h"
#include "uri.h"
#include "userdata.h"
#include "videocaps.h"

#include <triptych/reader.h>

#include <gst/video/video.h>

#define GST_CAT_DEFAULT gst_triptych_debug
#define SLOTS_RESERVED  2 // for the writer: the newest frame and the one being written
#define IN_USE_MAX      6 // a downstream that keeps more is a queue and gets copies

struct _GstTriptychSrc {
    GstPushSrc parent;

    // Properties, guarded by the object lock.
    gchar *stream;
    gboolean is_live;
    gint mode; // enum tri_reader_mode, enum tri_reader_wait, ON_DISCONNECT_*
    gint wait;
    gint on_disconnect;
    guint64 timeout_ns;
    guint64 in_place;
    guint64 copied;
    guint64 reclaimed;

    // Guarded by the object lock, too.
    gint64 playing_since; // CLOCK_MONOTONIC
    tri_reader *reader;   // the pointer, not the reader

    struct gst_triptych_latency latency;

    // Used by the streaming thread only.
    struct gst_triptych_log log;
    struct gst_triptych_source_caps caps;
    struct gst_triptych_frame_ref *ref; // prepared for the next frame
    gboolean in_order; // mode `next` was set because frames of this format need earlier ones
    gboolean accepts_video_meta; // downstream understands GstVideoMeta
    guint64 last_number;
    GstClockTime last_pts;
    gint64 first_capture_ns; // 0: no frame yet

    // Atomic.
    gint flushing;
    gint in_use;    // slots that buffers downstream occupy
    gint monotonic; // whether the clock reads CLOCK_MONOTONIC
};

G_DEFINE_TYPE_WITH_CODE(GstTriptychSrc, gst_triptych_src, GST_TYPE_PUSH_SRC,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, gst_triptych_uri_handler_init))

/** Decides what the pipeline does after a wait that brought no frame. @return GST_FLOW_OK: wait
 *  again */
static GstFlowReturn handle_no_frame(GstTriptychSrc *self, enum tri_err err, gint64 waited_ns)
{
    GST_OBJECT_LOCK(self);
    const gint on_disconnect = self->on_disconnect;
    const guint64 timeout_ns = self->timeout_ns;
    GST_OBJECT_UNLOCK(self);

    switch (err) {
    case TRI_ERR_NO_WRITER:
        GST_INFO_OBJECT(self, "%s", tri_strerror(err));
        if (on_disconnect == ON_DISCONNECT_EOS)
            return GST_FLOW_EOS;
        if (on_disconnect == ON_DISCONNECT_ERROR) {
            GST_ELEMENT_ERROR(self, RESOURCE, READ, ("The stream has lost its writer."), (NULL));
            return GST_FLOW_ERROR;
        }
        return GST_FLOW_OK;
    case TRI_ERR_TIMEOUT:
    case TRI_ERR_INTERRUPTED:
    case TRI_ERR_CORRUPT:
        if (timeout_ns == 0 || (guint64)waited_ns < timeout_ns)
            return GST_FLOW_OK;
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND,
                          ("No frame within %" G_GUINT64_FORMAT " ms: is its writer running?",
                           timeout_ns / GST_MSECOND),
                          ("timeout property"));
        return GST_FLOW_ERROR;
    default:
        GST_ELEMENT_ERROR(self, RESOURCE, OPEN_READ, ("No frame: %s.", tri_strerror(err)),
                          ("%s", self->log.last_error));
        return GST_FLOW_ERROR;
    }
}

/** Returns whether downstream may keep one more slot without starving the writer. Once the writer
 *  has opened all of slots_max it reclaims slots, so downstream gets copies. */
static gboolean has_spare_slot(GstTriptychSrc *self)
{
    struct tri_reader_stats stats;
    tri_reader_get_stats(self->reader, &stats);
    const gint in_use = g_atomic_int_get(&self->in_use);
    return in_use < IN_USE_MAX && in_use + SLOTS_RESERVED < (gint)stats.slots_max &&
           (stats.slots_open < stats.slots_max || stats.slots == stats.slots_max);
}

/** Makes a buffer of the acquired frame: its slot if downstream may keep one, otherwise a copy.
 *  @return NULL if the frame was overwritten while it was copied */
static GstBuffer *make_buffer(GstTriptychSrc *self)
{
    struct gst_triptych_frame_ref *ref = g_steal_pointer(&self->ref);
    const gboolean fits = (self->accepts_video_meta && gst_triptych_is_raw(&self->caps.info)) ||
                          gst_triptych_has_default_layout(&ref->frame, &self->caps.info);
    if (has_spare_slot(self) && fits && tri_frame_is_locked(&ref->frame)) {
        gst_triptych_count(self, &self->in_place);
        return gst_triptych_frame_ref_wrap(ref, &self->caps.info);
    }
    GstBuffer *buffer = gst_triptych_frame_ref_copy(ref, self->reader, &self->caps.info, !fits);
    if (buffer)
        gst_triptych_count(self, &self->copied);
    return buffer;
}

/**
 * Finds a frame's time stamp. A live source uses the pipeline's clock; otherwise time counts from the
 * first frame. Running times below 0 do not exist: a frame captured before the pipeline played, or
 * while it was paused, gets the last time stamp + 1.
 *
 * @return FALSE for a frame that was published before the pipeline played, unless it is the first one:
 *         skip it
 */
static gboolean find_pts(GstTriptychSrc *self, const struct tri_frame_info *info, GstClockTime *pts)
{
    if (!gst_base_src_is_live(GST_BASE_SRC(self))) {
        if (self->first_capture_ns == 0)
            self->first_capture_ns = info->capture_ns;
        *pts = (GstClockTime)MAX(info->capture_ns - self->first_capture_ns, 0);
        return TRUE;
    }
    *pts = gst_triptych_running_time(GST_ELEMENT(self), g_atomic_int_get(&self->monotonic),
                                     info->capture_ns);
    GST_OBJECT_LOCK(self);
    const gint64 since = self->playing_since;
    GST_OBJECT_UNLOCK(self);
    if (info->capture_ns >= since || !GST_CLOCK_TIME_IS_VALID(self->last_pts) ||
        *pts > self->last_pts)
        return TRUE;
    *pts = self->last_pts + 1;
    return info->publish_ns >= since;
}

/** Returns whether no frame may be skipped any more although the mode allows it: each frame needs
 *  the earlier ones. */
static gboolean needs_order(GstTriptychSrc *self, const struct tri_frame_info *info)
{
    const struct tri_format *format = tri_format_find(info->video.fourcc);
    return format && format->delta && self->mode == TRI_MODE_LATEST && !self->in_order;
}

/** Returns how long to wait for a frame, in milliseconds: until the timeout property expires, -1
 *  without a limit. */
static int get_wait_ms(GstTriptychSrc *self, gint64 start_ns)
{
    GST_OBJECT_LOCK(self);
    const guint64 timeout_ns = self->timeout_ns;
    GST_OBJECT_UNLOCK(self);
    if (timeout_ns == 0)
        return -1;
    const gint64 left_ns = (gint64)timeout_ns - (tri_now_ns() - start_ns);
    return left_ns > 0 ? (int)MIN(left_ns / (gint64)GST_MSECOND + 1, G_MAXINT) : 0;
}

static GstFlowReturn gst_triptych_src_create(GstPushSrc *push, GstBuffer **out)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(push);
    const gint64 start = tri_now_ns();
    // On the writer's processor this thread would wait until the writer has drawn its next frame.
    gst_triptych_thread_request_short_slices();
    for (;;) { // unlock() interrupts the wait
        if (g_atomic_int_get(&self->flushing))
            return GST_FLOW_FLUSHING;
        if (!self->ref)
            self->ref = gst_triptych_frame_ref_new(&self->caps.info, GST_OBJECT(self),
                                                   &self->in_use, &self->reclaimed);
        struct tri_frame *frame = &self->ref->frame;
        const enum tri_err err = tri_reader_acquire(self->reader, frame, get_wait_ms(self, start));
        if (err != TRI_OK) {
            const GstFlowReturn flow = handle_no_frame(self, err, tri_now_ns() - start);
            if (flow != GST_FLOW_OK)
                return flow;
            continue;
        }
        if (needs_order(self, &frame->info)) {
            self->in_order = TRUE;
            tri_reader_set_mode(self->reader, TRI_MODE_NEXT);
            if (!(frame->info.flags & TRI_FRAME_KEY))
                continue;
        }
        if (!gst_triptych_source_caps_update(&self->caps, GST_BASE_SRC(self), &frame->info.video)) {
            tri_reader_release(self->reader, frame);
            // A flushing pad refuses every event.
            return GST_PAD_IS_FLUSHING(GST_BASE_SRC_PAD(self)) ? GST_FLOW_FLUSHING
                                                               : GST_FLOW_NOT_NEGOTIATED;
        }

        // Time that a frame waited for this call is downstream's, not latency of the stream.
        const gint64 waited = MAX(start - frame->info.publish_ns, 0);
        gst_triptych_latency_update(&self->latency, GST_ELEMENT(self), &frame->info.video,
                                    tri_now_ns() - frame->info.capture_ns - waited);

        GstClockTime pts;
        if (!find_pts(self, &frame->info, &pts))
            continue;
        const guint64 number = frame->info.number;
        gst_triptych_frame_ref_stamp(self->ref, pts);
        gst_triptych_user_data_attach(self->ref->buffer, frame);
        *out = make_buffer(self);
        if (!*out)
            continue; // overwritten while it was copied
        if (number != self->last_number + 1)
            GST_BUFFER_FLAG_SET(*out, GST_BUFFER_FLAG_DISCONT);
        self->last_number = number;
        self->last_pts = pts;
        return GST_FLOW_OK;
    }
}

/** Does nothing: the first frame brings the caps. */
static gboolean gst_triptych_src_negotiate(GstBaseSrc *base)
{
    (void)base;
    return TRUE;
}

/** Does not use downstream's pool, because frames are in slots. Configures and activates it anyway:
 *  some sinks (pipewiresink) learn the frame size from it only. */
static gboolean gst_triptych_src_decide_allocation(GstBaseSrc *base, GstQuery *query)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(base);
    GstCaps *caps;
    gst_query_parse_allocation(query, &caps, NULL);
    if (!caps) { // before the first frame: a pool configured now would keep the wrong size
        while (gst_query_get_n_allocation_pools(query) > 0)
            gst_query_remove_nth_allocation_pool(query, 0);
        return TRUE;
    }
    self->accepts_video_meta = gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
    if (gst_query_get_n_allocation_pools(query) > 0) {
        GstBufferPool *pool;
        guint size;
        guint min;
        guint max;
        gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &min, &max);
        size = MAX(size, (guint)self->caps.info.size);
        gst_query_set_nth_allocation_pool(query, 0, pool, size, min, max);
        gst_clear_object(&pool);
    }
    return GST_BASE_SRC_CLASS(gst_triptych_src_parent_class)->decide_allocation(base, query);
}

static gboolean gst_triptych_src_start(GstBaseSrc *base)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(base);
    gchar *name = gst_triptych_stream_name(GST_ELEMENT(self), &self->stream);
    gst_triptych_log_init(&self->log, GST_OBJECT(self));
    gst_triptych_source_caps_init(&self->caps);
    self->last_number = 0;
    self->last_pts = GST_CLOCK_TIME_NONE;
    self->first_capture_ns = 0;
    struct tri_reader_options options = { .name = name, .log = &self->log.log };
    GST_OBJECT_LOCK(self);
    options.mode = (enum tri_reader_mode)self->mode;
    self->in_order = FALSE;
    options.wait = (enum tri_reader_wait)self->wait;
    self->latency = (struct gst_triptych_latency){ 0 };
    GST_OBJECT_UNLOCK(self);
    tri_reader *reader;
    const enum tri_err err = tri_reader_open(&reader, &options);
    GST_OBJECT_LOCK(self);
    self->reader = reader;
    GST_OBJECT_UNLOCK(self);
    if (err != TRI_OK)
        GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", self->log.last_error),
                          ("stream \"%s\": %s", name, tri_strerror(err)));
    g_free(name);
    return err == TRI_OK;
}

static gboolean gst_triptych_src_stop(GstBaseSrc *base)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(base);
    g_clear_pointer(&self->ref, gst_triptych_frame_ref_free);
    GST_OBJECT_LOCK(self);
    tri_reader *reader = g_steal_pointer(&self->reader);
    GST_OBJECT_UNLOCK(self);
    tri_reader_close(&reader); // buffers downstream keep their frames
    return TRUE;
}

/** Lets the streaming thread check `flushing` and the properties. Any thread. */
static void interrupt_wait(GstTriptychSrc *self)
{
    GST_OBJECT_LOCK(self); // keeps stop() from closing the reader
    if (self->reader)
        tri_reader_interrupt(self->reader);
    GST_OBJECT_UNLOCK(self);
}

static gboolean gst_triptych_src_unlock(GstBaseSrc *base)
{
    g_atomic_int_set(&GST_TRIPTYCH_SRC(base)->flushing, 1);
    interrupt_wait(GST_TRIPTYCH_SRC(base));
    return TRUE;
}

static gboolean gst_triptych_src_unlock_stop(GstBaseSrc *base)
{
    g_atomic_int_set(&GST_TRIPTYCH_SRC(base)->flushing, 0);
    return TRUE;
}

/** Answers latency queries, also before the first frame, because mixers wait for all their inputs.
 *  There is no maximum: a source that was blocked continues with a newer frame. */
static gboolean gst_triptych_src_query(GstBaseSrc *base, GstQuery *query)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(base);
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
        return GST_BASE_SRC_CLASS(gst_triptych_src_parent_class)->query(base, query);
    GST_OBJECT_LOCK(self);
    const GstClockTime latency = self->latency.value;
    GST_OBJECT_UNLOCK(self);
    gst_query_set_latency(query, gst_base_src_is_live(base), latency, GST_CLOCK_TIME_NONE);
    return TRUE;
}

static gboolean gst_triptych_src_set_clock(GstElement *element, GstClock *clock)
{
    g_atomic_int_set(&GST_TRIPTYCH_SRC(element)->monotonic,
                     clock && gst_triptych_clock_is_monotonic(clock));
    return GST_ELEMENT_CLASS(gst_triptych_src_parent_class)->set_clock(element, clock);
}

static GstStateChangeReturn gst_triptych_src_change_state(GstElement *element,
                                                          GstStateChange change)
{
    GstTriptychSrc *self = GST_TRIPTYCH_SRC(element);
    if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
        GST_OBJECT_LOCK(self);
        self->playing_since = tri_now_ns();
        GST_OBJECT_UNLOCK(self);
    }
    return GST_ELEMENT_CLASS(gst_triptych_src_parent_class)->change_state(element, change);
}

/** Sets the field of a property, passes is-live to the base class, and applies a new timeout to a
 *  wait in progress. */
static void gst_triptych_src_set_property(GObject *object, guint id, const GValue *value,
                                          GParamSpec *spec)
{
    gst_triptych_set_property(object, id, value, spec);
    gst_base_src_set_live(GST_BASE_SRC(object), GST_TRIPTYCH_SRC(object)->is_live);
    interrupt_wait(GST_TRIPTYCH_SRC(object));
}

static void gst_triptych_src_finalize(GObject *object)
{
    gst_triptych_free_properties(object);
    G_OBJECT_CLASS(gst_triptych_src_parent_class)->finalize(object);
}

static void gst_triptych_src_init(GstTriptychSrc *self)
{
    self->is_live = TRUE;
    gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
    gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
    gst_base_src_set_do_timestamp(GST_BASE_SRC(self), FALSE); // frames have capture times
}

static void install_properties(GObjectClass *object)
{
    const struct gst_triptych_property properties[] = {
        { gst_triptych_stream_spec(), G_STRUCT_OFFSET(GstTriptychSrc, stream) },
        { g_param_spec_boolean("is-live", "Is live", "Whether to act as a live source", TRUE,
                               GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSrc, is_live) },
        { g_param_spec_enum("mode", "Mode", "Which frame to read next", gst_triptych_mode_type(),
                            TRI_MODE_LATEST, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSrc, mode) },
        { g_param_spec_enum("wait", "Wait", "How to wait for a frame", gst_triptych_wait_type(),
                            TRI_WAIT_BLOCK, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSrc, wait) },
        { g_param_spec_enum(
              "on-disconnect", "On disconnect", "What to do when the writer closes or dies",
              gst_triptych_disconnect_type(), ON_DISCONNECT_WAIT, GST_TRIPTYCH_PLAYING),
          G_STRUCT_OFFSET(GstTriptychSrc, on_disconnect) },
        { g_param_spec_uint64(
              "timeout", "Timeout",
              "Nanoseconds without a frame after which to post an error (0 = never)", 0, G_MAXINT64,
              0, GST_TRIPTYCH_PLAYING),
          G_STRUCT_OFFSET(GstTriptychSrc, timeout_ns) },
        { gst_triptych_counter_spec("zero-copy-frames", "Zero-copy frames",
                                    "Frames passed downstream in their slot, without a copy"),
          G_STRUCT_OFFSET(GstTriptychSrc, in_place) },
        { gst_triptych_counter_spec(
              "copied-frames", "Copied frames",
              "Frames copied: too few slots were left for the writer, this user may "
              "only read, or downstream does not support GstVideoMeta and "
              "the rows have other strides"),
          G_STRUCT_OFFSET(GstTriptychSrc, copied) },
        { gst_triptych_counter_spec("reclaimed-frames", "Reclaimed frames",
                                    "Frames that the writer overwrote while downstream kept their "
                                    "buffers, because readers locked every slot"),
          G_STRUCT_OFFSET(GstTriptychSrc, reclaimed) },
    };
    gst_triptych_install_properties(object, properties, G_N_ELEMENTS(properties));
    object->set_property = gst_triptych_src_set_property;
}

static void gst_triptych_src_class_init(GstTriptychSrcClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    GstBaseSrcClass *base = GST_BASE_SRC_CLASS(klass);
    object->finalize = gst_triptych_src_finalize;
    install_properties(object);

    gst_element_class_set_static_metadata(
        element, "triptych source", "Source/Video",
        "Reads a live video stream from System V shared memory, zero-copy where possible",
        "the triptych authors");
    GstCaps *caps = gst_triptych_template_caps();
    gst_element_class_add_pad_template(
        element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
    gst_caps_unref(caps);

    element->change_state = gst_triptych_src_change_state;
    element->set_clock = gst_triptych_src_set_clock;
    base->negotiate = gst_triptych_src_negotiate;
    base->decide_allocation = gst_triptych_src_decide_allocation;
    base->start = gst_triptych_src_start;
    base->stop = gst_triptych_src_stop;
    base->unlock = gst_triptych_src_unlock;
    base->unlock_stop = gst_triptych_src_unlock_stop;
    base->query = gst_triptych_src_query;
    GST_PUSH_SRC_CLASS(klass)->create = gst_triptych_src_create;
}
