/* SPDX-License-Identifier: MIT */
/* Single buffers at triptychsink: their memory, their description, their times. */
#include "gst_harness.h"

#define BYTES ((gsize)64 * 48)

/** A sink with caps for grey frames, 48 rows of 64 bytes. */
static GstHarness *sink(void)
{
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(h, harness_grey(64));
    return h;
}

/** A frame in memory that the sink offers for grey frames of this width. */
static GstBuffer *offered(GstHarness *h, int width)
{
    GstBuffer *buffer = harness_offered(h, width);
    GST_BUFFER_PTS(buffer) = 0;
    return buffer;
}

/** The description of the newest frame, and its first pixel. */
static struct tri_frame_info newest(uint8_t *pixel)
{
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 10000), TRI_OK);
    const struct tri_frame_info info = frame.info;
    *pixel = *(const uint8_t *)frame.data[0];
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return info;
}

static void buffer_that_comes_twice_is_copied_the_second_time(void **state)
{
    (void)state;
    GstHarness *h = sink();
    GstBuffer *buffer = offered(h, 64);
    gst_buffer_memset(buffer, 0, 7, BYTES);
    for (guint64 i = 0; i < 3; i++) {
        uint8_t pixel;
        assert_int_equal(gst_harness_push(h, gst_buffer_ref(buffer)), GST_FLOW_OK);
        assert_int_equal(harness_figure(h, "zero-copy-frames"), 1);
        assert_int_equal(harness_figure(h, "copied-frames"), i);
        assert_int_equal(newest(&pixel).number, i + 1);
        assert_int_equal(pixel, 7);
    }
    gst_buffer_unref(buffer);
    harness_end(h);
}

static void buffer_whose_plane_was_moved_is_copied_from_there(void **state)
{
    (void)state;
    GstHarness *h = sink();
    GstBuffer *buffer = offered(h, 128); // of twice the width
    gst_buffer_memset(buffer, 0, 1, 2 * BYTES);
    gst_buffer_memset(buffer, 64, 2, 64);
    GstVideoMeta *meta = gst_buffer_get_video_meta(buffer);
    meta->offset[0] = 64; // without its left half
    meta->width = 64;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
    uint8_t pixel;
    assert_int_equal(newest(&pixel).video.width, 64);
    assert_int_equal(pixel, 2);
    assert_int_equal(harness_figure(h, "copied-frames"), 1);
    harness_end(h);
}

static void frame_shorter_than_its_caps_is_an_error(void **state)
{
    (void)state;
    GstHarness *h = sink();
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, BYTES - 64, NULL);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_ERROR);
    assert_int_equal(pipes_wait(h->element, GST_MESSAGE_ERROR), GST_MESSAGE_ERROR);
    harness_end(h);
}

static void empty_jpeg_drops_only_itself(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(h,
                             gst_caps_from_string("image/jpeg,width=64,height=48,framerate=30/1"));
    for (gsize bytes = 0; bytes < 2; bytes++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, bytes, NULL);
        GST_BUFFER_PTS(buffer) = 0;
        assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
    }
    assert_int_equal(harness_figure(h, "dropped-frames"), 1);
    assert_int_equal(harness_figure(h, "copied-frames"), 1);
    harness_end(h);
}

static void discontinuity_is_a_restart_for_readers(void **state)
{
    (void)state;
    uint8_t pixel;
    GstHarness *h = sink();
    for (guint i = 0; i < 4; i++) {
        GstBuffer *buffer = offered(h, 64);
        if (i % 2)
            GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
        assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
        assert_int_equal(newest(&pixel).flags & TRI_FRAME_RESTART, i % 2 ? TRI_FRAME_RESTART : 0);
    }
    harness_end(h);
}

static void time_that_cannot_be_the_capture_is_ignored(void **state)
{
    (void)state;
    enum { HOUR_S = 3600, NTP_1970_S = 2208988800 };
    const GstClockTime real =
        (GstClockTime)g_get_real_time() * GST_USECOND + NTP_1970_S * (GstClockTime)GST_SECOND;
    const struct {
        GstClockTime pts;
        GstClockTime ntp; // 0: none
        guint32 flags;
    } times[] = {
        { 0, real, TRI_FRAME_TIME_SENDER },
        { 0, real - HOUR_S * GST_SECOND, 0 },
        { 0, real + HOUR_S * GST_SECOND, 0 },
        { HOUR_S * GST_SECOND, 0, 0 },
    };
    uint8_t pixel;
    GstHarness *h = sink();
    g_object_set(h->element, "sync", FALSE, NULL);
    GstCaps *ntp = gst_caps_new_empty_simple("timestamp/x-ntp");
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        GstBuffer *buffer = offered(h, 64);
        GST_BUFFER_PTS(buffer) = times[i].pts;
        if (times[i].ntp)
            gst_buffer_add_reference_timestamp_meta(buffer, ntp, times[i].ntp, GST_CLOCK_TIME_NONE);
        assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
        const struct tri_frame_info info = newest(&pixel);
        assert_int_equal(info.flags & TRI_FRAME_TIME_SENDER, times[i].flags);
        assert_true(info.capture_ns <= info.publish_ns);
        assert_true(info.publish_ns - info.capture_ns < 60 * (int64_t)GST_SECOND);
    }
    gst_caps_unref(ntp);
    harness_end(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(buffer_that_comes_twice_is_copied_the_second_time),
        pipes_test(buffer_whose_plane_was_moved_is_copied_from_there),
        pipes_test(frame_shorter_than_its_caps_is_an_error),
        pipes_test(empty_jpeg_drops_only_itself),
        pipes_test(discontinuity_is_a_restart_for_readers),
        pipes_test(time_that_cannot_be_the_capture_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
