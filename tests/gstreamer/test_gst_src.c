/* SPDX-License-Identifier: MIT */
/* triptychsrc's events, queries and allocation: alone, over a pad of the test. */
#include "gst_harness.h"
#include "skip.h"

#include <sys/resource.h>
#include <sys/syscall.h>

/** A source that waits for its stream. */
static GstHarness *source(const char *on_disconnect)
{
    GstHarness *h = harness_of("triptychsrc");
    gst_util_set_object_arg(G_OBJECT(h->element), "on-disconnect", on_disconnect);
    gst_harness_play(h);
    return h;
}

/** Publishes one frame and takes the source's buffer. */
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

/** Takes events until one of this type. */
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

static void source_sends_caps_before_the_first_frame(void **state)
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
    harness_end(h);
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
    harness_end(h);
    tri_writer_close(&writer);
}

static void source_starts_with_one_retained_frame(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_util_set_object_arg(G_OBJECT(h->element), "mode", "next");
    pipes_publish(writer, 64, 1, 3);
    gst_harness_play(h);
    gst_buffer_unref(gst_harness_pull(h));
    gst_buffer_unref(pass(h, writer, 64, 99));
    harness_end(h);
    tri_writer_close(&writer);
}

static void frames_taken_before_the_start_have_increasing_times(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    GstHarness *h = source("wait");
    for (GstClockTime pts = 0; pts < 3; pts++) {
        assert_true(pipes_publish_frame(writer, &video, 1, 60 * GST_SECOND));
        GstBuffer *buffer = gst_harness_pull(h);
        assert_true(GST_BUFFER_PTS(buffer) == pts);
        gst_buffer_unref(buffer);
    }
    harness_end(h);
    tri_writer_close(&writer);
}

static void source_that_is_not_live_counts_time_from_its_first_frame(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    GstHarness *h = harness_of("triptychsrc");
    g_object_set(h->element, "is-live", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(h->element), "mode", "next");
    gst_harness_play(h);
    GstClockTime last = GST_CLOCK_TIME_NONE;
    for (gint64 age = 60; age > 57; age--) {
        assert_true(pipes_publish_frame(writer, &video, 1, age * (gint64)GST_SECOND));
        GstBuffer *buffer = gst_harness_pull(h);
        if (age == 60)
            assert_true(GST_BUFFER_PTS(buffer) == 0);
        else
            assert_true(GST_BUFFER_PTS(buffer) >= last + GST_SECOND);
        last = GST_BUFFER_PTS(buffer);
        gst_buffer_unref(buffer);
    }
    harness_end(h);
    tri_writer_close(&writer);
}

static void source_ends_with_its_writer_by_property(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("eos");
    gst_buffer_unref(pass(h, writer, 64, 1));
    tri_writer_close(&writer);
    await_event(h, GST_EVENT_EOS);
    harness_end(h);
}

static void source_fails_with_its_writer_by_property(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("error");
    gst_buffer_unref(pass(h, writer, 64, 1));
    tri_writer_close(&writer);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    harness_end(h);
}

static void timeout_without_a_stream_is_an_error(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsrc");
    g_object_set(h->element, "timeout", (guint64)100 * GST_MSECOND, NULL);
    gst_harness_play(h);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    harness_end(h);
}

static void timeout_set_during_a_wait_is_an_error(void **state)
{
    (void)state;
    GstHarness *h = source("wait");
    g_usleep(50000); // either way the wait has to end; mostly it has begun by now
    g_object_set(h->element, "timeout", (guint64)GST_MSECOND, NULL);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    harness_end(h);
}

static void source_continues_after_a_flush(void **state)
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
    await_event(h, GST_EVENT_SEGMENT); // a flush discards it
    harness_end(h);
    tri_writer_close(&writer);
}

static void downstream_without_video_meta_gets_a_default_layout(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    GstBuffer *buffer = pass(h, writer, 50, 99);
    assert_null(gst_buffer_get_video_meta(buffer));
    assert_int_equal(gst_buffer_get_size(buffer), 52 * 48); // rows of 50 bytes, rounded up to four
    assert_false(harness_in_segment(buffer, FALSE));
    assert_int_equal(harness_figure(h, "copied-frames"), 1);
    gst_buffer_unref(buffer);
    harness_end(h);
    tri_writer_close(&writer);
}

static void downstream_with_video_meta_gets_the_slot(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
    GstBuffer *buffer = pass(h, writer, 50, 99);
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    assert_non_null(meta);
    assert_int_not_equal(meta->stride[0], 52);
    assert_true(harness_in_segment(buffer, FALSE));
    assert_int_equal(harness_figure(h, "copied-frames"), 0);
    gst_buffer_unref(buffer);
    harness_end(h);
    tri_writer_close(&writer);
}

/** The calling thread's time slice: the scheduler's or the requested one, 0 before Linux 6.12. */
static guint64 slice_ns(void)
{
    guint64 attributes[7] = { 0 }; // sched_setattr(2): the fourth number is the slice
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

static void source_requests_short_scheduler_latency(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    guint64 slice = 0;
    gst_pad_add_probe(h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, note_slice, &slice, NULL);
    gst_buffer_unref(pass(h, writer, 64, 1));
    harness_end(h);
    tri_writer_close(&writer);
    if (slice == 0)
        skip_because("this kernel has no slices for ordinary threads");
    assert_true(slice <= 100000);
}

/** How often the streaming thread has slept, at the first frame and at the newest. */
struct sleeps {
    long first;
    long last;
};

static GstPadProbeReturn note_sleeps(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    struct sleeps *sleeps = data;
    struct rusage usage;
    (void)pad;
    (void)info;
    getrusage(RUSAGE_THREAD, &usage);
    sleeps->last = usage.ru_nvcsw;
    if (sleeps->first == 0)
        sleeps->first = usage.ru_nvcsw;
    return GST_PAD_PROBE_OK;
}

static void source_sleeps_once_a_frame_at_30_a_second(void **state)
{
    (void)state;
    enum { FRAMES = 20, PERIOD_US = 33333, WAIT_LEAST_MS = 20 };
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 30, .fps_den = 1
    };
    struct sleeps sleeps = { 0 };
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_pad_add_probe(h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, note_sleeps, &sleeps, NULL);
    const gint64 began = g_get_monotonic_time();
    for (int i = 0; i < FRAMES; i++) {
        struct tri_draft draft;
        assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
        memset(draft.data[0], i, draft.shape.bytes);
        assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
        gst_buffer_unref(gst_harness_pull(h));
        g_usleep(PERIOD_US);
    }
    const gint64 late_ms = (g_get_monotonic_time() - began - (gint64)FRAMES * PERIOD_US) / 1000;
    harness_end(h);
    tri_writer_close(&writer);
    // Twice each, if a wait ends before the next frame arrives, as with a late frame.
    assert_true(sleeps.last - sleeps.first < FRAMES * 3 / 2 + late_ms / WAIT_LEAST_MS);
}

static void source_counts_buffers_that_were_overwritten(void **state)
{
    (void)state;
    tri_writer *writer;
    const struct tri_writer_options options = { .name = pipes_stream(),
                                                .slots = 3,
                                                .slots_max = 3 };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    GstHarness *h = source("wait");
    GstBuffer *kept = pass(h, writer, 64, 1);
    assert_true(harness_in_segment(kept, FALSE));
    gst_buffer_unref(pass(h, writer, 64, 2));
    tri_reader *reader; // locks another one of the three slots
    struct tri_frame frame = { 0 };
    assert_int_equal(
        tri_reader_open(&reader, &(struct tri_reader_options){ .name = pipes_stream() }), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 10000), TRI_OK);
    for (uint8_t i = 3; i < 6; i++)
        gst_buffer_unref(pass(h, writer, 64, i));
    assert_int_equal(harness_figure(h, "reclaimed-frames"), 0);
    gst_buffer_unref(kept);
    assert_int_equal(harness_figure(h, "reclaimed-frames"), 1);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    harness_end(h);
    tri_writer_close(&writer);
}

/** Publishes one frame and takes the source's buffer. @return whether it is the slot itself */
static gboolean passes_without_copy(GstHarness *h, tri_writer *writer, uint8_t brightness)
{
    GstBuffer *buffer = pass(h, writer, 64, brightness);
    const gboolean in_place = harness_in_segment(buffer, FALSE);
    gst_buffer_unref(buffer);
    return in_place;
}

/** Else a downstream that keeps buffers would have them reclaimed. */
static void source_copies_while_no_more_slots_can_be_opened(void **state)
{
    (void)state;
    tri_writer *writer;
    const struct tri_writer_options options = { .name = pipes_stream(),
                                                .slots = 3,
                                                .slots_max = 5 };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    GstHarness *h = source("wait");
    tri_reader *reader;
    assert_int_equal(
        tri_reader_open(&reader, &(struct tri_reader_options){ .name = pipes_stream() }), TRI_OK);
    struct tri_frame kept[3] = { 0 };
    struct tri_writer_stats stats = { 0 };
    uint8_t brightness = 1;
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        assert_true(passes_without_copy(h, writer, brightness++));
        assert_int_equal(tri_reader_acquire(reader, &kept[i], 10000), TRI_OK);
    }
    while (stats.slots_open < 5) {
        assert_true(brightness < 100);
        gst_buffer_unref(pass(h, writer, 64, brightness++));
        tri_writer_get_stats(writer, &stats);
    }
    assert_false(passes_without_copy(h, writer, brightness++));
    assert_int_equal(stats.reclaimed, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        tri_reader_release(reader, &kept[i]);
    tri_reader_close(&reader);
    harness_end(h);
    tri_writer_close(&writer);
}

static void source_is_made_from_a_uri(void **state)
{
    (void)state;
    GstElement *made =
        gst_element_make_from_uri(GST_URI_SRC, "triptych://Door.2_a?mode=next", NULL, NULL);
    assert_non_null(made);
    gchar *stream;
    gint mode;
    g_object_get(made, "stream", &stream, "mode", &mode, NULL);
    assert_string_equal(stream, "Door.2_a");
    assert_int_equal(mode, TRI_MODE_NEXT);
    gchar *uri = gst_uri_handler_get_uri(GST_URI_HANDLER(made));
    assert_string_equal(uri, "triptych://Door.2_a");
    g_free(uri);
    g_free(stream);

    static const char *const wrong[] = { "triptych://",
                                         "triptych:///x",
                                         "triptych://a/b",
                                         "triptych://a?mode=none",
                                         "triptych://a?nonsense=1",
                                         "triptych://a?timeout=-1" };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GError *error = NULL;
        assert_false(gst_uri_handler_set_uri(GST_URI_HANDLER(made), wrong[i], &error));
        assert_non_null(error);
        g_error_free(error);
    }
    gst_object_unref(gst_object_ref_sink(made));
}

static void buffers_outlive_the_element_that_made_them(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    GstBuffer *buffer = pass(h, writer, 64, 77);
    assert_true(harness_in_segment(buffer, FALSE));
    harness_end(h);
    tri_writer_close(&writer);

    guint8 first;
    assert_int_equal(gst_buffer_extract(buffer, 0, &first, 1), 1);
    assert_int_equal(first, 77);
    gst_buffer_unref(buffer);
}

static void gap_in_the_numbers_is_a_discontinuity(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    gst_buffer_unref(pass(h, writer, 64, 1)); // the base class marks the first one
    gst_element_set_state(h->element, GST_STATE_PAUSED);
    pipes_publish(writer, 64, 2, 3); // the source takes one of them and waits with it
    gst_element_set_state(h->element, GST_STATE_PLAYING);
    pipes_publish(writer, 64, 2, 1);
    guint gaps = 0;
    for (guint64 last = 1; last < 5;) {
        GstBuffer *buffer = gst_harness_pull(h);
        const gboolean gap = GST_BUFFER_OFFSET(buffer) != last + 1;
        assert_int_equal(GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT), gap);
        last = GST_BUFFER_OFFSET(buffer);
        gaps += gap ? 1 : 0;
        gst_buffer_unref(buffer);
    }
    assert_true(gaps > 0);
    harness_end(h);
    tri_writer_close(&writer);
}

static void source_passes_six_slots_at_a_time_and_copies_the_rest(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstHarness *h = source("wait");
    GstBuffer *kept[8];
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        kept[i] = pass(h, writer, 64, (uint8_t)(1 + i));
        assert_int_equal(harness_in_segment(kept[i], FALSE), i < 6);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++)
        gst_buffer_unref(kept[i]);
    GstBuffer *next = pass(h, writer, 64, 99);
    assert_true(harness_in_segment(next, FALSE));
    gst_buffer_unref(next);
    harness_end(h);
    tri_writer_close(&writer);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(source_sends_caps_before_the_first_frame),
        pipes_test(caps_of_a_source_follow_a_change_of_size_in_mid_stream),
        pipes_test(source_starts_with_one_retained_frame),
        pipes_test(frames_taken_before_the_start_have_increasing_times),
        pipes_test(source_that_is_not_live_counts_time_from_its_first_frame),
        pipes_test(source_ends_with_its_writer_by_property),
        pipes_test(source_fails_with_its_writer_by_property),
        pipes_test(timeout_without_a_stream_is_an_error),
        pipes_test(timeout_set_during_a_wait_is_an_error),
        pipes_test(source_continues_after_a_flush),
        pipes_test(downstream_without_video_meta_gets_a_default_layout),
        pipes_test(downstream_with_video_meta_gets_the_slot),
        pipes_test(source_requests_short_scheduler_latency),
        pipes_test(source_sleeps_once_a_frame_at_30_a_second),
        pipes_test(source_counts_buffers_that_were_overwritten),
        pipes_test(source_copies_while_no_more_slots_can_be_opened),
        pipes_test(source_is_made_from_a_uri),
        pipes_test(buffers_outlive_the_element_that_made_them),
        pipes_test(gap_in_the_numbers_is_a_discontinuity),
        pipes_test(source_passes_six_slots_at_a_time_and_copies_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
