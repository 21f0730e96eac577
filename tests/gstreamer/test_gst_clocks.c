/* SPDX-License-Identifier: MIT */
/* Times of frames in pipelines whose clock is not CLOCK_MONOTONIC itself. */
#include "gst_pipes.h"

#define BEHIND (10 * GST_SECOND) // offset of this test's clocks
#define NEAR   (5 * GST_SECOND)  // on a busy machine, and still far below BEHIND

/** A clock class derived from the system clock: network clocks are of this kind. */
typedef GstSystemClock BehindClock;
typedef GstSystemClockClass BehindClockClass;
static GType behind_clock_get_type(void);
G_DEFINE_TYPE(BehindClock, behind_clock, GST_TYPE_SYSTEM_CLOCK)

static GstClockTime time_behind(GstClock *clock)
{
    return GST_CLOCK_CLASS(behind_clock_parent_class)->get_internal_time(clock) - BEHIND;
}

static void behind_clock_class_init(BehindClockClass *klass)
{
    GST_CLOCK_CLASS(klass)->get_internal_time = time_behind;
}

static void behind_clock_init(BehindClock *clock)
{
    (void)clock;
}

static GstClock *calibrated_clock(void)
{
    GstClock *clock = g_object_new(GST_TYPE_SYSTEM_CLOCK, NULL);
    gst_object_ref_sink(clock);
    gst_clock_set_calibration(clock, BEHIND, 0, 1, 1);
    return clock;
}

static GstClock *derived_clock(void)
{
    return gst_object_ref_sink(g_object_new(behind_clock_get_type(), NULL));
}

/** A pipeline with the clock `clock`, which it owns. */
static GstElement *timed(GstElement *pipe, GstClock *clock)
{
    gst_pipeline_use_clock(GST_PIPELINE(pipe), clock);
    gst_object_unref(clock);
    return pipe;
}

static void assert_running_time_of_frames(GstClock *clock)
{
    tri_writer *writer = pipes_writer();
    GstElement *pipe = timed(
        pipes_make("triptychsrc stream=%s ! fakesink name=end sync=false", pipes_stream()), clock);
    pipes_watch(pipe, "end");
    pipes_play(pipe);
    pipes_publish_until(writer, 64, 1, 3);
    assert_true(pipes_seen.last_pts < NEAR);
    pipes_stop(pipe);
    tri_writer_close(&writer);
}

static void assert_capture_time_of_pictures(GstClock *clock)
{
    GstElement *pipe = timed(
        pipes_make("videotestsrc is-live=true ! video/x-raw,format=GRAY8,width=64,height=48 ! "
                   "triptychsink name=out stream=%s",
                   pipes_stream()),
        clock);
    pipes_play(pipe);
    pipes_reach(pipe, "out", "zero-copy-frames", 3);
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = pipes_stream() };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 10000), TRI_OK);
    assert_true(frame.info.publish_ns - frame.info.capture_ns < (int64_t)NEAR);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    pipes_stop(pipe);
}

static void source_follows_a_calibrated_clock(void **state)
{
    (void)state;
    assert_running_time_of_frames(calibrated_clock());
}

static void source_follows_a_clock_derived_from_the_system_clock(void **state)
{
    (void)state;
    assert_running_time_of_frames(derived_clock());
}

static void sink_follows_a_calibrated_clock(void **state)
{
    (void)state;
    assert_capture_time_of_pictures(calibrated_clock());
}

static void sink_follows_a_clock_derived_from_the_system_clock(void **state)
{
    (void)state;
    assert_capture_time_of_pictures(derived_clock());
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(source_follows_a_calibrated_clock),
        pipes_test(source_follows_a_clock_derived_from_the_system_clock),
        pipes_test(sink_follows_a_calibrated_clock),
        pipes_test(sink_follows_a_clock_derived_from_the_system_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
