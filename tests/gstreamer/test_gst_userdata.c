/* SPDX-License-Identifier: MIT */
/* User data through triptychsrc and triptychsink: bytes, and regions of interest as detections. */
#include "gst_harness.h"

#define META "GstTriptychUserData"

static const struct tri_video grey = {
    .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 30, .fps_den = 1
};

/** Publishes a frame with user data. */
static void publish(tri_writer *writer, const void *user, uint32_t bytes)
{
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &grey, &draft), TRI_OK);
    memset(draft.data[0], 7, draft.shape.bytes);
    if (bytes)
        memcpy(draft.user, user, bytes);
    draft.info.user_bytes = bytes;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
}

/** What triptychsrc makes of a frame with user data. */
static GstBuffer *read_frame(const void *user, uint32_t bytes)
{
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    publish(writer, user, bytes);
    GstBuffer *buffer = gst_harness_pull(h);
    assert_non_null(buffer);
    harness_end(h);
    tri_writer_close(&writer);
    return buffer;
}

/** The newest frame's user data of a stream; fills `text` and ends it with a zero. @return bytes */
static uint32_t newest_user_data(const char *stream, char text[TRI_USER_MAX + 1])
{
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    const struct tri_reader_options options = { .name = stream };
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 60000), TRI_OK);
    const uint32_t bytes = frame.info.user_bytes;
    if (bytes)
        memcpy(text, frame.user, bytes);
    text[bytes] = '\0';
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return bytes;
}

/** A grey buffer in memory of the test. */
static GstBuffer *grey_buffer(void)
{
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)64 * 48, NULL);
    gst_buffer_memset(buffer, 0, 7, (gsize)64 * 48);
    GST_BUFFER_PTS(buffer) = 0;
    return buffer;
}

static void add_bytes(GstBuffer *buffer, const void *data, gsize size)
{
    GBytes *bytes = g_bytes_new(data, size);
    GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, META);
    assert_non_null(meta);
    gst_structure_set(gst_custom_meta_get_structure(meta), "data", G_TYPE_BYTES, bytes, NULL);
    g_bytes_unref(bytes);
}

/** Pushes a buffer into triptychsink. Takes the buffer. @return bytes of the published user data */
static uint32_t write_buffer(GstBuffer *buffer, char text[TRI_USER_MAX + 1])
{
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(
        h, gst_caps_from_string("video/x-raw,format=GRAY8,width=64,height=48,framerate=30/1"));
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_OK);
    const uint32_t bytes = newest_user_data(pipes_stream(), text);
    harness_end(h);
    return bytes;
}

/** Sends a frame through triptychsrc, elements and triptychsink. @return bytes of its user data then */
static uint32_t send_through(const char *elements, const void *user, uint32_t bytes,
                             char text[TRI_USER_MAX + 1])
{
    char output[32];
    snprintf(output, sizeof(output), "%s.out", pipes_stream());
    tri_writer *writer = pipes_writer();
    publish(writer, user, bytes);
    GstElement *pipe =
        pipes_make("triptychsrc stream=%s ! %s ! triptychsink sync=false async=false stream=%s",
                   pipes_stream(), elements, output);
    pipes_play(pipe);
    const uint32_t arrived = newest_user_data(output, text);
    pipes_stop(pipe);
    tri_writer_close(&writer);
    return arrived;
}

static void assert_region(GstBuffer *buffer, gint id, const char *label, guint x, guint y, guint w,
                          guint h, gdouble confidence)
{
    const GstVideoRegionOfInterestMeta *region =
        gst_buffer_get_video_region_of_interest_meta_id(buffer, id);
    assert_non_null(region);
    assert_string_equal(g_quark_to_string(region->roi_type), label);
    assert_int_equal(region->x, x);
    assert_int_equal(region->y, y);
    assert_int_equal(region->w, w);
    assert_int_equal(region->h, h);
    GstStructure *detection = gst_video_region_of_interest_meta_get_param(
        gst_buffer_get_video_region_of_interest_meta_id(buffer, id), "detection");
    gdouble found = -1;
    if (detection)
        gst_structure_get_double(detection, "confidence", &found);
    assert_true(found == confidence);
}

static gboolean has_region(GstBuffer *buffer)
{
    gpointer at = NULL;
    return gst_buffer_iterate_meta_filtered(buffer, &at,
                                            GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) != NULL;
}

static void user_data_of_a_frame_are_a_custom_meta(void **state)
{
    (void)state;
    static const char user[] = "any\0bytes\xff";
    GstBuffer *buffer = read_frame(user, sizeof(user));
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, META);
    assert_non_null(meta);
    GBytes *bytes;
    assert_true(
        gst_structure_get(gst_custom_meta_get_structure(meta), "data", G_TYPE_BYTES, &bytes, NULL));
    assert_int_equal(g_bytes_get_size(bytes), sizeof(user));
    assert_memory_equal(g_bytes_get_data(bytes, NULL), user, sizeof(user));
    assert_false(has_region(buffer));
    g_bytes_unref(bytes);
    gst_buffer_unref(buffer);
}

static void frame_without_user_data_has_no_custom_meta(void **state)
{
    (void)state;
    GstBuffer *buffer = read_frame(NULL, 0);
    assert_null(gst_buffer_get_custom_meta(buffer, META));
    gst_buffer_unref(buffer);
}

static void custom_meta_of_a_buffer_becomes_user_data(void **state)
{
    (void)state;
    static const char user[] = "any\0bytes\xff";
    char text[TRI_USER_MAX + 1];
    GstBuffer *buffer = grey_buffer();
    add_bytes(buffer, user, sizeof(user));
    assert_int_equal(write_buffer(buffer, text), sizeof(user));
    assert_memory_equal(text, user, sizeof(user));
}

static void bytes_beyond_the_room_are_left_out(void **state)
{
    (void)state;
    static const char user[TRI_USER_MAX + 1];
    char text[TRI_USER_MAX + 1];
    GstBuffer *buffer = grey_buffer();
    add_bytes(buffer, user, TRI_USER_MAX + 1);
    assert_int_equal(write_buffer(buffer, text), 0);
    buffer = grey_buffer();
    add_bytes(buffer, user, TRI_USER_MAX);
    assert_int_equal(write_buffer(buffer, text), TRI_USER_MAX);
}

static void bytes_pass_through_a_pipeline_unchanged(void **state)
{
    (void)state;
    // Blanks and unknown keys stay, too.
    static const char *const all[] = {
        "no json", "{\"version\": 1, \"mine\": true, \"detections\": []}",
        "{\"version\":1, \"detections\":[{\"label\":\"cat\",\"box\":[1.4,2,30,20],\"x\":1}]}"
    };
    char text[TRI_USER_MAX + 1];
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        const uint32_t bytes = (uint32_t)strlen(all[i]);
        assert_int_equal(
            send_through("queue ! videoconvert ! video/x-raw,format=NV12", all[i], bytes, text),
            bytes);
        assert_string_equal(text, all[i]);
    }
}

static void detections_become_regions_of_interest(void **state)
{
    (void)state;
    static const char user[] =
        "{\"version\":1,\"size\":[128,96],\"detections\":["
        "{\"label\":\"cat\",\"box\":[10,20.6,30,40],\"score\":0.875,\"id\":3},"
        "{\"label\":\"edge\",\"box\":[-10,80,1000,1000],\"id\":4},"
        "{\"label\":\"outside\",\"box\":[128,0,10,10],\"id\":5}]}";
    GstBuffer *buffer = read_frame(user, sizeof(user) - 1);
    assert_region(buffer, 3, "cat", 5, 10, 15, 20, 0.875); // half of it: the frame is 64x48
    assert_region(buffer, 4, "edge", 0, 40, 64, 8, -1);
    assert_null(gst_buffer_get_video_region_of_interest_meta_id(buffer, 5));
    gst_buffer_unref(buffer);
}

static void regions_of_interest_become_detections(void **state)
{
    (void)state;
    char text[TRI_USER_MAX + 1];
    GstBuffer *buffer = grey_buffer();
    GstVideoRegionOfInterestMeta *region =
        gst_buffer_add_video_region_of_interest_meta(buffer, "cat", 5, 10, 15, 20);
    region->id = 3;
    gst_video_region_of_interest_meta_add_param(
        region, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, 0.875, NULL));
    gst_buffer_add_video_region_of_interest_meta(buffer, "dog", 0, 0, 64, 48);
    assert_true(write_buffer(buffer, text) > 0);
    assert_string_equal(text, "{\"version\":1,\"size\":[64,48],\"detections\":["
                              "{\"label\":\"cat\",\"box\":[5,10,15,20],\"score\":0.875,\"id\":3},"
                              "{\"label\":\"dog\",\"box\":[0,0,64,48]}]}");
}

static void regions_replace_bytes_that_are_no_detections(void **state)
{
    (void)state;
    char text[TRI_USER_MAX + 1];
    GstBuffer *buffer = grey_buffer();
    add_bytes(buffer, "other", 5);
    gst_buffer_add_video_region_of_interest_meta(buffer, "dog", 1, 2, 3, 4);
    assert_true(write_buffer(buffer, text) > 0);
    assert_string_equal(text, "{\"version\":1,\"size\":[64,48],\"detections\":["
                              "{\"label\":\"dog\",\"box\":[1,2,3,4]}]}");
}

static void regions_beyond_the_room_leave_those_with_the_best_scores(void **state)
{
    (void)state;
    char text[TRI_USER_MAX + 1];
    GstBuffer *buffer = grey_buffer();
    for (guint i = 0; i < 30; i++) {
        gchar *label = g_strdup_printf("something with a long name %u", i);
        GstVideoRegionOfInterestMeta *region =
            gst_buffer_add_video_region_of_interest_meta(buffer, label, i, i, 10, 10);
        gst_video_region_of_interest_meta_add_param(
            region, gst_structure_new("detection", "confidence", G_TYPE_DOUBLE, i / 30., NULL));
        g_free(label);
    }
    assert_true(write_buffer(buffer, text) > TRI_USER_MAX - 100);
    assert_non_null(strstr(text, "\"omitted\":"));
    assert_non_null(strstr(text, "name 29"));
    assert_null(strstr(text, "name 0\""));
}

static void scaled_regions_become_scaled_detections(void **state)
{
    (void)state;
    static const char user[] = "{\"version\":1,\"detections\":["
                               "{\"label\":\"cat\",\"box\":[20,10,30,20],\"score\":0.5}]}";
    char text[TRI_USER_MAX + 1];
    assert_true(send_through("videoscale ! video/x-raw,width=32,height=24", user, sizeof(user) - 1,
                             text) > 0);
    assert_string_equal(text, "{\"version\":1,\"frame\":1,\"size\":[32,24],\"detections\":["
                              "{\"label\":\"cat\",\"box\":[10,5,15,10],\"score\":0.5}]}");
}

static void detections_vanish_where_an_element_drops_their_regions(void **state)
{
    (void)state;
    static const char user[] = "{\"version\":1,\"detections\":["
                               "{\"label\":\"cat\",\"box\":[20,10,30,20]}]}";
    char text[TRI_USER_MAX + 1];
    assert_int_equal(send_through("videocrop left=10", user, sizeof(user) - 1, text), 0);
    assert_int_equal(send_through("videocrop left=10", "other", 5, text), 5); // not about pixels
}

static void labels_of_a_stream_use_bounded_memory(void **state)
{
    (void)state;
    enum { FRAMES = 300 };
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    guint others = 0;
    for (guint i = 0; i < FRAMES; i++) {
        GString *user = g_string_new("{\"version\":1,\"detections\":[");
        for (guint k = 0; k < 20; k++)
            g_string_append_printf(user, "%s{\"label\":\"new%u.%u\",\"box\":[0,0,9,9]}",
                                   k ? "," : "", i, k);
        g_string_append(user, "]}");
        publish(writer, user->str, (uint32_t)user->len);
        g_string_free(user, TRUE);
        GstBuffer *buffer = gst_harness_pull(h);
        const GstVideoRegionOfInterestMeta *region =
            gst_buffer_get_video_region_of_interest_meta_id(buffer, 0);
        assert_non_null(region);
        others += strcmp(g_quark_to_string(region->roi_type), "other") == 0;
        gst_buffer_unref(buffer);
    }
    assert_in_range(others, 50, FRAMES - 150); // 4096 of 6000
    harness_end(h);
    tri_writer_close(&writer);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        pipes_test(user_data_of_a_frame_are_a_custom_meta),
        pipes_test(frame_without_user_data_has_no_custom_meta),
        pipes_test(custom_meta_of_a_buffer_becomes_user_data),
        pipes_test(bytes_beyond_the_room_are_left_out),
        pipes_test(bytes_pass_through_a_pipeline_unchanged),
        pipes_test(detections_become_regions_of_interest),
        pipes_test(regions_of_interest_become_detections),
        pipes_test(regions_replace_bytes_that_are_no_detections),
        pipes_test(regions_beyond_the_room_leave_those_with_the_best_scores),
        pipes_test(scaled_regions_become_scaled_detections),
        pipes_test(detections_vanish_where_an_element_drops_their_regions),
        pipes_test(labels_of_a_stream_use_bounded_memory),
    };
    gst_init(&argc, &argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
