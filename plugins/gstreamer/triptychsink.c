/* SPDX-License-Identifier: MIT */
#include "triptychsink.h"

#include "logging.h"
#include "properties.h"
#include "readerwatch.h"
#include "streamname.h"
#include "userdata.h"
#include "videosink.h"

#define GST_CAT_DEFAULT     gst_triptych_debug
#define PERMISSIONS_DEFAULT "0640"
#define SLOTS_DEFAULT       8   // triple buffering, and a decoder's reference frames
#define WAIT_MS             100 // for the first reader, between checks whether the pad flushes
#define HISTORY_DEFAULT     2   // few slots in rotation stay in the processor's cache

struct _GstTriptychSink {
    GstTriptychVideoSink parent;

    // Properties, guarded by the object lock.
    gchar *stream;
    guint slots;
    guint slots_max;
    guint history;
    gchar *permissions;
    gchar *group;
    gboolean wait_for_connection;
    guint readers; // at the newest frame
    guint64 in_place;
    guint64 copied;
    guint64 dropped;

    struct gst_triptych_reader_watch reader_watch;

    gint flushing; // atomic

    struct gst_triptych_log log; // used by the streaming thread only
    gboolean left_out;           // user data were left out, and a warning was logged
};

G_DEFINE_TYPE(GstTriptychSink, gst_triptych_sink, GST_TYPE_TRIPTYCH_VIDEO_SINK)

/** Parses permission bits in octal; the default if unset. @return FALSE if `text` is not octal */
static gboolean parse_permissions(const gchar *text, guint32 *permissions)
{
    guint64 bits = 0;
    if (!text || !*text)
        text = PERMISSIONS_DEFAULT;
    const gboolean read = g_ascii_string_to_unsigned(text, 8, 0, 0777, &bits, NULL);
    *permissions = (guint32)bits;
    return read;
}

static gboolean gst_triptych_sink_start(GstBaseSink *base)
{
    GstTriptychSink *self = GST_TRIPTYCH_SINK(base);
    gchar *name = gst_triptych_stream_name(GST_ELEMENT(self), &self->stream);
    gst_triptych_log_init(&self->log, GST_OBJECT(self));
    self->left_out = FALSE;
    struct tri_writer_options options = { .name = name,
                                          .source = "GStreamer triptychsink",
                                          .log = &self->log.log };
    GST_OBJECT_LOCK(self);
    gchar *permissions = g_strdup(self->permissions);
    gchar *group = g_strdup(self->group);
    const guint slots = self->slots;
    options.slots_max = self->slots_max;
    const guint history = self->history;
    GST_OBJECT_UNLOCK(self);
    options.group = group;
    // The library opens more when upstream or readers occupy these: each slot costs page faults.
    options.slots = history ? MIN(MAX(history + 1, TRI_SLOTS_MIN), slots) : slots;

    tri_writer *writer = NULL;
    enum tri_err err = TRI_ERR_INVALID;
    if (parse_permissions(permissions, &options.permissions))
        err = tri_writer_open(&writer, &options);
    else
        g_snprintf(self->log.last_error, sizeof(self->log.last_error),
                   "permissions \"%s\": not octal, 0 to 0777, for instance 0640", permissions);
    if (err == TRI_OK) {
        tri_writer_set_history(writer, history);
        self->parent.writer = gst_triptych_writer_new(writer, slots);
    } else {
        GST_ELEMENT_ERROR(self, RESOURCE, OPEN_WRITE, ("%s", self->log.last_error),
                          ("stream \"%s\": %s", name, tri_strerror(err)));
    }
    g_free(name);
    g_free(permissions);
    g_free(group);
    return err == TRI_OK;
}

static gboolean gst_triptych_sink_stop(GstBaseSink *base)
{
    GstTriptychSink *self = GST_TRIPTYCH_SINK(base);
    g_mutex_lock(&self->parent.writer->lock);
    tri_writer_close(&self->parent.writer->writer); // upstream buffers keep their memory
    g_mutex_unlock(&self->parent.writer->lock);
    g_clear_pointer(&self->parent.writer, gst_triptych_writer_unref);
    GST_OBJECT_LOCK(self);
    self->readers = 0;
    GST_OBJECT_UNLOCK(self);
    gst_triptych_reader_watch_reset(&self->reader_watch);
    return TRUE;
}

/** Sets the description and the user data of a draft. */
static void describe(GstTriptychSink *self, GstBuffer *buffer, struct tri_draft *draft,
                     guint32 copies)
{
    gst_triptych_video_sink_describe(&self->parent, buffer, &draft->info);
    draft->info.copies = copies;
    if (!gst_triptych_user_data_write(buffer, draft) && !self->left_out) {
        GST_WARNING_OBJECT(
            self,
            "user data of a buffer are not published: they are more than %d bytes, or "
            "regions of interest took their place; further ones are not reported",
            TRI_USER_MAX);
        self->left_out = TRUE;
    }
}

/** Copies a buffer into a slot and publishes it. */
static enum tri_err publish_copy(GstTriptychSink *self, GstBuffer *buffer)
{
    struct tri_video video = self->parent.video;
    memset(video.stride, 0, sizeof(video.stride));
    struct tri_draft draft;
    // A compressed frame may be larger than the slots.
    const gboolean compressed = tri_format_find(video.fourcc)->family == TRI_FAMILY_COMPRESSED;
    if (compressed)
        tri_writer_reserve(self->parent.writer->writer, gst_buffer_get_size(buffer));
    const enum tri_err err = tri_writer_begin(self->parent.writer->writer, &video, &draft);
    if (err != TRI_OK)
        return err;
    describe(self, buffer, &draft, 1);
    if (!gst_triptych_video_sink_copy(buffer, &self->parent.info, &draft)) {
        return compressed ? TRI_ERR_NO_SLOT : TRI_ERR_INVALID;
    }
    gst_triptych_count(self, &self->copied);
    return tri_writer_publish(self->parent.writer->writer, &draft);
}

/** Updates the property `readers`. Call with the writer's lock held. @return whether it changed;
 *  then *shm_id is the segment. */
static gboolean update_readers(GstTriptychSink *self, int *shm_id)
{
    struct tri_writer_stats stats;
    tri_writer_get_stats(self->parent.writer->writer, &stats);
    GST_OBJECT_LOCK(self);
    const gboolean changed = self->readers != stats.readers;
    self->readers = stats.readers;
    GST_OBJECT_UNLOCK(self);
    *shm_id = stats.shm_id;
    return changed;
}

static void update_reader_watch(GstElement *element, gpointer shm_id)
{
    gst_triptych_reader_watch_update(&GST_TRIPTYCH_SINK(element)->reader_watch, element,
                                     GPOINTER_TO_INT(shm_id));
}

static GstFlowReturn gst_triptych_sink_show_frame(GstVideoSink *sink, GstBuffer *buffer)
{
    GstTriptychSink *self = GST_TRIPTYCH_SINK(sink);
    g_mutex_lock(&self->parent.writer->lock);
    struct tri_draft *draft = gst_triptych_pool_publish(self->parent.writer, buffer);
    enum tri_err err;
    if (draft) {
        describe(self, buffer, draft, 0);
        err = tri_writer_publish_pinned(self->parent.writer->writer, draft);
        if (err == TRI_OK)
            gst_triptych_count(self, &self->in_place);
    } else {
        err = publish_copy(self, buffer);
    }
    int shm_id;
    const gboolean changed = update_readers(self, &shm_id);
    const gboolean others =
        gst_triptych_reader_watch_is_due(&self->reader_watch, GST_ELEMENT(self), shm_id);
    g_mutex_unlock(&self->parent.writer->lock);
    if (changed)
        g_object_notify(G_OBJECT(self), "readers");
    if (others) {
        // In a thread of its own: reading /proc would delay the next frame.
        gst_element_call_async(GST_ELEMENT(self), update_reader_watch, GINT_TO_POINTER(shm_id),
                               NULL);
    }

    switch (err) {
    case TRI_OK:
        return GST_FLOW_OK;
    case TRI_ERR_NO_SLOT: // readers lock every slot: do not wait for them
    case TRI_ERR_MOVED:   // the draft is in a segment that was replaced
        gst_triptych_count(self, &self->dropped);
        return GST_FLOW_OK;
    default:
        GST_ELEMENT_ERROR(self, RESOURCE, WRITE, ("Cannot publish a frame: %s.", tri_strerror(err)),
                          ("%s", self->log.last_error));
        return GST_FLOW_ERROR;
    }
}

static gboolean has_readers(GstTriptychSink *self)
{
    g_mutex_lock(&self->parent.writer->lock);
    const enum tri_err err = tri_writer_wait_for_reader(self->parent.writer->writer, WAIT_MS);
    g_mutex_unlock(&self->parent.writer->lock);
    return err == TRI_OK;
}

/** Creates the segment: readers cannot attach to a stream without one. */
static enum tri_err open_stream(GstTriptychSink *self)
{
    struct tri_draft draft;
    g_mutex_lock(&self->parent.writer->lock);
    const enum tri_err err =
        tri_writer_begin(self->parent.writer->writer, &self->parent.video, &draft);
    if (err == TRI_OK)
        tri_writer_cancel(self->parent.writer->writer, &draft);
    g_mutex_unlock(&self->parent.writer->lock);
    return err;
}

/** Publishes nothing, because the frame is due after preroll. With wait-for-connection, waits for a
 *  reader here: running time starts after preroll, so no frame is late. */
static GstFlowReturn gst_triptych_sink_preroll(GstBaseSink *base, GstBuffer *buffer)
{
    GstTriptychSink *self = GST_TRIPTYCH_SINK(base);
    (void)buffer;
    GST_OBJECT_LOCK(self);
    const gboolean waits = self->wait_for_connection;
    GST_OBJECT_UNLOCK(self);
    if (!waits || open_stream(self) != TRI_OK) // publishing reports the reason
        return GST_FLOW_OK;
    while (!has_readers(self))
        if (g_atomic_int_get(&self->flushing))
            return GST_FLOW_FLUSHING;
    return GST_FLOW_OK;
}

static gboolean gst_triptych_sink_unlock(GstBaseSink *base)
{
    g_atomic_int_set(&GST_TRIPTYCH_SINK(base)->flushing, 1);
    return TRUE;
}

static gboolean gst_triptych_sink_unlock_stop(GstBaseSink *base)
{
    g_atomic_int_set(&GST_TRIPTYCH_SINK(base)->flushing, 0);
    return TRUE;
}

static void gst_triptych_sink_finalize(GObject *object)
{
    gst_triptych_free_properties(object);
    gst_triptych_reader_watch_clear(&GST_TRIPTYCH_SINK(object)->reader_watch);
    G_OBJECT_CLASS(gst_triptych_sink_parent_class)->finalize(object);
}

static void gst_triptych_sink_init(GstTriptychSink *self)
{
    self->slots = SLOTS_DEFAULT;
    self->history = HISTORY_DEFAULT;
    self->permissions = g_strdup(PERMISSIONS_DEFAULT);
    gst_triptych_reader_watch_init(&self->reader_watch);
}

static void install_properties(GObjectClass *object)
{
    const struct gst_triptych_property properties[] = {
        { gst_triptych_stream_spec(), G_STRUCT_OFFSET(GstTriptychSink, stream) },
        { g_param_spec_uint(
              "slots", "Slots",
              "Number of slots for upstream and the sink; more are opened for readers. A decoder "
              "keeps up to 16 reference frames in slots and needs 3 more",
              TRI_SLOTS_MIN, TRI_SLOTS_MAX, SLOTS_DEFAULT, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, slots) },
        { g_param_spec_uint("slots-max", "Slots at most",
                            "Number of slots up to which more are opened while readers lock the "
                            "others (0: 32, fewer if these exceed 1 GiB)",
                            0, TRI_SLOTS_MAX, 0, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, slots_max) },
        { g_param_spec_uint(
              "history", "History",
              "Number of newest frames to keep for readers with mode=next (0: as many as there are "
              "slots). Fewer slots in rotation stay in the processor's cache and are written "
              "faster",
              0, TRI_SLOTS_MAX, HISTORY_DEFAULT, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, history) },
        { g_param_spec_string("permissions", "Permissions",
                              "Permissions of the stream, octal as in chmod: who may read it",
                              PERMISSIONS_DEFAULT, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, permissions) },
        { g_param_spec_string("group", "Group",
                              "Group that may read the stream (unset: the group of this process)",
                              NULL, GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, group) },
        { g_param_spec_boolean("wait-for-connection", "Wait for a connection",
                               "Delay the first frame until a reader is attached", FALSE,
                               GST_TRIPTYCH_READY),
          G_STRUCT_OFFSET(GstTriptychSink, wait_for_connection) },
        { g_param_spec_uint("readers", "Readers",
                            "Number of attached readers when the newest frame was published; "
                            "changes are notified",
                            0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
          G_STRUCT_OFFSET(GstTriptychSink, readers) },
        { gst_triptych_counter_spec("zero-copy-frames", "Zero-copy frames",
                                    "Frames that upstream wrote directly into a slot"),
          G_STRUCT_OFFSET(GstTriptychSink, in_place) },
        { gst_triptych_counter_spec("copied-frames", "Copied frames",
                                    "Frames in other memory, copied into a slot"),
          G_STRUCT_OFFSET(GstTriptychSink, copied) },
        { gst_triptych_counter_spec("dropped-frames", "Dropped frames",
                                    "Frames dropped because no slot was free"),
          G_STRUCT_OFFSET(GstTriptychSink, dropped) },
    };
    gst_triptych_install_properties(object, properties, G_N_ELEMENTS(properties));
}

static void gst_triptych_sink_class_init(GstTriptychSinkClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    GstBaseSinkClass *base = GST_BASE_SINK_CLASS(klass);
    object->finalize = gst_triptych_sink_finalize;
    install_properties(object);
    gst_triptych_reader_watch_install(object);

    gst_element_class_set_static_metadata(
        element, "triptych sink", "Sink/Video",
        "Shares live video with any number of processes through System V shared memory; also "
        "late frames, unless max-lateness is set",
        "the triptych authors");
    base->start = gst_triptych_sink_start;
    base->stop = gst_triptych_sink_stop;
    base->preroll = gst_triptych_sink_preroll;
    base->unlock = gst_triptych_sink_unlock;
    base->unlock_stop = gst_triptych_sink_unlock_stop;
    GST_VIDEO_SINK_CLASS(klass)->show_frame = gst_triptych_sink_show_frame;
}
