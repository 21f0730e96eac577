/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include "logging.h"
#include "videocaps.h"

#define GST_CAT_DEFAULT gst_triptych_debug
#define SLOTS_RESERVED  2 // for copied frames: the newest and the next

struct _GstTriptychPool {
    GstBufferPool parent;
    GstTriptychWriter *writer;
    struct tri_video video;
    GstVideoInfo info;
};

G_DEFINE_TYPE(GstTriptychPool, gst_triptych_pool, GST_TYPE_BUFFER_POOL)

/** Attached to a GstMemory that is a slot. */
struct slot_memory {
    GstTriptychWriter *writer;
    struct tri_draft draft;
    gconstpointer segment; // address of its first slot; changes when the stream moves
    gboolean published;
};

static GQuark slot_quark; // set with the first writer: a sink may never have a pool

GstTriptychWriter *gst_triptych_writer_new(tri_writer *writer, guint slots)
{
    GstTriptychWriter *shared = g_atomic_rc_box_new0(GstTriptychWriter);
    slot_quark = g_quark_from_static_string("triptych-slot");
    g_mutex_init(&shared->lock);
    shared->writer = writer;
    shared->slots = slots;
    return shared;
}

static void clear_writer(gpointer data)
{
    g_mutex_clear(&((GstTriptychWriter *)data)->lock);
}

void gst_triptych_writer_unref(GstTriptychWriter *writer)
{
    g_atomic_rc_box_release_full(writer, clear_writer);
}

/** Returns the slot to the writer after its memory's last use. Any thread. */
static void free_slot(gpointer data)
{
    struct slot_memory *slot = data;
    g_mutex_lock(&slot->writer->lock);
    tri_writer_cancel(slot->writer->writer, &slot->draft);
    slot->writer->in_use--;
    g_mutex_unlock(&slot->writer->lock);
    gst_triptych_writer_unref(slot->writer);
    g_free(slot);
}

/** Moves the planes of a draft to the offsets and strides of `info`. */
static void place_planes(struct tri_draft *draft, const GstVideoInfo *info)
{
    guint8 *start = draft->data[0] - draft->shape.plane[0].offset;
    for (guint32 p = 0; p < draft->shape.planes; p++) {
        struct tri_plane *plane = &draft->shape.plane[p];
        plane->offset = info->offset[p];
        plane->stride = (guint32)info->stride[p];
        plane->bytes = (guint64)plane->stride * (plane->rows - 1) + plane->row_bytes;
        draft->data[p] = start + plane->offset;
    }
    draft->shape.bytes = info->size;
}

/** Returns an address that differs between a segment and its successor. */
static gconstpointer first_slot(const GstTriptychWriter *shared)
{
    uint64_t bytes;
    return tri_writer_slot(shared->writer, 0, &bytes);
}

static gboolean may_give_slot(const GstTriptychWriter *shared)
{
    return shared->in_use < MAX(shared->slots - SLOTS_RESERVED, GST_TRIPTYCH_POOL_BUFFERS);
}

/** Begins a draft in a free slot. @return FALSE if upstream can have none */
static gboolean begin(GstTriptychPool *self, struct slot_memory *slot)
{
    struct tri_video video = self->video;
    for (guint p = 0; p < GST_VIDEO_INFO_N_PLANES(&self->info); p++)
        video.stride[p] = (guint32)self->info.stride[p];

    GstTriptychWriter *shared = self->writer;
    enum tri_err err = TRI_ERR_NO_SLOT;
    g_mutex_lock(&shared->lock);
    if (shared->writer && may_give_slot(shared)) {
        tri_writer_reserve(shared->writer, self->info.size);
        err = tri_writer_try_begin(shared->writer, &video, &slot->draft);
        slot->segment = first_slot(shared);
        shared->in_use += err == TRI_OK;
    }
    g_mutex_unlock(&shared->lock);
    if (err != TRI_OK)
        GST_DEBUG_OBJECT(self, "no slot for upstream: %s", tri_strerror(err));
    return err == TRI_OK;
}

static GstMemory *slot_memory_new(GstTriptychPool *self)
{
    struct slot_memory *slot = g_new0(struct slot_memory, 1);
    if (!begin(self, slot)) {
        g_free(slot);
        return NULL;
    }
    guint8 *start = slot->draft.data[0] - slot->draft.shape.plane[0].offset;
    place_planes(&slot->draft, &self->info);
    slot->writer = g_atomic_rc_box_acquire(self->writer);
    GstMemory *memory =
        gst_memory_new_wrapped(0, start, self->info.size, 0, self->info.size, slot, free_slot);
    gst_mini_object_set_qdata(GST_MINI_OBJECT(memory), slot_quark, slot, NULL);
    return memory;
}

static GstFlowReturn gst_triptych_pool_acquire(GstBufferPool *pool, GstBuffer **out,
                                               GstBufferPoolAcquireParams *params)
{
    GstTriptychPool *self = GST_TRIPTYCH_POOL(pool);
    (void)params;
    if (GST_BUFFER_POOL_IS_FLUSHING(pool))
        return GST_FLOW_FLUSHING;

    GstMemory *memory = slot_memory_new(self);
    if (!memory) // the sink copies this one
        memory = gst_allocator_alloc(NULL, self->info.size, NULL);
    GstBuffer *buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, memory);
    gst_buffer_add_video_meta_full(
        buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&self->info),
        (guint)GST_VIDEO_INFO_WIDTH(&self->info), (guint)GST_VIDEO_INFO_HEIGHT(&self->info),
        GST_VIDEO_INFO_N_PLANES(&self->info), self->info.offset, self->info.stride);
    *out = buffer;
    return GST_FLOW_OK;
}

/** Frees the buffer: the next one uses whichever slot is free then. */
static void gst_triptych_pool_release(GstBufferPool *pool, GstBuffer *buffer)
{
    (void)pool;
    gst_buffer_unref(buffer);
}

static gboolean gst_triptych_pool_start(GstBufferPool *pool)
{
    (void)pool;
    return TRUE; // nothing to allocate
}

static const gchar **gst_triptych_pool_get_options(GstBufferPool *pool)
{
    static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };
    (void)pool;
    return options;
}

static gboolean gst_triptych_pool_set_config(GstBufferPool *pool, GstStructure *config)
{
    GstTriptychPool *self = GST_TRIPTYCH_POOL(pool);
    GstCaps *caps;
    guint size;
    guint min;
    guint max;
    if (!gst_buffer_pool_config_get_params(config, &caps, &size, &min, &max) || !caps ||
        !gst_triptych_parse_caps(caps, &self->video, &self->info) ||
        !gst_triptych_is_raw(&self->info))
        return FALSE;

    gst_buffer_pool_config_set_params(config, caps, (guint)self->info.size, min, 0);
    return GST_BUFFER_POOL_CLASS(gst_triptych_pool_parent_class)->set_config(pool, config);
}

static void gst_triptych_pool_finalize(GObject *object)
{
    gst_triptych_writer_unref(GST_TRIPTYCH_POOL(object)->writer);
    G_OBJECT_CLASS(gst_triptych_pool_parent_class)->finalize(object);
}

static void gst_triptych_pool_init(GstTriptychPool *self)
{
    (void)self;
}

static void gst_triptych_pool_class_init(GstTriptychPoolClass *klass)
{
    GstBufferPoolClass *pool = GST_BUFFER_POOL_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = gst_triptych_pool_finalize;
    pool->get_options = gst_triptych_pool_get_options;
    pool->set_config = gst_triptych_pool_set_config;
    pool->start = gst_triptych_pool_start;
    pool->acquire_buffer = gst_triptych_pool_acquire;
    pool->release_buffer = gst_triptych_pool_release;
}

GstBufferPool *gst_triptych_pool_new(GstTriptychWriter *writer)
{
    GstTriptychPool *self = g_object_new(GST_TYPE_TRIPTYCH_POOL, NULL);
    gst_object_ref_sink(self);
    self->writer = g_atomic_rc_box_acquire(writer);
    return GST_BUFFER_POOL(self);
}

struct tri_draft *gst_triptych_pool_publish(GstTriptychWriter *writer, GstBuffer *buffer)
{
    if (gst_buffer_n_memory(buffer) != 1)
        return NULL;
    GstMemory *memory = gst_buffer_peek_memory(buffer, 0);
    struct slot_memory *slot = gst_mini_object_get_qdata(GST_MINI_OBJECT(memory), slot_quark);
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    if (!slot || slot->writer != writer || slot->published || !meta || memory->offset != 0 ||
        slot->segment != first_slot(writer))
        return NULL;
    for (guint p = 0; p < meta->n_planes; p++) {
        if (meta->offset[p] != slot->draft.shape.plane[p].offset ||
            meta->stride[p] != (gint)slot->draft.shape.plane[p].stride)
            return NULL; // cropped or moved
    }
    slot->published = TRUE;
    return &slot->draft;
}
