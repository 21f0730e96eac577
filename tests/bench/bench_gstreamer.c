/* SPDX-License-Identifier: MIT */
/* A peer: GStreamer's shmsink and shmsrc at their best, frames drawn straight into the sink's own
 * shared memory, the newest one kept for a reader that is late. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#define PLACES   6    // frames that the sink's shared memory has room for
#define TRIES    5000 // to find the sink, a millisecond each
#define CAPS     "video/x-raw"
#define TEXT_MAX 512

static char path[64]; // of the sink's socket
static size_t bytes;
static GstElement *pipeline;
static GstAppSrc *source;
static GstAppSink *sink;
static GstAllocator *allocator;
static GstBuffer *buffer;
static GstSample *sample;
static GstMapInfo map;

static GstElement *start(const char *text, const char *end)
{
    GError *error = NULL;
    gst_init(NULL, NULL);
    pipeline = gst_parse_launch(text, &error);
    bench_need(pipeline && !error, "gst_parse_launch");
    return gst_bin_get_by_name(GST_BIN(pipeline), end);
}

static void stop(void)
{
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

static void prepare(const struct bench_setup *setup)
{
    bytes = setup->shape.bytes;
    snprintf(path, sizeof(path), "/tmp/%s.socket", setup->name);
}

/** Asks the sink for its allocator, which serves from the memory it shares. */
static void find_allocator(void)
{
    GstCaps *caps = gst_caps_from_string(CAPS);
    GstQuery *query = gst_query_new_allocation(caps, TRUE);
    GstPad *pad = gst_element_get_static_pad(GST_ELEMENT(source), "src");
    if (gst_pad_peer_query(pad, query) && gst_query_get_n_allocation_params(query) > 0)
        gst_query_parse_nth_allocation_param(query, 0, &allocator, NULL);
    gst_object_unref(pad);
    gst_query_unref(query);
    gst_caps_unref(caps);
    errno = 0;
    bench_need(allocator != NULL, "shmsink offers no memory");
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
    char text[TEXT_MAX];
    snprintf(text, sizeof(text),
             "appsrc name=end caps=" CAPS " block=true max-buffers=1 ! shmsink socket-path=%s "
             "shm-size=%zu wait-for-connection=false sync=false",
             path, (bytes + 4096) * PLACES);
    source = GST_APP_SRC(start(text, "end"));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    find_allocator();
}

static uint8_t *begin(void)
{
    GstMemory *memory = NULL;
    for (int i = 0; !memory && i < TRIES; i++) {
        memory = gst_allocator_alloc(allocator, bytes, NULL);
        if (!memory)
            g_usleep(1000); // all places are in use
    }
    bench_need(memory != NULL, "gst_allocator_alloc");
    buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, memory);
    bench_need(gst_buffer_map(buffer, &map, GST_MAP_WRITE), "gst_buffer_map");
    return map.data;
}

static void publish(void)
{
    gst_buffer_unmap(buffer, &map);
    bench_need(gst_app_src_push_buffer(source, buffer) == GST_FLOW_OK, "gst_app_src_push_buffer");
}

static void write_close(void)
{
    gst_object_unref(allocator);
    gst_object_unref(source);
    stop();
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    (void)reader;
    for (int i = 0; access(path, F_OK) != 0 && i < TRIES; i++)
        g_usleep(1000);
    char text[TEXT_MAX];
    snprintf(text, sizeof(text),
             "shmsrc socket-path=%s is-live=true ! appsink name=end sync=false drop=true "
             "max-buffers=1",
             path);
    sink = GST_APP_SINK(start(text, "end"));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
}

static const uint8_t *take(void)
{
    sample = gst_app_sink_pull_sample(sink);
    errno = 0;
    bench_need(sample != NULL, "gst_app_sink_pull_sample");
    bench_need(gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ), "gst_buffer_map");
    return map.data;
}

static bool done(void)
{
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    gst_sample_unref(sample);
    return true;
}

static void read_close(void)
{
    gst_object_unref(sink);
    stop();
}

const struct bench_way bench_gstreamer = {
    .name = "gstreamer-shm",
    .summary = "peer: GStreamer's shmsink and shmsrc, frames drawn into its shared memory",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .write_close = write_close,
    .read_open = read_open,
    .take = take,
    .done = done,
    .read_close = read_close,
};
