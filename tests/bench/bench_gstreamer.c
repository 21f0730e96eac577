/* SPDX-License-Identifier: MIT */
/* A peer: GStreamer's shmsink and shmsrc at their best. The writer's thread draws frames directly
 * into the sink's shared memory and pushes them. The reader uses them in shmsrc's streaming thread:
 * no other thread, appsink or triptych element takes part. */
#include "bench.h"

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

#include <gst/gst.h>

#define PLACES   6    // capacity of the sink's shared memory in frames
#define TRIES    5000 // to find the sink, a millisecond each
#define CAPS     "video/x-raw"
#define TEXT_MAX 512

static char path[64]; // of the sink's socket
static size_t bytes;
static GstElement *pipeline; // the writer's: shmsink alone
static GstPad *pad;          // our source pad, linked to it
static GstAllocator *allocator;
static GstBuffer *buffer;
static GstMapInfo map;
static bool (*use)(const uint8_t *frame,
                   int64_t arrived_ns); // the reader's callback; false: no more
static sem_t ended;

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

/** Sends caps, and queries the sink for its allocator, which allocates from the shared memory. */
static void begin_stream(void)
{
    GstCaps *caps = gst_caps_from_string(CAPS);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad, gst_event_new_stream_start("bench"));
    gst_pad_push_event(pad, gst_event_new_caps(caps));
    gst_pad_push_event(pad, gst_event_new_segment(&segment));

    GstQuery *query = gst_query_new_allocation(caps, TRUE);
    if (gst_pad_peer_query(pad, query) && gst_query_get_n_allocation_params(query) > 0)
        gst_query_parse_nth_allocation_param(query, 0, &allocator, NULL);
    gst_query_unref(query);
    gst_caps_unref(caps);
    errno = 0;
    bench_need(allocator != NULL, "shmsink offers no memory");
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
    gst_init(NULL, NULL);
    pipeline = gst_element_factory_make("shmsink", NULL);
    errno = 0;
    bench_need(pipeline != NULL, "shmsink");
    g_object_set(pipeline, "socket-path", path, "shm-size", (guint)((bytes + 4096) * PLACES),
                 "wait-for-connection", FALSE, "sync", FALSE, NULL);
    pad = gst_pad_new("src", GST_PAD_SRC);
    GstPad *inlet = gst_element_get_static_pad(pipeline, "sink");
    gst_pad_set_active(pad, TRUE);
    bench_need(gst_pad_link(pad, inlet) == GST_PAD_LINK_OK, "gst_pad_link");
    gst_object_unref(inlet);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    begin_stream();
}

static uint8_t *begin(void)
{
    GstMemory *memory = NULL;
    for (int i = 0; !memory && i < TRIES; i++) {
        memory = gst_allocator_alloc(allocator, bytes, NULL);
        if (!memory)
            g_usleep(1000); // all frames are in use
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
    bench_need(gst_pad_push(pad, buffer) == GST_FLOW_OK, "gst_pad_push");
}

static void write_close(void)
{
    gst_object_unref(allocator);
    gst_pad_set_active(pad, FALSE);
    stop();
    gst_object_unref(pad);
}

/** Uses a frame in shmsrc's streaming thread. */
static GstPadProbeReturn use_buffer(GstPad *inlet, GstPadProbeInfo *info, gpointer user)
{
    (void)inlet;
    (void)user;
    const int64_t arrived_ns = tri_now_ns();
    GstBuffer *frame = GST_PAD_PROBE_INFO_BUFFER(info);
    if (use && gst_buffer_map(frame, &map, GST_MAP_READ)) {
        const bool more = use(map.data, arrived_ns);
        gst_buffer_unmap(frame, &map);
        if (!more) {
            use = NULL;
            sem_post(&ended);
        }
    }
    return GST_PAD_PROBE_OK;
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    (void)reader;
    for (int i = 0; access(path, F_OK) != 0 && i < TRIES; i++)
        g_usleep(1000);
    char text[TEXT_MAX];
    snprintf(text, sizeof(text),
             "shmsrc socket-path=%s is-live=true ! fakesink name=end sync=false "
             "enable-last-sample=false",
             path);
    gst_init(NULL, NULL);
    pipeline = gst_parse_launch(text, NULL);
    errno = 0;
    bench_need(pipeline != NULL, "gst_parse_launch");
    bench_need(sem_init(&ended, 0, 0) == 0, "sem_init");
}

static void serve(bool (*of)(const uint8_t *frame, int64_t arrived_ns))
{
    use = of;
    GstElement *end = gst_bin_get_by_name(GST_BIN(pipeline), "end");
    GstPad *inlet = gst_element_get_static_pad(end, "sink");
    gst_pad_add_probe(inlet, GST_PAD_PROBE_TYPE_BUFFER, use_buffer, NULL, NULL);
    gst_object_unref(inlet);
    gst_object_unref(end);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    while (sem_wait(&ended) != 0)
        continue;
}

static bool done(void)
{
    return true;
}

static void read_close(void)
{
    stop();
}

const struct bench_transport bench_gstreamer = {
    .name = "gstreamer-shm",
    .summary = "peer: GStreamer's shmsink and shmsrc, frames drawn into its shared memory",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .write_close = write_close,
    .read_open = read_open,
    .serve = serve,
    .done = done,
    .read_close = read_close,
};
