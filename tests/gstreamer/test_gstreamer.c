/* SPDX-License-Identifier: MIT */
/* triptychsrc and triptychsink between real elements of GStreamer, on real streams. */
#include "gst_pipes.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>

static void pipeline_outlives_its_writer_and_follows_the_next(void **state)
{
    (void)state;
    GstElement *reader =
        pipes_make("triptychsrc name=in stream=%s ! fakesink name=end sync=false", pipes_stream());
    pipes_watch(reader, "end");
    pipes_play(reader);
    for (uint8_t life = 1; life <= 3; life++) {
        tri_writer *writer = pipes_writer();
        pipes_publish_until(writer, 64, life, pipes_seen.buffers + 3);
        assert_int_equal(pipes_seen.first_byte, life);
        tri_writer_close(&writer);
    }
    pipes_stop(reader);
}

static void thousand_state_changes_leave_a_pipeline_that_works(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    pipes_publish(writer, 64, 5, 1);
    GstElement *reader =
        pipes_make("triptychsrc stream=%s ! fakesink name=end sync=false", pipes_stream());
    pipes_watch(reader, "end");
    for (int i = 0; i < 1000; i++) {
        pipes_play(reader);
        assert_int_not_equal(
            gst_element_set_state(reader, i % 2 ? GST_STATE_READY : GST_STATE_NULL),
            GST_STATE_CHANGE_FAILURE);
    }
    pipes_play(reader);
    pipes_publish_until(writer, 64, 6, pipes_seen.buffers + 3);
    assert_int_equal(pipes_seen.first_byte, 6);
    pipes_stop(reader);
    tri_writer_close(&writer);
}

static GstBusSyncReply count_errors(GstBus *bus, GstMessage *message, gpointer errors)
{
    (void)bus;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        g_atomic_int_inc((gint *)errors);
    return GST_BUS_PASS;
}

static void source_that_is_not_live_stops_without_an_error(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    pipes_publish(writer, 64, 5, 1);
    GstElement *reader =
        pipes_make("triptychsrc stream=%s is-live=false ! fakesink", pipes_stream());
    gint errors = 0;
    GstBus *bus = gst_element_get_bus(reader);
    gst_bus_set_sync_handler(bus, count_errors, &errors, NULL);
    gst_object_unref(bus);
    for (int i = 0; i < 300; i++) {
        pipes_play(reader);
        g_usleep((gulong)(i % 50) * 20); // at any point of its first frame
        gst_element_set_state(reader, GST_STATE_READY);
    }
    pipes_stop(reader);
    assert_int_equal(errors, 0);
    tri_writer_close(&writer);
}

static void thousand_state_changes_leave_a_sink_that_works(void **state)
{
    (void)state;
    GstElement *writer = pipes_make("videotestsrc ! video/x-raw,format=GRAY8,width=64,height=48 ! "
                                    "triptychsink name=out stream=%s sync=false",
                                    pipes_stream());
    for (int i = 0; i < 1000; i++) {
        pipes_play(writer);
        assert_int_not_equal(
            gst_element_set_state(writer, i % 2 ? GST_STATE_READY : GST_STATE_NULL),
            GST_STATE_CHANGE_FAILURE);
    }
    pipes_play(writer);
    pipes_reach(writer, "out", "zero-copy-frames",
                pipes_figure(writer, "out", "zero-copy-frames") + 10);
    pipes_stop(writer);
    struct tri_stream stream;
    assert_int_not_equal(tri_stream_find(pipes_stream(), &stream), TRI_OK); // nothing remains
}

static void sink_continues_after_a_flushing_seek(void **state)
{
    (void)state;
    GstElement *writer =
        pipes_make("videotestsrc ! video/x-raw,format=GRAY8,width=64,height=48,framerate=100/1 ! "
                   "queue ! triptychsink name=out stream=%s",
                   pipes_stream());
    pipes_play(writer);
    pipes_reach(writer, "out", "zero-copy-frames", 5);
    assert_true(gst_element_seek_simple(writer, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
    pipes_reach(writer, "out", "zero-copy-frames",
                pipes_figure(writer, "out", "zero-copy-frames") + 20);
    pipes_stop(writer);
}

static void sink_refuses_a_name_that_has_a_writer(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstElement *second = pipes_make("videotestsrc ! triptychsink stream=%s", pipes_stream());
    gst_element_set_state(second, GST_STATE_PLAYING);
    assert_int_equal(pipes_wait(second, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    pipes_stop(second);
    tri_writer_close(&writer);
}

static void sink_refuses_an_invalid_mode(void **state)
{
    (void)state;
    static const char *const modes[] = { "rw-r-----", "0999", "01777" };
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
        GstElement *writer = pipes_make("videotestsrc ! triptychsink stream=%s permissions=%s",
                                        pipes_stream(), modes[i]);
        gst_element_set_state(writer, GST_STATE_PLAYING);
        assert_int_equal(pipes_wait(writer, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
        pipes_stop(writer);
    }
}

static void sink_waits_with_the_first_frame_for_a_reader(void **state)
{
    (void)state;
    GstElement *writer = pipes_make("videotestsrc num-buffers=50 ! "
                                    "video/x-raw,format=GRAY8,width=64,height=48,framerate=25/1 ! "
                                    "triptychsink name=out stream=%s wait-for-connection=true",
                                    pipes_stream());
    pipes_play(writer);
    assert_int_equal(gst_element_get_state(writer, NULL, NULL, 300 * GST_MSECOND),
                     GST_STATE_CHANGE_ASYNC);
    assert_int_equal(pipes_figure(writer, "out", "zero-copy-frames"), 0);

    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = pipes_stream(), .mode = TRI_MODE_NEXT };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 60000), TRI_OK);
    assert_int_equal(frame.info.number, 1);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    pipes_stop(writer);
}

static void sink_that_waits_ignores_programs_that_inspect(void **state)
{
    (void)state;
    const gint64 inspection_us = 30000; // the library takes 100 ms for a reader
    GstElement *writer = pipes_make(
        "videotestsrc ! triptychsink name=out stream=%s wait-for-connection=true", pipes_stream());
    struct tri_stream stream;
    pipes_play(writer);
    while (tri_stream_find(pipes_stream(), &stream) != TRI_OK || stream.shm_id < 0)
        g_usleep(1000);
    const gint64 began_us = g_get_monotonic_time();
    void *at = shmat(stream.shm_id, NULL, SHM_RDONLY);
    assert_ptr_not_equal(at, (void *)-1);
    g_usleep((gulong)inspection_us);
    assert_int_equal(shmdt(at), 0);
    if (g_get_monotonic_time() - began_us < 3 * inspection_us) // unless the machine is too busy
        assert_int_equal(gst_element_get_state(writer, NULL, NULL, 300 * GST_MSECOND),
                         GST_STATE_CHANGE_ASYNC);
    pipes_stop(writer);
}

static void sink_that_waits_for_a_reader_can_be_stopped(void **state)
{
    (void)state;
    GstElement *writer = pipes_make(
        "videotestsrc ! triptychsink name=out stream=%s wait-for-connection=true", pipes_stream());
    pipes_play(writer);
    assert_int_equal(gst_element_get_state(writer, NULL, NULL, 100 * GST_MSECOND),
                     GST_STATE_CHANGE_ASYNC);
    pipes_stop(writer);
}

static void device_monitor_lists_the_stream(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    pipes_publish(writer, 64, 1, 1);
    GstDeviceMonitor *monitor = gst_device_monitor_new();
    gst_device_monitor_add_filter(monitor, "Source/Video", NULL);
    assert_true(gst_device_monitor_start(monitor));
    gboolean found = FALSE;
    GList *devices = gst_device_monitor_get_devices(monitor);
    for (GList *d = devices; d; d = d->next) {
        GstStructure *properties = gst_device_get_properties(d->data);
        if (properties) {
            found |= g_strcmp0(gst_structure_get_string(properties, "triptych.stream"),
                               pipes_stream()) == 0;
            gst_structure_free(properties);
        }
    }
    g_list_free_full(devices, gst_object_unref);
    gst_device_monitor_stop(monitor);
    gst_object_unref(monitor);
    assert_true(found);
    tri_writer_close(&writer);
}

/** Waits for a message of a device monitor. */
static GstMessage *await_device(GstBus *bus, GstMessageType type)
{
    GstMessage *message = NULL;
    do { // a filter matches all extended types as one
        if (message)
            gst_message_unref(message);
        message = gst_bus_timed_pop(bus, PIPES_PATIENCE);
        assert_non_null(message);
    } while (GST_MESSAGE_TYPE(message) != type);
    return message;
}

static void device_monitor_posts_a_change_of_size(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    pipes_publish(writer, 64, 1, 1);
    GstDeviceMonitor *monitor = gst_device_monitor_new();
    gst_device_monitor_add_filter(monitor, "Source/Video", NULL);
    assert_true(gst_device_monitor_start(monitor));
    pipes_publish(writer, 128, 1, 1);
    GstBus *bus = gst_device_monitor_get_bus(monitor);
    GstMessage *message = await_device(bus, GST_MESSAGE_DEVICE_CHANGED);
    GstDevice *device;
    gst_message_parse_device_changed(message, &device, NULL);
    GstCaps *caps = gst_device_get_caps(device);
    int width;
    assert_true(gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width));
    assert_int_equal(width, 128);
    gst_caps_unref(caps);
    gst_object_unref(device);
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_device_monitor_stop(monitor);
    gst_object_unref(monitor);
    tri_writer_close(&writer);
}

static void device_monitor_posts_the_death_of_a_writer(void **state)
{
    (void)state;
    tri_writer *doomed;
    const struct tri_writer_options options = { .name = pipes_stream() }; // of this process
    const pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (tri_writer_open(&doomed, &options) == TRI_OK)
            pipes_publish(doomed, 64, 1, 1);
        pause();
        _exit(1);
    }
    struct tri_stream stream;
    for (int i = 0; tri_stream_find(pipes_stream(), &stream) != TRI_OK || !stream.has_frame; i++) {
        assert_true(i < 6000);
        g_usleep(10000);
    }
    GstDeviceMonitor *monitor = gst_device_monitor_new();
    gst_device_monitor_add_filter(monitor, "Source/Video", NULL);
    assert_true(gst_device_monitor_start(monitor));
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    GstBus *bus = gst_device_monitor_get_bus(monitor);
    gst_message_unref(await_device(bus, GST_MESSAGE_DEVICE_REMOVED));
    gst_object_unref(bus);
    gst_device_monitor_stop(monitor);
    gst_object_unref(monitor);
    assert_int_equal(tri_stream_find(pipes_stream(), &stream), TRI_OK);
    assert_int_equal(stream.state, TRI_STREAM_DEAD);
    tri_writer *next = pipes_writer();
    tri_writer_close(&next);
}

static void stream_through_sink_and_source_keeps_its_capture_times(void **state)
{
    (void)state;
    tri_writer *writer = pipes_writer();
    GstElement *middle = pipes_make("triptychsrc stream=%s ! triptychsink stream=%s-2 sync=false",
                                    pipes_stream(), pipes_stream());
    pipes_play(middle);
    char second[TRI_NAME_MAX + 1];
    snprintf(second, sizeof(second), "%s-2", pipes_stream());
    tri_reader *reader;
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = second }),
                     TRI_OK);

    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    struct tri_frame frame = { 0 };
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    const int64_t sent = tri_now_ns() - 123456789;
    draft.info.capture_ns = sent;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, PIPES_PATIENCE / GST_MSECOND), TRI_OK);
    assert_true(frame.info.capture_ns == sent);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    pipes_stop(middle);
    tri_writer_close(&writer);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(pipeline_outlives_its_writer_and_follows_the_next),
        pipes_test(thousand_state_changes_leave_a_pipeline_that_works),
        pipes_test(source_that_is_not_live_stops_without_an_error),
        pipes_test(thousand_state_changes_leave_a_sink_that_works),
        pipes_test(sink_continues_after_a_flushing_seek),
        pipes_test(sink_refuses_a_name_that_has_a_writer),
        pipes_test(sink_refuses_an_invalid_mode),
        pipes_test(sink_waits_with_the_first_frame_for_a_reader),
        pipes_test(sink_that_waits_ignores_programs_that_inspect),
        pipes_test(sink_that_waits_for_a_reader_can_be_stopped),
        pipes_test(device_monitor_lists_the_stream),
        pipes_test(device_monitor_posts_a_change_of_size),
        pipes_test(device_monitor_posts_the_death_of_a_writer),
        pipes_test(stream_through_sink_and_source_keeps_its_capture_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
