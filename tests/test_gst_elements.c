/* SPDX-License-Identifier: MIT */
/* What triptychsrc and triptychsink tell their neighbours and ask of them: one element at a time,
 * between pads of the test. */
#include "pipes.h"

#include <gst/check/gstharness.h>
#include <sys/syscall.h>

#define RATE 30

/** An element of ours on this test's stream. A sink plays at once, by a clock that stands still. */
static GstHarness *alone(const char *factory)
{
    GstElement *element = gst_element_factory_make(factory, NULL);
    assert_non_null(element);
    GstBus *bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    gst_object_unref(bus);
    g_object_set(element, "stream", pipes_stream(), NULL);
    const gboolean is_sink = GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK);
    GstHarness *h =
        gst_harness_new_with_element(element, is_sink ? "sink" : NULL, is_sink ? NULL : "src");
    gst_object_unref(element);
    return h;
}

/** A source that has begun to wait for its stream. */
static GstHarness *source(const char *on_disconnect)
{
    GstHarness *h = alone("triptychsrc");
    gst_util_set_object_arg(G_OBJECT(h->element), "on-disconnect", on_disconnect);
    gst_harness_play(h);
    return h;
}

static GstCaps *grey(int width)
{
    return gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8", "width", G_TYPE_INT,
                               width, "height", G_TYPE_INT, 48, "framerate", GST_TYPE_FRACTION,
                               RATE, 1, NULL);
}

/** A sink that has been told of grey pictures, 48 rows of `width` bytes. */
static GstHarness *sink(int width)
{
    GstHarness *h = alone("triptychsink");
    gst_harness_set_src_caps(h, grey(width));
    return h;
}

/** A buffer in memory as the sink offers it for grey pictures. */
static GstBuffer *offered(GstHarness *h, int width)
{
    GstCaps *caps = grey(width);
    GstQuery *query = gst_query_new_allocation(caps, TRUE);
    gst_caps_unref(caps);
    GstBufferPool *pool;
    assert_true(gst_pad_peer_query(h->srcpad, query));
    gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
    gst_query_unref(query);

    GstBuffer *buffer;
    assert_true(gst_buffer_pool_set_active(pool, TRUE));
    assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
    gst_object_unref(pool); // the buffer keeps it
    assert_int_equal(gst_buffer_get_size(buffer), width * 48);
    return buffer;
}

/** Pushes a picture of one brightness, in memory as the sink offers it. */
static GstFlowReturn push(GstHarness *h, int width, guint8 brightness, GstClockTime pts)
{
    GstBuffer *buffer = offered(h, width);
    gst_buffer_memset(buffer, 0, brightness, (gsize)width * 48);
    GST_BUFFER_PTS(buffer) = pts;
    return gst_harness_push(h, buffer);
}

/** Publishes one picture and takes what the source makes of it. */
static GstBuffer *pass(GstHarness *h, tri_writer *writer, uint32_t width, uint8_t brightness)
{
    pipes_publish(writer, width, brightness, 1);
    GstBuffer *buffer = gst_harness_pull(h);
    assert_non_null(buffer);
    guint8 first;
    assert_int_equal(gst_buffer_extract(buffer, 0, &first, 1), 1);
    assert_int_equal(first, brightness);
    return buffer;
}

static gboolean lies_in_segment(GstBuffer *buffer, gboolean writable)
{
    GstMapInfo map;
    assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
    const gboolean there = pipes_in_segment(map.data, writable, NULL);
    gst_buffer_unmap(buffer, &map);
    return there;
}

static guint64 figure(GstHarness *h, const char *property)
{
    guint64 value;
    g_object_get(h->element, property, &value, NULL);
    return value;
}

static void assert_newest_picture(uint32_t width, uint8_t brightness)
{
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_borrow(reader, &frame, 10000), TRI_OK);
    assert_int_equal(frame.info.video.width, width);
    assert_int_equal(*(const uint8_t *)frame.data[0], brightness);
    tri_reader_give_back(reader, &frame);
    tri_reader_close(&reader);
}

static gboolean stream_exists(void)
{
    struct tri_stream stream;
    return tri_stream_find(pipes_stream(), &stream) == TRI_OK;
}

/** Takes events until one of this type comes. */
static void await_event(GstHarness *h, GstEventType type)
{
    GstEventType came;
    do {
        GstEvent *event = gst_harness_pull_event(h);
        assert_non_null(event);
        came = GST_EVENT_TYPE(event);
        gst_event_unref(event);
    } while (came != type);
}

// --- triptychsink

static void a_sink_offers_its_slots_and_publishes_what_is_written_there(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstBuffer *buffer = offered(h, 64);
    assert_true(lies_in_segment(buffer, TRUE));
    gst_buffer_memset(buffer, 0, 9, (gsize)64 * 48);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);

    assert_newest_picture(64, 9);
    assert_int_equal(figure(h, "zero-copy-frames"), 1);
    assert_int_equal(figure(h, "copied-frames"), 0);
    gst_harness_teardown(h);
}

static void a_sink_copies_once_what_lies_elsewhere(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)64 * 48, NULL);
    gst_buffer_memset(buffer, 0, 8, (gsize)64 * 48);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);

    assert_newest_picture(64, 8);
    assert_int_equal(figure(h, "zero-copy-frames"), 0);
    assert_int_equal(figure(h, "copied-frames"), 1);
    gst_harness_teardown(h);
}

static void a_sink_writes_in_few_slots_in_turn_and_in_all_if_told_so(void **state)
{
    (void)state;
    const guint history[] = { 2, 0 };
    const guint in_turn[] = { 3, 8 }; // the two that are kept, and the one at work
    for (gsize i = 0; i < G_N_ELEMENTS(history); i++) {
        GstHarness *h = alone("triptychsink");
        gst_element_set_state(h->element, GST_STATE_NULL);
        g_object_set(h->element, "history", history[i], NULL);
        gst_harness_play(h);
        gst_harness_set_src_caps(h, grey(64));
        GHashTable *places = g_hash_table_new(NULL, NULL);
        for (int n = 0; n < 20; n++) {
            GstBuffer *buffer = offered(h, 64);
            GstMapInfo map;
            assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
            g_hash_table_add(places, map.data);
            gst_buffer_unmap(buffer, &map);
            GST_BUFFER_PTS(buffer) = 0;
            assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
        }
        assert_int_equal(g_hash_table_size(places), in_turn[i]);
        g_hash_table_destroy(places);
        gst_harness_teardown(h);
    }
}

/** Asks the sink what memory it offers for pictures as `caps` say. @return whether it answered. */
static gboolean ask_for_memory(GstHarness *h, GstCaps *caps, gboolean need_pool, guint *size)
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

static void a_sink_offers_memory_for_pictures_whose_size_is_known(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    guint size;
    assert_true(ask_for_memory(h, grey(64), TRUE, &size));
    assert_int_equal(size, 64 * 48);
    assert_true(ask_for_memory(h, grey(128), FALSE, &size));
    assert_int_equal(size, 128 * 48);
    assert_true(ask_for_memory(
        h, gst_caps_from_string("image/jpeg,width=64,height=48,framerate=30/1"), TRUE, &size));
    assert_int_equal(size, 0);
    assert_false(ask_for_memory(h, gst_caps_from_string("audio/x-raw"), TRUE, &size));
    gst_harness_teardown(h);
}

static void a_sink_accepts_formats_that_a_stream_can_have(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    GstCaps *no_format = gst_caps_from_string("video/x-raw,format=v216,width=64,height=48");
    GstCaps *fine = grey(64);
    assert_true(gst_pad_peer_query_accept_caps(h->srcpad, fine));
    assert_false(gst_pad_peer_query_accept_caps(h->srcpad, no_format));
    GstBuffer *buffer = offered(h, 64);
    gst_harness_push_event(h, gst_event_new_caps(no_format)); // answered by the next push
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_NOT_NEGOTIATED);
    gst_harness_push_event(h, gst_event_new_caps(fine));
    gst_caps_unref(no_format);
    gst_caps_unref(fine);

    assert_int_equal(push(h, 64, 3, 0), GST_FLOW_OK);
    assert_newest_picture(64, 3);
    gst_harness_teardown(h);
}

static void a_stream_follows_the_caps_of_its_sink(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_newest_picture(64, 1);
    gst_harness_set_src_caps(h, grey(3000)); // larger than the slots
    assert_int_equal(push(h, 3000, 2, 0), GST_FLOW_OK);

    assert_newest_picture(3000, 2);
    assert_int_equal(figure(h, "zero-copy-frames"), 2);
    gst_harness_teardown(h);
}

static void a_sink_publishes_nothing_between_flush_start_and_flush_stop(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    assert_int_equal(push(h, 64, 2, 0), GST_FLOW_FLUSHING);
    assert_newest_picture(64, 1);
    assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    gst_harness_set_src_caps(h, grey(64)); // and the segment, which a flush forgets
    assert_int_equal(push(h, 64, 3, 0), GST_FLOW_OK);

    assert_newest_picture(64, 3);
    gst_harness_teardown(h);
}

static void a_sink_at_the_end_takes_no_picture_and_keeps_its_stream(void **state)
{
    (void)state;
    GstHarness *h = sink(64);
    assert_int_equal(push(h, 64, 1, 0), GST_FLOW_OK);
    assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_EOS), GST_MESSAGE_EOS);
    assert_int_equal(push(h, 64, 2, 0), GST_FLOW_EOS);

    assert_newest_picture(64, 1);
    gst_harness_teardown(h);
}

static void a_sink_has_its_stream_from_ready_on(void **state)
{
    (void)state;
    GstHarness *h = alone("triptychsink");
    assert_true(stream_exists());
    gst_element_set_state(h->element, GST_STATE_READY);
    assert_true(stream_exists());
    gst_element_set_state(h->element, GST_STATE_NULL);
    assert_false(stream_exists());
    gst_element_set_state(h->element, GST_STATE_READY);
    assert_true(stream_exists());
    gst_harness_teardown(h);
    assert_false(stream_exists());
}

static void a_sink_publishes_late_pictures_and_asks_nobody_to_hurry(void **state)
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
    gst_harness_teardown(h);
}

// --- triptychsrc

static void a_source_says_what_comes_before_the_first_picture(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_buffer_unref(pass(h, writer, 64, 5));
    const GstEventType order[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT };
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        GstEvent *event = gst_harness_pull_event(h);
        assert_int_equal(GST_EVENT_TYPE(event), order[i]);
        gst_event_unref(event);
    }
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

static void caps_of_a_source_follow_a_change_of_size_in_mid_stream(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    const int widths[] = { 64, 64, 3000 }; // the last one larger than the slots
    guint caps_events = 0;
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        gst_buffer_unref(pass(h, writer, (uint32_t)widths[i], (uint8_t)(10 + i)));
        GstCaps *caps = gst_pad_get_current_caps(h->sinkpad);
        int width;
        assert_true(gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width));
        assert_int_equal(width, widths[i]);
        gst_caps_unref(caps);
    }
    GstEvent *event;
    while ((event = gst_harness_try_pull_event(h))) {
        caps_events += GST_EVENT_TYPE(event) == GST_EVENT_CAPS;
        gst_event_unref(event);
    }
    assert_int_equal(caps_events, 2);
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

static void a_source_tells_its_latency_with_the_first_frame(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_buffer_unref(pass(h, writer, 64, 1)); // at 200 a second, with 3 slots
    pipes_wait(h->element, GST_MESSAGE_LATENCY);

    GstQuery *query = gst_query_new_latency();
    gboolean live;
    GstClockTime least;
    GstClockTime most;
    assert_true(gst_pad_peer_query(h->sinkpad, query));
    gst_query_parse_latency(query, &live, &least, &most);
    gst_query_unref(query);
    assert_true(live);
    assert_int_equal(least, 5 * GST_MSECOND);
    assert_int_equal(most, 15 * GST_MSECOND);
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

static void a_source_ends_with_its_writer_if_told_so(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("eos");
    gst_buffer_unref(pass(h, writer, 64, 1));
    tri_writer_close(&writer);
    await_event(h, GST_EVENT_EOS);
    gst_harness_teardown(h);
}

static void a_source_fails_with_its_writer_if_told_so(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("error");
    gst_buffer_unref(pass(h, writer, 64, 1));
    tri_writer_close(&writer);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    gst_harness_teardown(h);
}

static void a_timeout_without_a_stream_is_an_error(void **state)
{
    (void)state;
    GstHarness *h = alone("triptychsrc");
    g_object_set(h->element, "timeout", (guint64)100 * GST_MSECOND, NULL);
    gst_harness_play(h);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    gst_harness_teardown(h);
}

static void a_source_goes_on_after_a_flush(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_buffer_unref(pass(h, writer, 64, 3));
    assert_true(gst_element_send_event(h->element, gst_event_new_flush_start()));
    assert_true(gst_element_send_event(h->element, gst_event_new_flush_stop(TRUE)));
    gst_buffer_unref(pass(h, writer, 64, 4));
    await_event(h, GST_EVENT_FLUSH_START);
    await_event(h, GST_EVENT_FLUSH_STOP);
    await_event(h, GST_EVENT_SEGMENT); // a flush forgets it
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

static void downstream_that_knows_no_other_layout_gets_a_copy_in_gstreamer_s(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    GstBuffer *buffer = pass(h, writer, 50, 99);
    assert_null(gst_buffer_get_video_meta(buffer));
    assert_int_equal(gst_buffer_get_size(buffer), 52 * 48); // rows of 50 bytes, rounded up to four
    assert_false(lies_in_segment(buffer, FALSE));
    assert_int_equal(figure(h, "copied-frames"), 1);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

static void downstream_that_looks_at_the_layout_gets_the_slot_itself(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
    GstBuffer *buffer = pass(h, writer, 50, 99);
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    assert_non_null(meta);
    assert_int_not_equal(meta->stride[0], 52);
    assert_true(lies_in_segment(buffer, FALSE));
    assert_int_equal(figure(h, "copied-frames"), 0);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
    tri_writer_close(&writer);
}

/** The calling thread's time slice: the scheduler's own or what was asked for, 0 before Linux 6.12. */
static guint64 slice_ns(void)
{
    guint64 attributes[7] = { 0 }; // as sched_setattr(2) tells: the fourth one is the slice
    assert_int_equal(syscall(SYS_sched_getattr, 0, attributes, sizeof(attributes), 0), 0);
    return attributes[3];
}

static GstPadProbeReturn note_slice(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    (void)info;
    *(guint64 *)data = slice_ns();
    return GST_PAD_PROBE_OK;
}

static void a_source_asks_to_be_woken_at_once_although_its_processor_is_at_work(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    guint64 slice = 0;
    gst_pad_add_probe(h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, note_slice, &slice, NULL);
    gst_buffer_unref(pass(h, writer, 64, 1));
    gst_harness_teardown(h);
    tri_writer_close(&writer);
    if (slice == 0)
        skip(); // a kernel that has none for ordinary threads
    assert_true(slice <= 100000);
}

static void buffers_outlive_the_element_that_made_them(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    GstBuffer *buffer = pass(h, writer, 64, 77);
    assert_true(lies_in_segment(buffer, FALSE));
    gst_harness_teardown(h);
    tri_writer_close(&writer);

    guint8 first;
    assert_int_equal(gst_buffer_extract(buffer, 0, &first, 1), 1);
    assert_int_equal(first, 77);
    gst_buffer_unref(buffer);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(a_sink_offers_its_slots_and_publishes_what_is_written_there),
        pipes_test(a_sink_writes_in_few_slots_in_turn_and_in_all_if_told_so),
        pipes_test(a_sink_copies_once_what_lies_elsewhere),
        pipes_test(a_sink_offers_memory_for_pictures_whose_size_is_known),
        pipes_test(a_sink_accepts_formats_that_a_stream_can_have),
        pipes_test(a_stream_follows_the_caps_of_its_sink),
        pipes_test(a_sink_publishes_nothing_between_flush_start_and_flush_stop),
        pipes_test(a_sink_at_the_end_takes_no_picture_and_keeps_its_stream),
        pipes_test(a_sink_has_its_stream_from_ready_on),
        pipes_test(a_sink_publishes_late_pictures_and_asks_nobody_to_hurry),
        pipes_test(a_source_says_what_comes_before_the_first_picture),
        pipes_test(caps_of_a_source_follow_a_change_of_size_in_mid_stream),
        pipes_test(a_source_tells_its_latency_with_the_first_frame),
        pipes_test(a_source_ends_with_its_writer_if_told_so),
        pipes_test(a_source_fails_with_its_writer_if_told_so),
        pipes_test(a_timeout_without_a_stream_is_an_error),
        pipes_test(a_source_goes_on_after_a_flush),
        pipes_test(downstream_that_knows_no_other_layout_gets_a_copy_in_gstreamer_s),
        pipes_test(downstream_that_looks_at_the_layout_gets_the_slot_itself),
        pipes_test(a_source_asks_to_be_woken_at_once_although_its_processor_is_at_work),
        pipes_test(buffers_outlive_the_element_that_made_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
