/* SPDX-License-Identifier: MIT */
#include "capturesink.h"

#include "logging.h"
#include "videocaps.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define GST_CAT_DEFAULT gst_triptych_debug

struct _GstTriptychCaptureSink {
    GstTriptychVideoSink parent;

    int event; // eventfd: new caps or a frame. A signal ends a poll, but not a GCond's wait

    // Guarded by the writer's lock.
    GCond changed;
    gboolean live;
    gboolean flushing;
    struct tri_video video;                 // of the newest caps; fourcc 0: none yet
    struct gst_triptych_capture_frame next; // not taken yet
    guint64 replaced;                       // frames that were not taken, since the last one taken
};

G_DEFINE_TYPE(GstTriptychCaptureSink, gst_triptych_capture_sink, GST_TYPE_TRIPTYCH_VIDEO_SINK)

static GMutex *lock_of(GstTriptychCaptureSink *self)
{
    return &self->parent.writer->lock;
}

static gboolean gst_triptych_capture_sink_set_caps(GstBaseSink *base, GstCaps *caps)
{
    GstTriptychCaptureSink *self = GST_TRIPTYCH_CAPTURE_SINK(base);
    if (!GST_BASE_SINK_CLASS(gst_triptych_capture_sink_parent_class)->set_caps(base, caps))
        return FALSE;
    g_mutex_lock(lock_of(self));
    self->video = self->parent.video;
    (void)eventfd_write(self->event, 1);
    while (!self->parent.writer->writer && !self->flushing)
        g_cond_wait(&self->changed, lock_of(self));
    g_mutex_unlock(lock_of(self));
    return TRUE;
}

/** Waits until the other thread has taken the frame before. Call with the lock held. */
static GstFlowReturn wait_until_taken(GstTriptychCaptureSink *self)
{
    while (self->next.buffer && !self->live) {
        if (!self->flushing) {
            g_cond_wait(&self->changed, lock_of(self));
            continue;
        }
        g_mutex_unlock(lock_of(self));
        const GstFlowReturn result = gst_base_sink_wait_preroll(GST_BASE_SINK(self));
        g_mutex_lock(lock_of(self));
        if (result != GST_FLOW_OK)
            return result;
    }
    return GST_FLOW_OK;
}

static GstFlowReturn gst_triptych_capture_sink_show_frame(GstVideoSink *sink, GstBuffer *buffer)
{
    GstTriptychCaptureSink *self = GST_TRIPTYCH_CAPTURE_SINK(sink);
    struct gst_triptych_capture_frame frame = { .video = self->parent.video,
                                                .caps = self->parent.info };
    gst_triptych_video_sink_describe(&self->parent, buffer, &frame.info);
    g_mutex_lock(lock_of(self));
    const GstFlowReturn result = wait_until_taken(self);
    GstBuffer *old = NULL;
    if (result == GST_FLOW_OK) {
        old = self->next.buffer;
        self->replaced += old != NULL;
        self->next = frame;
        self->next.buffer = gst_buffer_ref(buffer);
        (void)eventfd_write(self->event, 1);
    }
    g_mutex_unlock(lock_of(self));
    gst_clear_buffer(&old); // without the lock, which the pool takes
    return result;
}

static gboolean gst_triptych_capture_sink_preroll(GstBaseSink *base, GstBuffer *buffer)
{
    (void)base;
    (void)buffer; // shown once the pipeline plays
    return GST_FLOW_OK;
}

static void set_flushing(GstBaseSink *base, gboolean flushing)
{
    GstTriptychCaptureSink *self = GST_TRIPTYCH_CAPTURE_SINK(base);
    g_mutex_lock(lock_of(self));
    self->flushing = flushing;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(lock_of(self));
}

static gboolean gst_triptych_capture_sink_unlock(GstBaseSink *base)
{
    set_flushing(base, TRUE);
    return TRUE;
}

static gboolean gst_triptych_capture_sink_unlock_stop(GstBaseSink *base)
{
    set_flushing(base, FALSE);
    return TRUE;
}

static gboolean gst_triptych_capture_sink_stop(GstBaseSink *base)
{
    GstTriptychCaptureSink *self = GST_TRIPTYCH_CAPTURE_SINK(base);
    g_mutex_lock(lock_of(self));
    GstBuffer *buffer = g_steal_pointer(&self->next.buffer);
    g_mutex_unlock(lock_of(self));
    gst_clear_buffer(&buffer);
    return TRUE;
}

static void gst_triptych_capture_sink_finalize(GObject *object)
{
    GstTriptychCaptureSink *self = GST_TRIPTYCH_CAPTURE_SINK(object);
    g_cond_clear(&self->changed);
    close(self->event);
    gst_triptych_writer_unref(self->parent.writer);
    G_OBJECT_CLASS(gst_triptych_capture_sink_parent_class)->finalize(object);
}

static void gst_triptych_capture_sink_init(GstTriptychCaptureSink *self)
{
    g_cond_init(&self->changed);
    self->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void gst_triptych_capture_sink_class_init(GstTriptychCaptureSinkClass *klass)
{
    GstBaseSinkClass *base = GST_BASE_SINK_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = gst_triptych_capture_sink_finalize;
    gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "triptych capture sink",
                                          "Sink/Video", "Hands frames to triptych-capture",
                                          "the triptych authors");
    base->stop = gst_triptych_capture_sink_stop;
    base->preroll = gst_triptych_capture_sink_preroll;
    base->unlock = gst_triptych_capture_sink_unlock;
    base->unlock_stop = gst_triptych_capture_sink_unlock_stop;
    base->set_caps = gst_triptych_capture_sink_set_caps;
    GST_VIDEO_SINK_CLASS(klass)->show_frame = gst_triptych_capture_sink_show_frame;
}

GstTriptychCaptureSink *gst_triptych_capture_sink_new(GstTriptychWriter *writer)
{
    GstTriptychCaptureSink *self = g_object_new(GST_TYPE_TRIPTYCH_CAPTURE_SINK, NULL);
    self->parent.writer = g_atomic_rc_box_acquire(writer);
    return self;
}

void gst_triptych_capture_sink_set_live(GstTriptychCaptureSink *self, gboolean live)
{
    gst_base_sink_set_sync(GST_BASE_SINK(self), !live);
    g_mutex_lock(lock_of(self));
    self->live = live;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(lock_of(self));
}

/** Whether there are caps, and no stream yet. */
static gboolean has_first_caps(const GstTriptychCaptureSink *self)
{
    return self->video.fourcc && !self->parent.writer->writer;
}

const struct tri_video *gst_triptych_capture_sink_wait(GstTriptychCaptureSink *self, GstBus *bus,
                                                       int timeout_ms)
{
    GPollFD message;
    eventfd_t count;
    gst_bus_get_pollfd(bus, &message);
    struct pollfd events[] = { { .fd = self->event, .events = POLLIN },
                               { .fd = message.fd, .events = POLLIN } };
    g_cond_broadcast(&self->changed); // the stream may be there now
    if (!self->next.buffer && !has_first_caps(self)) {
        g_mutex_unlock(lock_of(self));
        poll(events, G_N_ELEMENTS(events), timeout_ms);
        g_mutex_lock(lock_of(self));
        (void)eventfd_read(self->event, &count);
    }
    return self->next.buffer ? &self->next.video : self->video.fourcc ? &self->video : NULL;
}

gboolean gst_triptych_capture_sink_take(GstTriptychCaptureSink *self,
                                        struct gst_triptych_capture_frame *frame, guint64 *replaced)
{
    *replaced = self->replaced;
    self->replaced = 0;
    *frame = self->next;
    self->next.buffer = NULL;
    if (frame->buffer)
        g_cond_broadcast(&self->changed);
    return frame->buffer != NULL;
}
