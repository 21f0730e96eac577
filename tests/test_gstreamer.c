/* SPDX-License-Identifier: MIT */
/* triptychsrc and triptychsink between real elements of GStreamer, on real streams. */
#include <triptych/triptych.h>

#include <gst/gst.h>
#include <gst/video/video.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE (60 * GST_SECOND) // anything may take so long on a busy machine

static unsigned test_number;

/** A stream of this test's own. */
static const char *stream_name(void)
{
    static char name[24];
    snprintf(name, sizeof(name), "gst-%d-%u", (int)getpid(), test_number);
    return name;
}

static GstElement *pipeline(const char *format, ...) G_GNUC_PRINTF(1, 2);
static GstElement *pipeline(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    gchar *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    GError *error = NULL;
    GstElement *made = gst_parse_launch(text, &error);
    g_free(text);
    assert_null(error);
    return made;
}

static void play(GstElement *pipe)
{
    assert_int_not_equal(gst_element_set_state(pipe, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}

static void stop(GstElement *pipe)
{
    assert_int_not_equal(gst_element_set_state(pipe, GST_STATE_NULL), GST_STATE_CHANGE_FAILURE);
    gst_object_unref(pipe);
}

/** Waits for one of `types` on the bus. */
static GstMessageType wait_for(GstElement *pipe, GstMessageType types)
{
    GstBus *bus = gst_element_get_bus(pipe);
    GstMessage *message = gst_bus_timed_pop_filtered(bus, PATIENCE, types);
    gst_object_unref(bus);
    assert_non_null(message);
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    gst_message_unref(message);
    return type;
}

static guint64 figure(GstElement *pipe, const char *element, const char *property)
{
    GstElement *found = gst_bin_get_by_name(GST_BIN(pipe), element);
    assert_non_null(found);
    guint64 value;
    g_object_get(found, property, &value, NULL);
    gst_object_unref(found);
    return value;
}

/** What a sink was given: filled by note_buffer(). */
static struct {
    guint buffers;
    guint in_segment; // whose memory is a System V segment
    GstClockTime last_pts;
    guint steps_back; // of time stamps
    gint width, height;
    gint stride;
    guint8 first_byte;
    gboolean read_only;
} seen; // of the test that runs

/** Whether an address lies in an attached System V segment of this process. */
static gboolean is_in_segment(const void *address)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    gboolean found = FALSE;
    while (!found && fgets(line, sizeof(line), maps)) {
        char *dash; // "FROM-TO rights ... /SYSV<key>"
        const uintptr_t from = strtoul(line, &dash, 16);
        const uintptr_t to = *dash == '-' ? strtoul(dash + 1, NULL, 16) : 0;
        found = strstr(line, "SYSV") && (uintptr_t)address >= from && (uintptr_t)address < to;
    }
    fclose(maps);
    return found;
}

static void note_buffer(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
    (void)sink;
    (void)data;
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    if (is_in_segment(map.data))
        seen.in_segment++;
    seen.first_byte = map.data[0];
    gst_buffer_unmap(buffer, &map);
    seen.read_only = GST_MEMORY_IS_READONLY(gst_buffer_peek_memory(buffer, 0));
    const GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    seen.stride = meta ? meta->stride[0] : 0;

    GstCaps *caps = gst_pad_get_current_caps(pad);
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    gst_structure_get_int(s, "width", &seen.width);
    gst_structure_get_int(s, "height", &seen.height);
    gst_caps_unref(caps);

    if (seen.buffers > 0 && GST_BUFFER_PTS(buffer) < seen.last_pts)
        seen.steps_back++;
    seen.last_pts = GST_BUFFER_PTS(buffer);
    seen.buffers++;
}

static void watch(GstElement *pipe, const char *sink)
{
    GstElement *found = gst_bin_get_by_name(GST_BIN(pipe), sink);
    g_object_set(found, "signal-handoffs", TRUE, NULL);
    g_signal_connect(found, "handoff", G_CALLBACK(note_buffer), NULL);
    gst_object_unref(found);
}

static void a_frame_is_written_and_read_in_its_slot(void **state)
{
    (void)state;
    GstElement *writer = pipeline("videotestsrc is-live=true ! "
                                  "video/x-raw,format=NV12,width=640,height=480,framerate=60/1 ! "
                                  "triptychsink name=out stream=%s",
                                  stream_name());
    GstElement *reader =
        pipeline("triptychsrc name=in stream=%s num-buffers=30 ! fakesink name=end sync=false",
                 stream_name());
    watch(reader, "end");
    play(writer);
    play(reader);
    assert_int_equal(wait_for(reader, GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);

    assert_int_equal(seen.buffers, 30);
    assert_int_equal(seen.in_segment, 30);
    assert_true(seen.read_only);
    assert_int_equal(seen.steps_back, 0);
    assert_int_equal(figure(reader, "in", "copied-frames"), 0);
    assert_int_equal(figure(writer, "out", "copied-frames"), 0);
    // The last one may be counted a moment after it was seen.
    assert_true(figure(writer, "out", "zero-copy-frames") >= 29);
    stop(reader);
    stop(writer);
}

static void a_writer_of_frames_elsewhere_costs_one_copy(void **state)
{
    (void)state;
    // identity hides the sink's pool from videotestsrc.
    GstElement *writer = pipeline("videotestsrc num-buffers=20 ! "
                                  "video/x-raw,format=I420,width=320,height=240,framerate=100/1 ! "
                                  "identity drop-allocation=true ! triptychsink name=out stream=%s",
                                  stream_name());
    play(writer);
    assert_int_equal(wait_for(writer, GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);

    assert_int_equal(figure(writer, "out", "copied-frames"), 20);
    assert_int_equal(figure(writer, "out", "zero-copy-frames"), 0);
    stop(writer);
}

static void a_queue_longer_than_the_stream_has_slots_costs_copies_and_stops_nobody(void **state)
{
    (void)state;
    GstElement *writer = pipeline("videotestsrc is-live=true ! "
                                  "video/x-raw,format=NV12,width=320,height=240,framerate=100/1 ! "
                                  "triptychsink name=out stream=%s slots=4",
                                  stream_name());
    GstElement *reader = pipeline(
        "triptychsrc name=in stream=%s num-buffers=60 ! "
        "queue max-size-buffers=40 max-size-time=0 max-size-bytes=0 min-threshold-buffers=30 ! "
        "fakesink name=end sync=false",
        stream_name());
    play(writer);
    play(reader);
    assert_int_equal(wait_for(reader, GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);

    assert_true(figure(reader, "in", "zero-copy-frames") > 0);
    assert_true(figure(reader, "in", "copied-frames") > 0);
    assert_int_equal(figure(writer, "out", "dropped-frames"), 0);
    stop(reader);
    stop(writer);
}

static GstPadProbeReturn count_caps(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS)
        (*(guint *)data)++;
    return GST_PAD_PROBE_OK;
}

/** Publishes `count` grey frames of one brightness, 5 ms apart. */
static void publish(tri_writer *writer, uint32_t width, uint8_t brightness, int count)
{
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_GREY, .width = width, .height = 48, .fps_num = 200, .fps_den = 1
    };
    for (int i = 0; i < count; i++) {
        struct tri_draft draft;
        if (tri_writer_begin(writer, &video, &draft) == TRI_OK) {
            memset(draft.data[0], brightness, draft.shape.bytes);
            assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
        }
        g_usleep(5000);
    }
}

static tri_writer *open_writer(void)
{
    tri_writer *writer;
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = stream_name() }), TRI_OK);
    return writer;
}

/** Publishes until the sink has seen `buffers` buffers. */
static void publish_until(tri_writer *writer, uint32_t width, uint8_t brightness, guint buffers)
{
    for (int i = 0; i < 2000 && g_atomic_int_get(&seen.buffers) < (gint)buffers; i++)
        publish(writer, width, brightness, 1);
    assert_true(seen.buffers >= buffers);
}

static void caps_follow_a_change_of_size_in_mid_stream(void **state)
{
    (void)state;
    guint caps_events = 0;
    GstElement *reader =
        pipeline("triptychsrc name=in stream=%s ! fakesink name=end sync=false", stream_name());
    watch(reader, "end");
    GstElement *end = gst_bin_get_by_name(GST_BIN(reader), "end");
    GstPad *pad = gst_element_get_static_pad(end, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, count_caps, &caps_events, NULL);
    gst_object_unref(pad);
    gst_object_unref(end);
    play(reader);

    tri_writer *writer = open_writer();
    publish_until(writer, 64, 10, 3);
    assert_int_equal(seen.width, 64);
    assert_int_equal(seen.first_byte, 10);
    publish_until(writer, 3000, 20, seen.buffers + 3); // larger than the slots
    assert_int_equal(seen.width, 3000);
    assert_int_equal(seen.first_byte, 20);
    assert_int_equal(caps_events, 2);
    stop(reader);
    tri_writer_close(&writer);
}

static void a_running_pipeline_outlives_its_writer_and_picks_up_the_next(void **state)
{
    (void)state;
    GstElement *reader =
        pipeline("triptychsrc name=in stream=%s ! fakesink name=end sync=false", stream_name());
    watch(reader, "end");
    play(reader);
    for (uint8_t life = 1; life <= 3; life++) {
        tri_writer *writer = open_writer();
        publish_until(writer, 64, life, seen.buffers + 3);
        assert_int_equal(seen.first_byte, life);
        tri_writer_close(&writer);
    }
    stop(reader);
}

static GstMessageType end_of(const char *on_disconnect)
{
    GstElement *reader =
        pipeline("triptychsrc stream=%s on-disconnect=%s ! fakesink name=end sync=false",
                 stream_name(), on_disconnect);
    watch(reader, "end");
    play(reader);
    tri_writer *writer = open_writer();
    publish_until(writer, 64, 1, seen.buffers + 2);
    tri_writer_close(&writer);
    const GstMessageType type = wait_for(reader, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    stop(reader);
    return type;
}

static void the_end_of_the_writer_is_what_on_disconnect_says(void **state)
{
    (void)state;
    assert_int_equal(end_of("eos"), GST_MESSAGE_EOS);
    assert_int_equal(end_of("error"), GST_MESSAGE_ERROR);
}

static void a_timeout_without_a_stream_is_an_error(void **state)
{
    (void)state;
    GstElement *reader =
        pipeline("triptychsrc stream=%s timeout=100000000 ! fakesink", stream_name());
    play(reader);
    assert_int_equal(wait_for(reader, GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    stop(reader);
}

static void a_thousand_state_changes_leave_a_pipeline_that_works(void **state)
{
    (void)state;
    tri_writer *writer = open_writer();
    publish(writer, 64, 5, 1);
    GstElement *reader =
        pipeline("triptychsrc stream=%s ! fakesink name=end sync=false", stream_name());
    watch(reader, "end");
    for (int i = 0; i < 1000; i++) {
        play(reader);
        assert_int_not_equal(
            gst_element_set_state(reader, i % 2 ? GST_STATE_READY : GST_STATE_NULL),
            GST_STATE_CHANGE_FAILURE);
    }
    play(reader);
    publish_until(writer, 64, 6, seen.buffers + 3);
    assert_int_equal(seen.first_byte, 6);
    stop(reader);
    tri_writer_close(&writer);
}

static void a_sink_refuses_a_name_that_has_a_writer(void **state)
{
    (void)state;
    tri_writer *writer = open_writer();
    GstElement *second = pipeline("videotestsrc ! triptychsink stream=%s", stream_name());
    gst_element_set_state(second, GST_STATE_PLAYING);
    assert_int_equal(wait_for(second, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    stop(second);
    tri_writer_close(&writer);
}

static void buffers_outlive_the_elements_that_made_them(void **state)
{
    (void)state;
    tri_writer *writer = open_writer();
    GstElement *reader =
        pipeline("triptychsrc stream=%s ! fakesink name=end sync=false enable-last-sample=true",
                 stream_name());
    watch(reader, "end");
    play(reader);
    publish_until(writer, 64, 77, 3);
    GstElement *end = gst_bin_get_by_name(GST_BIN(reader), "end");
    GstSample *sample;
    g_object_get(end, "last-sample", &sample, NULL);
    gst_object_unref(end);
    stop(reader);
    tri_writer_close(&writer);

    GstMapInfo map;
    assert_true(gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ));
    assert_int_equal(map.data[0], 77);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    gst_sample_unref(sample);
}

static void the_device_monitor_lists_the_stream(void **state)
{
    (void)state;
    tri_writer *writer = open_writer();
    publish(writer, 64, 1, 1);
    GstDeviceMonitor *monitor = gst_device_monitor_new();
    gst_device_monitor_add_filter(monitor, "Source/Video", NULL);
    assert_true(gst_device_monitor_start(monitor));
    gboolean found = FALSE;
    GList *devices = gst_device_monitor_get_devices(monitor);
    for (GList *d = devices; d; d = d->next) {
        GstStructure *properties = gst_device_get_properties(d->data);
        if (properties) {
            found |= g_strcmp0(gst_structure_get_string(properties, "triptych.stream"),
                               stream_name()) == 0;
            gst_structure_free(properties);
        }
    }
    g_list_free_full(devices, gst_object_unref);
    gst_device_monitor_stop(monitor);
    gst_object_unref(monitor);
    assert_true(found);
    tri_writer_close(&writer);
}

static void a_stream_through_sink_and_source_keeps_its_capture_times(void **state)
{
    (void)state;
    tri_writer *writer = open_writer();
    GstElement *middle = pipeline("triptychsrc stream=%s ! triptychsink stream=%s-2 sync=false",
                                  stream_name(), stream_name());
    play(middle);
    char second[TRI_NAME_MAX + 1];
    snprintf(second, sizeof(second), "%s-2", stream_name());
    tri_reader *reader;
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = second }),
                     TRI_OK);

    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    struct tri_frame frame = { 0 };
    int64_t sent = 0;
    enum tri_err err = TRI_ERR_TIMEOUT;
    for (int i = 0; i < 200 && err != TRI_OK; i++) {
        struct tri_draft draft;
        assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
        sent = tri_now_ns() - 123456789;
        draft.info.capture_ns = sent;
        assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
        err = tri_reader_borrow(reader, &frame, 300);
    }
    assert_int_equal(err, TRI_OK);
    assert_true(frame.info.capture_ns == sent);
    tri_reader_give_back(reader, &frame);
    tri_reader_close(&reader);
    stop(middle);
    tri_writer_close(&writer);
}

static int next_stream(void **state)
{
    (void)state;
    test_number++;
    memset(&seen, 0, sizeof(seen));
    return 0;
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_frame_is_written_and_read_in_its_slot, next_stream),
        cmocka_unit_test_setup(a_writer_of_frames_elsewhere_costs_one_copy, next_stream),
        cmocka_unit_test_setup(
            a_queue_longer_than_the_stream_has_slots_costs_copies_and_stops_nobody, next_stream),
        cmocka_unit_test_setup(caps_follow_a_change_of_size_in_mid_stream, next_stream),
        cmocka_unit_test_setup(a_running_pipeline_outlives_its_writer_and_picks_up_the_next,
                               next_stream),
        cmocka_unit_test_setup(the_end_of_the_writer_is_what_on_disconnect_says, next_stream),
        cmocka_unit_test_setup(a_timeout_without_a_stream_is_an_error, next_stream),
        cmocka_unit_test_setup(a_thousand_state_changes_leave_a_pipeline_that_works, next_stream),
        cmocka_unit_test_setup(a_sink_refuses_a_name_that_has_a_writer, next_stream),
        cmocka_unit_test_setup(buffers_outlive_the_elements_that_made_them, next_stream),
        cmocka_unit_test_setup(the_device_monitor_lists_the_stream, next_stream),
        cmocka_unit_test_setup(a_stream_through_sink_and_source_keeps_its_capture_times,
                               next_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
