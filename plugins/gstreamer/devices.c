/* SPDX-License-Identifier: MIT */
#include "devices.h"

#include "videocaps.h"

#include <triptych/stream.h>

#define POLL_INTERVAL_US (G_USEC_PER_SEC / 2) // the kernel sends no event for new segments

struct _GstTriptychDevice {
    GstDevice parent;
    gchar *stream;
};

struct _GstTriptychDeviceProvider {
    GstDeviceProvider parent;
    GThread *thread;
    GMutex lock;
    GCond stop;
    gboolean stopping;
};

G_DEFINE_TYPE(GstTriptychDevice, gst_triptych_device, GST_TYPE_DEVICE)
G_DEFINE_TYPE(GstTriptychDeviceProvider, gst_triptych_device_provider, GST_TYPE_DEVICE_PROVIDER)

static GstElement *gst_triptych_device_create_element(GstDevice *device, const gchar *name)
{
    GstElement *element = gst_element_factory_make("triptychsrc", name);
    if (element)
        g_object_set(element, "stream", GST_TRIPTYCH_DEVICE(device)->stream, NULL);
    return element;
}

static gboolean gst_triptych_device_reconfigure(GstDevice *device, GstElement *element)
{
    g_object_set(element, "stream", GST_TRIPTYCH_DEVICE(device)->stream, NULL);
    return TRUE;
}

static void gst_triptych_device_finalize(GObject *object)
{
    g_free(GST_TRIPTYCH_DEVICE(object)->stream);
    G_OBJECT_CLASS(gst_triptych_device_parent_class)->finalize(object);
}

static void gst_triptych_device_init(GstTriptychDevice *self)
{
    (void)self;
}

static void gst_triptych_device_class_init(GstTriptychDeviceClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = gst_triptych_device_finalize;
    GST_DEVICE_CLASS(klass)->create_element = gst_triptych_device_create_element;
    GST_DEVICE_CLASS(klass)->reconfigure_element = gst_triptych_device_reconfigure;
}

/** Makes a device for a live stream: floating; NULL if it cannot be read. */
static GstDevice *device_of(const struct tri_stream *stream)
{
    if (stream->state != TRI_STREAM_LIVE || !stream->has_frame)
        return NULL;
    GstCaps *caps = gst_triptych_make_caps(&stream->newest.video);
    if (!caps)
        return NULL;
    GstStructure *properties = gst_structure_new(
        "properties", "device.api", G_TYPE_STRING, "triptych", "triptych.stream", G_TYPE_STRING,
        stream->name, "triptych.source", G_TYPE_STRING, stream->source, "triptych.writer-pid",
        G_TYPE_INT, (gint)stream->writer_pid, NULL);
    gchar *title = g_strdup_printf("triptych stream %s", stream->name);
    GstTriptychDevice *device =
        g_object_new(GST_TYPE_TRIPTYCH_DEVICE, "display-name", title, "device-class",
                     "Source/Video", "caps", caps, "properties", properties, NULL);
    device->stream = g_strdup(stream->name);
    g_free(title);
    gst_structure_free(properties);
    gst_caps_unref(caps);
    return GST_DEVICE(device);
}

static GList *gst_triptych_device_provider_probe(GstDeviceProvider *provider)
{
    (void)provider;
    GList *devices = NULL;
    tri_stream_list *streams;
    if (tri_stream_list_open(&streams) != TRI_OK)
        return NULL;
    const struct tri_stream *stream;
    for (size_t i = 0; (stream = tri_stream_list_at(streams, i)); i++) {
        GstDevice *device = device_of(stream);
        if (device)
            devices = g_list_prepend(devices, device);
    }
    tri_stream_list_close(&streams);
    return g_list_reverse(devices);
}

static gint same_stream(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(((const GstTriptychDevice *)a)->stream,
                     ((const GstTriptychDevice *)b)->stream);
}

/** Returns whether caps and properties of two devices are equal. */
static gboolean same_device(GstDevice *a, GstDevice *b)
{
    GstCaps *caps[] = { gst_device_get_caps(a), gst_device_get_caps(b) };
    GstStructure *properties[] = { gst_device_get_properties(a), gst_device_get_properties(b) };
    const gboolean same =
        gst_caps_is_equal(caps[0], caps[1]) && gst_structure_is_equal(properties[0], properties[1]);
    for (int i = 0; i < 2; i++) {
        gst_caps_unref(caps[i]);
        gst_structure_free(properties[i]);
    }
    return same;
}

/** Updates the list of devices from the kernel's table. */
static void update(GstDeviceProvider *provider)
{
    GList *now = gst_triptych_device_provider_probe(provider);
    // gst_device_provider_get_devices() takes the lock that is held when start() is called.
    GST_OBJECT_LOCK(provider);
    GList *known = g_list_copy(provider->devices);
    g_list_foreach(known, (GFunc)(void (*)(void))gst_object_ref, NULL);
    GST_OBJECT_UNLOCK(provider);
    for (GList *d = known; d; d = d->next) {
        if (!g_list_find_custom(now, d->data, same_stream))
            gst_device_provider_device_remove(provider, d->data);
    }
    for (GList *d = now; d; d = d->next) {
        GList *before = g_list_find_custom(known, d->data, same_stream);
        if (!before)
            gst_device_provider_device_add(provider, d->data);
        else if (same_device(before->data, d->data))
            gst_object_unref(gst_object_ref_sink(d->data));
        else
            gst_device_provider_device_changed(provider, d->data, before->data);
    }
    g_list_free_full(known, gst_object_unref);
    g_list_free(now);
}

static gpointer watch(gpointer data)
{
    GstTriptychDeviceProvider *self = data;
    g_mutex_lock(&self->lock);
    while (!self->stopping) {
        const gint64 until = g_get_monotonic_time() + POLL_INTERVAL_US;
        while (!self->stopping && g_cond_wait_until(&self->stop, &self->lock, until))
            ;
        g_mutex_unlock(&self->lock);
        update(GST_DEVICE_PROVIDER(self));
        g_mutex_lock(&self->lock);
    }
    g_mutex_unlock(&self->lock);
    return NULL;
}

static gboolean gst_triptych_device_provider_start(GstDeviceProvider *provider)
{
    GstTriptychDeviceProvider *self = GST_TRIPTYCH_DEVICE_PROVIDER(provider);
    update(provider); // existing streams are known when start() returns
    self->stopping = FALSE;
    self->thread = g_thread_new("triptych-devices", watch, self);
    return TRUE;
}

static void gst_triptych_device_provider_stop(GstDeviceProvider *provider)
{
    GstTriptychDeviceProvider *self = GST_TRIPTYCH_DEVICE_PROVIDER(provider);
    g_mutex_lock(&self->lock);
    self->stopping = TRUE;
    g_cond_signal(&self->stop);
    g_mutex_unlock(&self->lock);
    g_thread_join(self->thread);
    self->thread = NULL;
}

static void gst_triptych_device_provider_finalize(GObject *object)
{
    g_mutex_clear(&GST_TRIPTYCH_DEVICE_PROVIDER(object)->lock);
    g_cond_clear(&GST_TRIPTYCH_DEVICE_PROVIDER(object)->stop);
    G_OBJECT_CLASS(gst_triptych_device_provider_parent_class)->finalize(object);
}

static void gst_triptych_device_provider_init(GstTriptychDeviceProvider *self)
{
    g_mutex_init(&self->lock);
    g_cond_init(&self->stop);
}

static void gst_triptych_device_provider_class_init(GstTriptychDeviceProviderClass *klass)
{
    GstDeviceProviderClass *provider = GST_DEVICE_PROVIDER_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = gst_triptych_device_provider_finalize;
    provider->probe = gst_triptych_device_provider_probe;
    provider->start = gst_triptych_device_provider_start;
    provider->stop = gst_triptych_device_provider_stop;
    gst_device_provider_class_set_static_metadata(
        provider, "triptych device provider", "Source/Video",
        "Lists the video streams in System V shared memory", "the triptych authors");
}
