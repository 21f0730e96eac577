/* SPDX-License-Identifier: MIT */
/* The latency that triptychsrc reports, and that old frames arrive in time at synchronising
 * elements. */
#include "gst_harness.h"
#include "skip.h"

#define AGE (2 * GST_SECOND)

static const struct tri_video with_rate = {
    .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 200, .fps_den = 1
};
static const struct tri_video without_rate = { .fourcc = TRI_FOURCC_GREY,
                                               .width = 64,
                                               .height = 48 };

/** Returns the minimum that the source reports; asserts that it is live without a maximum. */
static GstClockTime latency_of(GstHarness *h)
{
    GstQuery *query = gst_query_new_latency();
    gboolean live;
    GstClockTime least;
    GstClockTime most;
    assert_true(gst_pad_peer_query(h->sinkpad, query));
    gst_query_parse_latency(query, &live, &least, &most);
    gst_query_unref(query);
    assert_true(live);
    assert_true(most == GST_CLOCK_TIME_NONE);
    return least;
}

/** Passes one frame of this age. */
static void pass(GstHarness *h, tri_writer *writer, const struct tri_video *video, gint64 age)
{
    assert_true(pipes_publish_frame(writer, video, 1, age));
    GstBuffer *buffer = gst_harness_pull(h);
    assert_non_null(buffer);
    gst_buffer_unref(buffer);
}

static void latency_is_known_before_the_first_frame(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    assert_true(latency_of(h) == 0);
    harness_end(h);
}

static void latency_is_one_period_where_frames_are_fresh(void **state)
{
    (void)state;
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 10, .fps_den = 1
    };
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    pass(h, writer, &video, 0);
    pipes_wait(h->element, GST_MESSAGE_LATENCY);
    assert_true(latency_of(h) >= 100 * GST_MSECOND);
    harness_end(h);
    tri_writer_close(&writer);
}

static void latency_of_a_slow_stream_is_not_a_period(void **state)
{
    (void)state;
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 1, .fps_den = INT32_MAX
    };
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    pass(h, writer, &video, 0);
    pipes_wait(h->element, GST_MESSAGE_LATENCY);
    assert_true(latency_of(h) < 30 * GST_SECOND);
    harness_end(h);
    tri_writer_close(&writer);
}

static void latency_grows_with_the_greatest_age(void **state)
{
    (void)state;
    static const struct tri_video *const videos[] = { &with_rate, &without_rate };
    for (gsize i = 0; i < G_N_ELEMENTS(videos); i++) {
        tri_writer *writer = pipes_writer();
        GstHarness *h = harness_of("triptychsrc");
        gst_harness_play(h);
        const gint64 ages[] = { 40 * GST_MSECOND, 300 * GST_MSECOND, AGE };
        for (gsize age = 0; age < G_N_ELEMENTS(ages); age++) {
            pass(h, writer, videos[i], ages[age]);
            pipes_wait(h->element, GST_MESSAGE_LATENCY);
            assert_true(latency_of(h) >= (GstClockTime)ages[age]);
        }
        pass(h, writer, videos[i], 0);
        assert_true(latency_of(h) >= AGE);
        harness_end(h);
        tri_writer_close(&writer);
    }
}

static void latency_falls_seconds_after_the_ages(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    pass(h, writer, &with_rate, AGE);
    const gint64 until = g_get_monotonic_time() + (gint64)GST_TIME_AS_USECONDS(PIPES_PATIENCE);
    while (latency_of(h) >= AGE && g_get_monotonic_time() < until) {
        g_usleep(50000);
        pass(h, writer, &with_rate, 0);
    }
    assert_true(latency_of(h) < AGE);
    harness_end(h);
    tri_writer_close(&writer);
}

static void time_in_the_slot_does_not_count_as_age(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    assert_true(pipes_publish_frame(writer, &without_rate, 1, 0));
    g_usleep(500000); // time without a query
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    gst_buffer_unref(gst_harness_pull(h));
    assert_true(latency_of(h) < 500 * GST_MSECOND);
    harness_end(h);
    tri_writer_close(&writer);
}

/** Publishes one frame of this age, and handles LATENCY as applications do. */
static void publish(GstElement *pipe, tri_writer *writer, gint64 age)
{
    GstBus *bus = gst_element_get_bus(pipe);
    GstMessage *message;
    pipes_publish_frame(writer, &without_rate, 1, age);
    g_usleep(20000);
    while ((message = gst_bus_pop_filtered(bus, GST_MESSAGE_LATENCY))) {
        gst_message_unref(message);
        gst_bin_recalculate_latency(GST_BIN(pipe));
    }
    gst_object_unref(bus);
}

static void old_frames_are_all_in_time_for_a_sink(void **state)
{
    (void)state;
    enum { FRAMES = 80 }; // 20 ms apart, for longer than their age
    tri_writer *writer = pipes_writer();
    // Late means half of its age after its time: a busy machine does not cause that.
    GstElement *pipe = pipes_make("triptychsrc name=in stream=%s mode=next ! "
                                  "fakesink name=end sync=true max-lateness=500000000",
                                  pipes_stream());
    pipes_watch(pipe, "end");
    pipes_play(pipe);
    for (int i = 0; i < FRAMES; i++)
        publish(pipe, writer, GST_SECOND);
    assert_true(g_atomic_int_get(&pipes_seen.buffers) > 0);
    GstElement *sink = gst_bin_get_by_name(GST_BIN(pipe), "end");
    GstStructure *stats;
    guint64 dropped;
    g_object_get(sink, "stats", &stats, NULL);
    assert_true(gst_structure_get_uint64(stats, "dropped", &dropped));
    assert_int_equal(dropped, 0);
    gst_structure_free(stats);
    gst_object_unref(sink);
    pipes_stop(pipe);
    tri_writer_close(&writer);
}

static void compositor_runs_while_a_stream_is_missing(void **state)
{
    (void)state;
    GstElementFactory *factory = gst_element_factory_find("compositor");
    if (!factory)
        skip_because("no compositor");
    gst_object_unref(factory);
    int tries = 3000; // a minute
    tri_writer *writer = pipes_writer();
    GstElement *pipe = pipes_make("triptychsrc stream=%s ! compositor name=mix ! "
                                  "fakesink name=end "
                                  "triptychsrc stream=%s-missing ! mix.",
                                  pipes_stream(), pipes_stream());
    pipes_watch(pipe, "end");
    pipes_play(pipe);
    while (g_atomic_int_get(&pipes_seen.buffers) < 20 && tries-- > 0)
        publish(pipe, writer, 0);
    assert_true(pipes_seen.buffers >= 20);
    pipes_stop(pipe);
    tri_writer_close(&writer);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(latency_is_known_before_the_first_frame),
        pipes_test(latency_is_one_period_where_frames_are_fresh),
        pipes_test(latency_of_a_slow_stream_is_not_a_period),
        pipes_test(latency_grows_with_the_greatest_age),
        pipes_test(latency_falls_seconds_after_the_ages),
        pipes_test(time_in_the_slot_does_not_count_as_age),
        pipes_test(old_frames_are_all_in_time_for_a_sink),
        pipes_test(compositor_runs_while_a_stream_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
