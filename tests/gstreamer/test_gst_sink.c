/* SPDX-License-Identifier: MIT */
/* triptychsink's events, queries and allocation: alone, under a pad of the test. */
#include "gst_harness.h"

#include <sys/wait.h>

#define SLOTS 8 // default of a sink

/** A sink with caps for grey frames, 48 rows of `width` bytes. */
static GstHarness *sink(int width)
{
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(h, harness_grey(width));
    return h;
}

static GstBuffer *buffer_of(GstBufferPool *pool)
{
    GstBuffer *buffer;
    assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
    return buffer;
}

/** Pushes a frame of one brightness, in memory offered by the sink. */
static GstFlowReturn push(GstHarness *h, int width, guint8 brightness, GstClockTime pts)
{
    GstBuffer *buffer = harness_offered(h, width);
    gst_buffer_memset(buffer, 0, brightness, (gsize)width * 48);
    GST_BUFFER_PTS(buffer) = pts;
    return gst_harness_push(h, buffer);
}

/** Opens a reader and takes the newest frame. */
static tri_reader *reader_of(struct tri_frame *frame)
{
    tri_reader *reader;
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, frame, 10000), TRI_OK);
    return reader;
}

static void assert_newest_picture(uint32_t width, uint8_t brightness)
{
    struct tri_frame frame = { 0 };
    tri_reader *reader = reader_of(&frame);
    assert_int_equal(frame.info.video.width, width);
    assert_int_equal(*(const uint8_t *)frame.data[0], brightness);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
}

static gboolean stream_exists(void)
{
    struct tri_stream stream;
    return tri_stream_find(pipes_stream(), &stream) == TRI_OK;
}

static void sink_offers_its_slots_and_publishes_them(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstBuffer *buffer = harness_offered(h, 64);
    assert_true(harness_in_segment(buffer, TRUE));
    gst_buffer_memset(buffer, 0, 9, (gsize)64 * 48);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);

    assert_newest_picture(64, 9);
    assert_int_equal(harness_figure(h, "zero-copy-frames"), 1);
    assert_int_equal(harness_figure(h, "copied-frames"), 0);
    harness_end(h);
}

static void sink_copies_foreign_memory_once(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)64 * 48, NULL);
    gst_buffer_memset(buffer, 0, 8, (gsize)64 * 48);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);

    assert_newest_picture(64, 8);
    assert_int_equal(harness_figure(h, "zero-copy-frames"), 0);
    assert_int_equal(harness_figure(h, "copied-frames"), 1);
    harness_end(h);
}

static void sink_cycles_few_slots_or_all_by_property(void **state)
{
    (void)state;
    const guint history[] = { 2, 0 };
    const guint in_turn[] = { 3, SLOTS }; // the two that are kept, and the one in use
    for (gsize i = 0; i < G_N_ELEMENTS(history); i++) {
        GstHarness *h = harness_of("triptychsink");
        gst_element_set_state(h->element, GST_STATE_NULL);
        g_object_set(h->element, "history", history[i], NULL);
        gst_harness_play(h);
        gst_harness_set_src_caps(h, harness_grey(64));
        GHashTable *places = g_hash_table_new(NULL, NULL);
        for (int n = 0; n < 20; n++) {
            GstBuffer *buffer = harness_offered(h, 64);
            GstMapInfo map;
            assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
            g_hash_table_add(places, map.data);
            gst_buffer_unmap(buffer, &map);
            GST_BUFFER_PTS(buffer) = 0;
            assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
        }
        assert_int_equal(g_hash_table_size(places), in_turn[i]);
        g_hash_table_destroy(places);
        harness_end(h);
    }
}

static void published_frame_leaves_its_slot_to_upstream(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstBufferPool *pool = harness_pool(h, 64);
    GstBuffer *published = buffer_of(pool);
    GST_BUFFER_PTS(published) = 0;
    assert_int_equal(gst_harness_push(h, published), GST_FLOW_OK);

    GstBuffer *at_work[SLOTS - 2]; // the newest frame and one that is copied need the others
    for (gsize i = 0; i < G_N_ELEMENTS(at_work); i++) {
        at_work[i] = buffer_of(pool);
        assert_true(harness_in_segment(at_work[i], TRUE));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(at_work); i++)
        gst_buffer_unref(at_work[i]);
    gst_object_unref(pool);
    harness_end(h);
}

/** Queries the memory that the sink offers for `caps`. @return whether it answered. */
static gboolean query_memory(GstHarness *h, GstCaps *caps, gboolean need_pool, guint *size)
{
    GstQuery *query = gst_query_new_allocation(caps, need_pool);
    gst_caps_unref(caps);
    const gboolean answered = gst_pad_peer_query(h->srcpad, query);
    *size = 0;
    if (answered && gst_query_get_n_allocation_pools(query) == 1) {
        GstBufferPool *pool;
        guint min;
        gst_query_parse_nth_allocation_pool(query, 0, &pool, size, &min, NULL);
        assert_int_equal(pool != NULL, need_pool);
        assert_true(min >= 2);
        if (pool)
            gst_object_unref(pool);
    }
    assert_false(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL));
    gst_query_unref(query);
    return answered;
}

static void sink_offers_memory_for_frames_of_known_size(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    guint size;
    assert_true(query_memory(h, harness_grey(64), TRUE, &size));
    assert_int_equal(size, 64 * 48);
    assert_true(query_memory(h, harness_grey(128), FALSE, &size));
    assert_int_equal(size, 128 * 48);
    assert_true(query_memory(
        h, gst_caps_from_string("image/jpeg,width=64,height=48,framerate=30/1"), TRUE, &size));
    assert_int_equal(size, 0);
    assert_false(query_memory(h, gst_caps_from_string("audio/x-raw"), TRUE, &size));
    harness_end(h);
}

static void sink_accepts_formats_that_a_stream_can_have(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstCaps *no_format = gst_caps_from_string("video/x-raw,format=v216,width=64,height=48");
    GstCaps *fine = harness_grey(64);
    assert_true(gst_pad_peer_query_accept_caps(h->srcpad, fine));
    assert_false(gst_pad_peer_query_accept_caps(h->srcpad, no_format));
    GstBuffer *buffer = harness_offered(h, 64);
    gst_harness_push_event(h, gst_event_new_caps(no_format)); // handled at the next push
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_NOT_NEGOTIATED);
    gst_harness_push_event(h, gst_event_new_caps(fine));
    gst_caps_unref(no_format);
    gst_caps_unref(fine);

    assert_int_equal(push(h, 64, 3, 0), GST_FLOW_OK);
    assert_newest_picture(64, 3);
    harness_end(h);
}

static void jpeg_of_any_size_is_published_whole(void **state)
{
    (void)state;
    const gsize sizes[] = { 1000, 300000, 2000 }; // slots begin with 64 KiB
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(h,
                             gst_caps_from_string("image/jpeg,width=64,height=48,framerate=30/1"));
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, sizes[i], NULL);
        gst_buffer_memset(buffer, 0, (guint8)i, sizes[i]);
        GST_BUFFER_PTS(buffer) = 0;
        assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
        assert_int_equal(tri_reader_acquire(reader, &frame, 10000), TRI_OK);
        assert_int_equal(frame.info.bytes_used, sizes[i]);
        assert_int_equal(frame.data[0][sizes[i] - 1], i);
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    harness_end(h);
}

static void count_notify(GObject *sink, GParamSpec *spec, gpointer notified)
{
    (void)sink;
    (void)spec;
    (*(guint *)notified)++;
}

static void sink_notifies_changes_of_the_number_of_readers(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    guint notified = 0;
    guint readers;
    g_signal_connect(h->element, "notify::readers", G_CALLBACK(count_notify), &notified);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_int_equal(notified, 0);

    struct tri_frame frame = { 0 };
    tri_reader *reader = reader_of(&frame);
    for (int i = 0; i < 2; i++)
        assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    g_object_get(h->element, "readers", &readers, NULL);
    assert_int_equal(readers, 1);
    assert_int_equal(notified, 1);

    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_int_equal(notified, 2);
    harness_end(h);
}

static void sink_that_stopped_has_no_readers(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    guint readers;
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    struct tri_frame frame = { 0 };
    tri_reader *reader = reader_of(&frame);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    g_object_get(h->element, "readers", &readers, NULL);
    assert_int_equal(readers, 1);

    gst_element_set_state(h->element, GST_STATE_NULL);
    g_object_get(h->element, "readers", &readers, NULL);
    assert_int_equal(readers, 0);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    harness_end(h);
}

static void sink_opens_no_more_slots_than_slots_max(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsink");
    gst_element_set_state(h->element, GST_STATE_NULL);
    g_object_set(h->element, "slots-max", 4, NULL);
    gst_element_set_state(h->element, GST_STATE_PLAYING);
    gst_harness_set_src_caps(h, harness_grey(64));
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(pipes_stream(), &stream), TRI_OK);
    assert_int_equal(stream.slots_max, 4);
    harness_end(h);
}

/** Set by handlers of signals, in a thread of the element. */
static struct {
    gint attached; // atomic
    gint detached;
    gint pid;
    gchar name[32];
} signalled;

static void on_attached(GstElement *sink, gint pid, const gchar *name)
{
    (void)sink;
    signalled.pid = pid;
    g_strlcpy(signalled.name, name, sizeof(signalled.name));
    g_atomic_int_inc(&signalled.attached);
}

static void on_detached(GstElement *sink, gint pid, const gchar *name)
{
    (void)sink;
    (void)name;
    assert_int_equal(pid, signalled.pid);
    g_atomic_int_inc(&signalled.detached);
}

/** Starts a process that reads a frame, at once or after a byte in the pipe, and ends when the pipe
 *  closes. */
static pid_t start_reader(int pipe_fd[2], bool at_once)
{
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(pipe(pipe_fd), 0);
    const pid_t pid = fork();
    if (pid != 0) {
        close(pipe_fd[0]);
        return pid;
    }
    close(pipe_fd[1]);
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    char end;
    if ((!at_once && read(pipe_fd[0], &end, 1) != 1) ||
        tri_reader_open(&reader, &options) != TRI_OK ||
        tri_reader_acquire(reader, &frame, 60000) != TRI_OK)
        _exit(1);
    _exit(read(pipe_fd[0], &end, 1) != 0);
}

// NOLINTNEXTLINE(readability-non-const-parameter): g_atomic_int_get() casts const away
static void push_until(GstHarness *h, gint *count, gint least)
{
    for (int i = 0; g_atomic_int_get(count) < least; i++) {
        assert_true(i < 600);
        assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
        g_usleep(10000);
    }
}

static void sink_signals_pid_and_name_of_each_reader(void **state)
{
    (void)state;
    int pipe_fd[2];
    memset(&signalled, 0, sizeof(signalled));
    const pid_t pid =
        start_reader(pipe_fd, true); // before there is a segment that it could inherit
    GstHarness *h = sink(64);
    g_signal_connect(h->element, "reader-attached", G_CALLBACK(on_attached), NULL);
    g_signal_connect(h->element, "reader-detached", G_CALLBACK(on_detached), NULL);
    push_until(h, &signalled.attached, 1);
    assert_int_equal(signalled.pid, pid);
    assert_string_equal(signalled.name, "test_gst_sink");
    assert_int_equal(signalled.detached, 0);

    close(pipe_fd[1]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    push_until(h, &signalled.detached, 1);
    assert_int_equal(signalled.attached, 1);
    harness_end(h);
}

/** Waits until one reader beside the writer has the segment attached. */
static void await_one_reader(void)
{
    struct tri_stream stream = { .attached = 0 };
    for (int i = 0; stream.attached != 2; i++) {
        assert_true(i < 6000);
        g_usleep(10000);
        assert_int_equal(tri_stream_find(pipes_stream(), &stream), TRI_OK);
    }
}

static void sink_signals_readers_that_change_places_between_two_frames(void **state)
{
    (void)state;
    int first_fd[2];
    int second_fd[2];
    memset(&signalled, 0, sizeof(signalled));
    const pid_t second = start_reader(second_fd, false); // must not inherit the pipe of the first
    const pid_t first = start_reader(first_fd, true);
    GstHarness *h = sink(64);
    g_signal_connect(h->element, "reader-attached", G_CALLBACK(on_attached), NULL);
    g_signal_connect(h->element, "reader-detached", G_CALLBACK(on_detached), NULL);
    push_until(h, &signalled.attached, 1);
    assert_int_equal(signalled.pid, first);
    await_one_reader();
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK); // the sink knows this number

    int status;
    close(first_fd[1]);
    assert_int_equal(waitpid(first, &status, 0), first);
    assert_int_equal(write(second_fd[1], "", 1), 1);
    await_one_reader();
    push_until(h, &signalled.attached, 2);
    assert_int_equal(signalled.pid, second);
    assert_int_equal(signalled.detached, 1);
    close(second_fd[1]);
    assert_int_equal(waitpid(second, &status, 0), second);
    harness_end(h);
}

static void stream_follows_the_caps_of_its_sink(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_newest_picture(64, 1);
    gst_harness_set_src_caps(h, harness_grey(3000)); // larger than the slots
    assert_int_equal(push(h, 3000, 2, 0), GST_FLOW_OK);

    assert_newest_picture(3000, 2);
    assert_int_equal(harness_figure(h, "zero-copy-frames"), 2);
    harness_end(h);
}

static void sink_publishes_nothing_between_flush_start_and_flush_stop(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    assert_int_equal(push(h, 64, 2, 0), GST_FLOW_FLUSHING);
    assert_newest_picture(64, 1);
    assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    gst_harness_set_src_caps(h, harness_grey(64)); // and the segment event, which a flush discards
    assert_int_equal(push(h, 64, 3, 0), GST_FLOW_OK);

    assert_newest_picture(64, 3);
    harness_end(h);
}

static void sink_at_eos_refuses_frames_and_keeps_its_stream(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_EOS), GST_MESSAGE_EOS);
    assert_int_equal(push(h, 64, 2, 0), GST_FLOW_EOS);

    assert_newest_picture(64, 1);
    harness_end(h);
}

static void sink_has_its_stream_from_ready(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsink");
    assert_true(stream_exists());
    gst_element_set_state(h->element, GST_STATE_READY);
    assert_true(stream_exists());
    gst_element_set_state(h->element, GST_STATE_NULL);
    assert_false(stream_exists());
    gst_element_set_state(h->element, GST_STATE_READY);
    assert_true(stream_exists());
    harness_end(h);
    assert_false(stream_exists());
}

static void sink_publishes_late_frames_without_qos_events(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    gst_harness_set_time(h, 900 * GST_MSECOND);
    assert_int_equal(push(h, 64, 2, 10 * GST_MSECOND), GST_FLOW_OK);

    assert_newest_picture(64, 2);
    GstEvent *event;
    while ((event = gst_harness_try_pull_upstream_event(h))) {
        assert_int_not_equal(GST_EVENT_TYPE(event), GST_EVENT_QOS);
        gst_event_unref(event);
    }
    harness_end(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL);
    const struct CMUnitTest tests[] = {
        pipes_test(sink_copies_foreign_memory_once), // first: there was no allocation query
        pipes_test(sink_offers_its_slots_and_publishes_them),
        pipes_test(sink_cycles_few_slots_or_all_by_property),
        pipes_test(published_frame_leaves_its_slot_to_upstream),
        pipes_test(sink_offers_memory_for_frames_of_known_size),
        pipes_test(sink_accepts_formats_that_a_stream_can_have),
        pipes_test(jpeg_of_any_size_is_published_whole),
        pipes_test(sink_notifies_changes_of_the_number_of_readers),
        pipes_test(sink_opens_no_more_slots_than_slots_max),
        pipes_test(sink_signals_pid_and_name_of_each_reader),
        pipes_test(sink_signals_readers_that_change_places_between_two_frames),
        pipes_test(stream_follows_the_caps_of_its_sink),
        pipes_test(sink_publishes_nothing_between_flush_start_and_flush_stop),
        pipes_test(sink_at_eos_refuses_frames_and_keeps_its_stream),
        pipes_test(sink_has_its_stream_from_ready),
        pipes_test(sink_publishes_late_frames_without_qos_events),
        pipes_test(sink_that_stopped_has_no_readers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
