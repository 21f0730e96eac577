/* SPDX-License-Identifier: MIT */
/* Addresses of frames on their way through triptychsink and triptychsrc, and copy counters. */
#include "gst_pipes.h"
#include "skip.h"

#include <sys/shm.h>

#define RAW         "video/x-raw,format=NV12,width=640,height=480,framerate=60/1"
#define FRAMES_MOST 4096

/** Where the upstream element wrote each frame, by its number in the stream. */
static struct {
    guint frames;
    guint elsewhere; // not in a writable segment
    gsize offset[FRAMES_MOST];
} written;

static GstPadProbeReturn note_where_written(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    (void)data;
    GstMapInfo map;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (written.frames + 1 < FRAMES_MOST && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        if (!pipes_in_segment(map.data, TRUE, &written.offset[++written.frames]))
            written.elsewhere++;
        gst_buffer_unmap(buffer, &map);
    }
    return GST_PAD_PROBE_OK;
}

/** Counts the frames that downstream receives at the address where upstream wrote them. */
static GstPadProbeReturn compare_places(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const guint64 number = GST_BUFFER_OFFSET(buffer);
    GstMapInfo map;
    gsize offset = 0;
    if (number < FRAMES_MOST && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        if (pipes_in_segment(map.data, FALSE, &offset) && offset == written.offset[number])
            g_atomic_int_inc((gint *)data);
        gst_buffer_unmap(buffer, &map);
    }
    return GST_PAD_PROBE_OK;
}

static void frame_is_read_where_upstream_wrote_it_in_the_segment(void **state)
{
    (void)state;
    gint same = 0;
    memset(&written, 0, sizeof(written));
    GstElement *writer = pipes_make("videotestsrc is-live=true ! " RAW
                                    " ! triptychsink name=out stream=%s sync=false",
                                    pipes_stream());
    GstElement *reader =
        pipes_make("triptychsrc name=in stream=%s num-buffers=30 ! fakesink name=end sync=false",
                   pipes_stream());
    pipes_probe(writer, "out", "sink", GST_PAD_PROBE_TYPE_BUFFER, note_where_written, NULL);
    pipes_probe(reader, "end", "sink", GST_PAD_PROBE_TYPE_BUFFER, compare_places, &same);
    pipes_watch(reader, "end");
    pipes_play(writer);
    pipes_play_to_end(reader);
    pipes_stop(writer);

    assert_true(written.frames >= 30);
    assert_int_equal(written.elsewhere, 0);
    assert_int_equal(same, 30);
    assert_int_equal(pipes_seen.in_segment, 30); // and not writable there
    assert_true(pipes_seen.read_only);
    assert_int_equal(pipes_seen.steps_back, 0);
    assert_int_equal(pipes_figure(reader, "in", "copied-frames"), 0);
    assert_int_equal(pipes_figure(reader, "in", "zero-copy-frames"), 30);
    pipes_stop(reader);
}

static gchar *video_path; // H.264, 60 frames

/** Encodes the file, once for all tests; FALSE if the elements are not installed. */
static gboolean have_video(void)
{
    const char *needed[] = { "x264enc", "avdec_h264", "h264parse" };
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        GstElementFactory *factory = gst_element_factory_find(needed[i]);
        if (!factory)
            return FALSE;
        gst_object_unref(factory);
    }
    if (video_path)
        return TRUE;
    video_path = g_strdup_printf("%s/triptych-video-%d.h264", g_get_tmp_dir(), (int)getpid());
    GstElement *encoder =
        pipes_make("videotestsrc num-buffers=60 pattern=ball ! "
                   "video/x-raw,format=I420,width=320,height=240,framerate=30/1 ! "
                   "x264enc ref=3 bframes=3 ! filesink location=%s",
                   video_path);
    pipes_play_to_end(encoder);
    pipes_stop(encoder);
    return TRUE;
}

static void decoder_writes_into_the_slots(void **state)
{
    (void)state;
    if (!have_video())
        skip_because("needs x264enc, h264parse and avdec_h264");
    memset(&written, 0, sizeof(written));
    GstElement *writer = pipes_make("filesrc location=%s ! decodebin ! "
                                    "triptychsink name=out stream=%s sync=false",
                                    video_path, pipes_stream());
    pipes_probe(writer, "out", "sink", GST_PAD_PROBE_TYPE_BUFFER, note_where_written, NULL);
    pipes_play_to_end(writer);

    assert_int_equal(written.frames, 60);
    assert_int_equal(written.elsewhere, 0);
    assert_int_equal(pipes_figure(writer, "out", "zero-copy-frames"), 60);
    assert_int_equal(pipes_figure(writer, "out", "copied-frames"), 0);
    pipes_stop(writer);
}

static void decoder_that_keeps_more_frames_than_slots_costs_copies(void **state)
{
    (void)state;
    if (!have_video())
        skip_because("needs x264enc, h264parse and avdec_h264");
    GstElement *writer = pipes_make("filesrc location=%s ! decodebin ! "
                                    "triptychsink name=out stream=%s slots=4 sync=false",
                                    video_path, pipes_stream());
    pipes_play_to_end(writer);

    assert_true(pipes_figure(writer, "out", "copied-frames") > 0);
    assert_int_equal(pipes_figure(writer, "out", "dropped-frames"), 0);
    pipes_stop(writer);
}

static void queue_before_the_sink_longer_than_the_slots_loses_no_frame(void **state)
{
    (void)state;
    GstElement *writer = pipes_make(
        "videotestsrc num-buffers=60 ! " RAW " ! "
        "queue max-size-buffers=40 max-size-time=0 max-size-bytes=0 min-threshold-buffers=30 ! "
        "triptychsink name=out stream=%s sync=false",
        pipes_stream());
    pipes_play_to_end(writer);

    assert_true(pipes_figure(writer, "out", "zero-copy-frames") > 0);
    assert_true(pipes_figure(writer, "out", "copied-frames") > 0);
    assert_int_equal(pipes_figure(writer, "out", "dropped-frames"), 0);
    pipes_stop(writer);
}

static void queue_longer_than_the_slots_costs_copies_only(void **state)
{
    (void)state;
    GstElement *writer =
        pipes_make("videotestsrc is-live=true ! " RAW " ! triptychsink name=out stream=%s slots=4",
                   pipes_stream());
    GstElement *reader = pipes_make(
        "triptychsrc name=in stream=%s num-buffers=60 ! "
        "queue max-size-buffers=40 max-size-time=0 max-size-bytes=0 min-threshold-buffers=30 ! "
        "fakesink name=end sync=false",
        pipes_stream());
    pipes_play(writer);
    pipes_play_to_end(reader);

    assert_true(pipes_figure(reader, "in", "zero-copy-frames") > 0);
    assert_true(pipes_figure(reader, "in", "copied-frames") > 0);
    // Not zero: while it copies, the reader locks a third slot, on a busy machine for more than a
    // frame.
    assert_in_range(pipes_figure(writer, "out", "dropped-frames"), 0, 20);
    pipes_stop(reader);
    pipes_stop(writer);
}

static void readers_that_keep_one_frame_each_cost_no_copy(void **state)
{
    (void)state;
    GstElement *writer = pipes_make(
        "videotestsrc is-live=true ! " RAW " ! triptychsink name=out stream=%s", pipes_stream());
    GstElement *readers[3];
    pipes_play(writer);
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
        readers[i] = pipes_make("triptychsrc name=in stream=%s ! fakesink enable-last-sample=true",
                                pipes_stream());
        pipes_play(readers[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++)
        pipes_reach(readers[i], "in", "zero-copy-frames", 20);
    for (gsize i = 0; i < G_N_ELEMENTS(readers); i++) {
        assert_int_equal(pipes_figure(readers[i], "in", "copied-frames"), 0);
        pipes_stop(readers[i]);
    }
    assert_int_equal(pipes_figure(writer, "out", "dropped-frames"), 0);
    pipes_stop(writer);
}

static void frames_begun_in_a_replaced_segment_are_copied(void **state)
{
    (void)state;
    GstElement *writer = pipes_make(
        "videotestsrc is-live=true ! " RAW " ! "
        "queue max-size-buffers=40 max-size-time=0 max-size-bytes=0 min-threshold-buffers=3 ! "
        "triptychsink name=out stream=%s sync=false",
        pipes_stream());
    pipes_play(writer);
    pipes_reach(writer, "out", "zero-copy-frames", 5);
    const guint64 copied = pipes_figure(writer, "out", "copied-frames");
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(pipes_stream(), &stream), TRI_OK);
    assert_int_equal(shmctl(stream.shm_id, IPC_RMID, NULL), 0); // detected within a second

    pipes_reach(writer, "out", "copied-frames", copied + 1);
    pipes_reach(writer, "out", "zero-copy-frames",
                pipes_figure(writer, "out", "zero-copy-frames") + 5);
    assert_int_equal(pipes_figure(writer, "out", "dropped-frames"), 0);
    pipes_stop(writer);
}

static GstPadProbeReturn offer_pool(GstPad *pad, GstPadProbeInfo *info, gpointer pool)
{
    (void)pad;
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY(info);
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION)
        return GST_PAD_PROBE_OK;
    gst_query_add_allocation_pool(query, pool, 0, 0, 0);
    return GST_PAD_PROBE_HANDLED;
}

static void downstream_pool_knows_the_frames_before_the_first(void **state)
{
    (void)state;
    GstBufferPool *pool = gst_buffer_pool_new();
    GstElement *reader =
        pipes_make("triptychsrc name=in stream=%s ! fakesink name=end sync=false", pipes_stream());
    pipes_probe(reader, "end", "sink", GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, offer_pool, pool);
    pipes_watch(reader, "end");
    pipes_play(reader);
    tri_writer *writer = pipes_writer();
    pipes_publish_until(writer, 64, 99, 1);

    assert_true(gst_buffer_pool_is_active(pool)); // as PipeWire's pool requests
    GstStructure *config = gst_buffer_pool_get_config(pool);
    GstCaps *caps;
    guint size;
    assert_true(gst_buffer_pool_config_get_params(config, &caps, &size, NULL, NULL));
    assert_non_null(caps);
    assert_int_equal(size, 64 * 48);
    gst_structure_free(config);
    pipes_stop(reader);
    tri_writer_close(&writer);
    gst_object_unref(pool);
}

static int remove_video(void **state)
{
    (void)state;
    if (video_path)
        unlink(video_path);
    g_free(video_path);
    return 0;
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        pipes_test(frame_is_read_where_upstream_wrote_it_in_the_segment),
        pipes_test(decoder_writes_into_the_slots),
        pipes_test(decoder_that_keeps_more_frames_than_slots_costs_copies),
        pipes_test(queue_before_the_sink_longer_than_the_slots_loses_no_frame),
        pipes_test(queue_longer_than_the_slots_costs_copies_only),
        pipes_test(readers_that_keep_one_frame_each_cost_no_copy),
        pipes_test(frames_begun_in_a_replaced_segment_are_copied),
        pipes_test(downstream_pool_knows_the_frames_before_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, remove_video);
}
