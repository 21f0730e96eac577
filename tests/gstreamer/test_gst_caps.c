/* SPDX-License-Identifier: MIT */
/* Descriptions of frames pass through triptychsink and triptychsrc. */
#include "gst_harness.h"

/** A sink and a source on the same stream. */
struct chain {
    GstHarness *in;
    GstHarness *out;
};

static struct chain chain_of(const char *caps)
{
    const struct chain chain = { harness_of("triptychsink"), harness_of("triptychsrc") };
    gst_harness_set_src_caps(chain.in, gst_caps_from_string(caps));
    gst_harness_play(chain.out);
    return chain;
}

/** Passes one frame with these flags. */
static GstBuffer *pass(struct chain chain, const char *caps, guint flags)
{
    GstVideoInfo info;
    GstCaps *parsed = gst_caps_from_string(caps);
    assert_true(gst_video_info_from_caps(&info, parsed));
    gst_caps_unref(parsed);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    gst_buffer_memset(buffer, 0, 1, info.size);
    GST_BUFFER_FLAG_SET(buffer, flags);
    GST_BUFFER_PTS(buffer) = 0;
    assert_int_equal(gst_harness_push(chain.in, buffer), GST_FLOW_OK);
    buffer = gst_harness_pull(chain.out);
    assert_non_null(buffer);
    return buffer;
}

static void end(struct chain chain)
{
    harness_end(chain.out);
    harness_end(chain.in);
}

static void caps_pass_unchanged(void **state)
{
    (void)state;
    static const struct {
        const char *format;
        const char *fields;
    } said[] = {
        { "I420, colorimetry=bt601, chroma-site=jpeg, pixel-aspect-ratio=59/54",
          "interleaved, field-order=top-field-first" },
        { "YUY2, colorimetry=bt601, chroma-site=mpeg2, pixel-aspect-ratio=10/11",
          "interleaved, field-order=bottom-field-first" },
        { "NV12, colorimetry=bt709, chroma-site=mpeg2", "progressive" },
        { "NV12, colorimetry=1:4:7:1, chroma-site=v-cosited", "progressive" },
        { "I420, colorimetry=smpte240m, chroma-site=cosited", "progressive" },
        { "I420, colorimetry=bt2020, chroma-site=cosited", "progressive" },
        { "P010_10LE, colorimetry=bt2020-10, chroma-site=cosited", "progressive" },
        { "P010_10LE, colorimetry=bt2100-pq, chroma-site=cosited", "progressive" },
        { "P010_10LE, colorimetry=bt2100-hlg, chroma-site=cosited", "progressive" },
        { "BGRx, colorimetry=sRGB, pixel-aspect-ratio=4/3", "progressive" },
        { "GRAY8, colorimetry=2:4:0:0", "progressive" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(said); i++) {
        gchar *text = g_strdup_printf("video/x-raw, width=64, height=48, framerate=25/1, "
                                      "format=%s, interlace-mode=%s",
                                      said[i].format, said[i].fields);
        const struct chain chain = chain_of(text);
        gst_buffer_unref(pass(chain, text, 0));
        GstCaps *in = gst_caps_from_string(text);
        GstCaps *out = gst_pad_get_current_caps(chain.out->sinkpad);
        if (!gst_caps_is_subset(out, in))
            print_message("%s\n", gst_caps_to_string(out));
        assert_true(gst_caps_is_subset(out, in));
        gst_caps_unref(in);
        gst_caps_unref(out);
        g_free(text);
        end(chain);
    }
}

/** Pushes bytes that differ by place through a sink and a source, as one buffer.
 *  @return what came out, whose bytes are the same */
static GstBuffer *pass_bytes(struct chain chain, gsize bytes, guint flags)
{
    guint8 *data = g_malloc(bytes);
    for (gsize i = 0; i < bytes; i++)
        data[i] = (guint8)(i * 7 + i / 251);
    GstBuffer *in = gst_buffer_new_memdup(data, bytes);
    GST_BUFFER_PTS(in) = 0;
    GST_BUFFER_FLAG_SET(in, flags);
    assert_int_equal(gst_harness_push(chain.in, in), GST_FLOW_OK);
    GstBuffer *out = gst_harness_pull(chain.out);
    assert_non_null(out);
    assert_int_equal(gst_buffer_get_size(out), bytes);
    assert_int_equal(gst_buffer_memcmp(out, 0, data, bytes), 0);
    g_free(data);
    return out;
}

static void formats_beside_raw_video_pass_unchanged(void **state)
{
    (void)state;
    const struct tri_format *format;
    guint passed = 0;
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        if (!format->media)
            continue;
        gchar *text = g_strdup_printf("%s, width=64, height=48, framerate=25/1", format->media);
        const struct chain chain = chain_of(text);
        const gsize bytes = format->components ? 64 * 48 * format->component[0].bytes : 12345;
        gst_buffer_unref(pass_bytes(chain, bytes, 0));
        GstCaps *in = gst_caps_from_string(text);
        GstCaps *out = gst_pad_get_current_caps(chain.out->sinkpad);
        assert_true(gst_caps_is_equal(in, out));
        gst_caps_unref(in);
        gst_caps_unref(out);
        g_free(text);
        end(chain);
        passed++;
    }
    assert_int_equal(passed, 16 + 3); // Bayer; MJPG, H264 and HEVC
}

static void every_raw_format_passes_unchanged(void **state)
{
    (void)state;
    const struct tri_format *format;
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        const GstVideoFormat known = format->gstreamer
                                         ? gst_video_format_from_string(format->gstreamer)
                                         : GST_VIDEO_FORMAT_UNKNOWN;
        if (known == GST_VIDEO_FORMAT_UNKNOWN)
            continue;
        gchar *text = g_strdup_printf("video/x-raw, format=%s, width=96, height=48, "
                                      "framerate=25/1",
                                      format->gstreamer);
        GstVideoInfo info;
        gst_video_info_init(&info);
        gst_video_info_set_format(&info, known, 96, 48);
        const struct chain chain = chain_of(text);
        gst_buffer_unref(pass_bytes(chain, info.size, 0));
        GstCaps *out = gst_pad_get_current_caps(chain.out->sinkpad);
        assert_string_equal(gst_structure_get_string(gst_caps_get_structure(out, 0), "format"),
                            format->gstreamer);
        gst_caps_unref(out);
        g_free(text);
        end(chain);
    }
}

static void key_frames_are_flagged_and_come_first(void **state)
{
    (void)state;
    const struct chain chain = chain_of("video/x-h264, stream-format=byte-stream, alignment=au, "
                                        "width=64, height=48, framerate=25/1");
    GstBuffer *delta = gst_buffer_new_allocate(NULL, 9, NULL); // useless without a key frame
    gst_buffer_memset(delta, 0, 0, 9);
    GST_BUFFER_FLAG_SET(delta, GST_BUFFER_FLAG_DELTA_UNIT);
    GST_BUFFER_PTS(delta) = 0;
    assert_int_equal(gst_harness_push(chain.in, delta), GST_FLOW_OK);
    GstBuffer *out = pass_bytes(chain, 100, 0);
    assert_false(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref(out);
    out = pass_bytes(chain, 50, GST_BUFFER_FLAG_DELTA_UNIT);
    assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_DELTA_UNIT));
    gst_buffer_unref(out);
    end(chain);
}

static void siting_is_set_where_caps_name_no_colours(void **state)
{
    (void)state;
    const char *caps = "video/x-raw, width=64, height=48, framerate=25/1, format=I420, "
                       "chroma-site=mpeg2";
    const struct chain chain = chain_of(caps);
    gst_buffer_unref(pass(chain, caps, 0));
    GstCaps *out = gst_pad_get_current_caps(chain.out->sinkpad);
    const GstStructure *s = gst_caps_get_structure(out, 0);
    assert_string_equal(gst_structure_get_string(s, "chroma-site"), "mpeg2");
    gst_caps_unref(out);
    end(chain);
}

static void field_order_of_each_buffer_passes_unchanged(void **state)
{
    (void)state;
    enum {
        INTERLACED = GST_VIDEO_BUFFER_FLAG_INTERLACED,
        TFF = GST_VIDEO_BUFFER_FLAG_TFF,
        BOTH = INTERLACED | TFF,
    };
    const char *mixed = "video/x-raw, width=64, height=48, framerate=25/1, format=I420, "
                        "interlace-mode=mixed";
    const guint flags[] = { BOTH, INTERLACED, 0, BOTH, 0 };
    const struct chain chain = chain_of(mixed);
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        GstBuffer *buffer = pass(chain, mixed, flags[i]);
        assert_int_equal(GST_BUFFER_FLAGS(buffer) & BOTH, flags[i]);
        gst_buffer_unref(buffer);
    }
    guint changes = 0;
    GstEvent *event;
    while ((event = gst_harness_try_pull_event(chain.out))) {
        changes += GST_EVENT_TYPE(event) == GST_EVENT_CAPS;
        gst_event_unref(event);
    }
    assert_int_equal(changes, 2); // of the first frame, or left to the flags
    GstCaps *caps = gst_pad_get_current_caps(chain.out->sinkpad);
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    assert_string_equal(gst_structure_get_string(structure, "interlace-mode"), "mixed");
    assert_false(gst_structure_has_field(structure, "field-order")); // it would overrule the flags
    gst_caps_unref(caps);
    end(chain);
}

static void fields_that_lie_apart_are_refused(void **state)
{
    (void)state;
    GstHarness *h = harness_of("triptychsink");
    gst_harness_set_src_caps(h,
                             gst_caps_from_string("video/x-raw, width=64, height=48, format=I420,"
                                                  "framerate=25/1, interlace-mode=fields"));
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, (gsize)64 * 48 * 3 / 2, NULL);
    assert_int_equal(gst_harness_push(h, buffer), GST_FLOW_NOT_NEGOTIATED);
    harness_end(h);
}

/** Returns the orientation of the newest tags. */
static gchar *orientation_of(GstHarness *h)
{
    GstEvent *event = gst_pad_get_sticky_event(h->sinkpad, GST_EVENT_TAG, 0);
    if (!event)
        return NULL;
    GstTagList *tags;
    gchar *orientation = NULL;
    gst_event_parse_tag(event, &tags);
    gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &orientation);
    gst_event_unref(event);
    return orientation;
}

static void rotation_passes_unchanged(void **state)
{
    (void)state;
    const char *caps = "video/x-raw, width=64, height=48, framerate=25/1, format=GRAY8";
    static const char *const orientations[] = { NULL, "rotate-90", "rotate-270", "rotate-0" };
    const struct chain chain = chain_of(caps);
    for (gsize i = 0; i < G_N_ELEMENTS(orientations); i++) {
        if (orientations[i]) {
            GstTagList *tags = gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, orientations[i], NULL);
            assert_true(gst_harness_push_event(chain.in, gst_event_new_tag(tags)));
        }
        gst_buffer_unref(pass(chain, caps, 0));
        gchar *orientation = orientation_of(chain.out);
        assert_int_equal(g_strcmp0(orientation, orientations[i]), 0);
        g_free(orientation);
    }
    end(chain);
}

static void extreme_rates_reach_caps_and_devices_without_a_warning(void **state)
{
    (void)state;
    static const uint32_t rates[][2] = {
        { INT32_MAX, 1 }, { 1, INT32_MAX }, { INT32_MAX, INT32_MAX - 1 }, { 0, 0 }, { 0, 1 }
    };
    tri_writer *writer = pipes_writer();
    GstHarness *h = harness_of("triptychsrc");
    gst_harness_play(h);
    GstDeviceProvider *provider = gst_device_provider_factory_get_by_name("triptychdeviceprovider");
    for (gsize i = 0; i < G_N_ELEMENTS(rates); i++) {
        const struct tri_video video = { .fourcc = TRI_FOURCC_GREY,
                                         .width = 64,
                                         .height = 48,
                                         .fps_num = rates[i][0],
                                         .fps_den = rates[i][1] };
        assert_true(pipes_publish_frame(writer, &video, 1, 0));
        gst_buffer_unref(gst_harness_pull(h));
        GstCaps *caps = gst_pad_get_current_caps(h->sinkpad);
        int num;
        int den;
        assert_true(
            gst_structure_get_fraction(gst_caps_get_structure(caps, 0), "framerate", &num, &den));
        assert_int_equal(num, rates[i][0]);
        assert_int_equal(den, MAX(rates[i][1], 1));
        gst_caps_unref(caps);
        GList *devices = gst_device_provider_get_devices(provider);
        assert_non_null(devices);
        g_list_free_full(devices, gst_object_unref);
    }
    gst_object_unref(provider);
    harness_end(h);
    tri_writer_close(&writer);
}

static void rotation_ends_with_its_stream(void **state)
{
    (void)state;
    const char *caps = "video/x-raw, width=64, height=48, framerate=25/1, format=GRAY8";
    const struct chain chain = chain_of(caps);
    GstTagList *tags = gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", NULL);
    assert_true(gst_harness_push_event(chain.in, gst_event_new_tag(tags)));
    gst_buffer_unref(pass(chain, caps, 0));
    gchar *orientation = orientation_of(chain.out);
    assert_string_equal(orientation, "rotate-90");
    g_free(orientation);

    assert_true(gst_harness_push_event(chain.in, gst_event_new_stream_start("the next one")));
    gst_buffer_unref(pass(chain, caps, 0));
    orientation = orientation_of(chain.out);
    assert_string_equal(orientation, "rotate-0");
    g_free(orientation);
    end(chain);
}

static void bayer_rows_may_have_any_stride(void **state)
{
    (void)state;
    enum { WIDTH = 6, ROWS = 4, STRIDE = 16 }; // GStreamer's would be 8
    const struct chain chain =
        chain_of("video/x-bayer, format=bggr, width=6, height=4, framerate=25/1");
    GstBuffer *in = gst_buffer_new_allocate(NULL, (gsize)STRIDE * ROWS, NULL);
    for (gsize row = 0; row < ROWS; row++)
        gst_buffer_memset(in, row * STRIDE, (guint8)(1 + row), STRIDE);
    GST_BUFFER_PTS(in) = 0;
    assert_int_equal(gst_harness_push(chain.in, in), GST_FLOW_OK);

    GstBuffer *out = gst_harness_pull(chain.out);
    const gsize stride = gst_buffer_get_size(out) / ROWS;
    for (gsize row = 0; row < ROWS; row++) {
        const guint8 expected[WIDTH] = { [0 ... WIDTH - 1] = (guint8)(1 + row) };
        assert_int_equal(gst_buffer_memcmp(out, row * stride, expected, WIDTH), 0);
    }
    gst_buffer_unref(out);
    end(chain);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    const struct CMUnitTest tests[] = {
        pipes_test(caps_pass_unchanged),
        pipes_test(formats_beside_raw_video_pass_unchanged),
        pipes_test(every_raw_format_passes_unchanged),
        pipes_test(key_frames_are_flagged_and_come_first),
        pipes_test(siting_is_set_where_caps_name_no_colours),
        pipes_test(field_order_of_each_buffer_passes_unchanged),
        pipes_test(fields_that_lie_apart_are_refused),
        pipes_test(rotation_passes_unchanged),
        pipes_test(extreme_rates_reach_caps_and_devices_without_a_warning),
        pipes_test(rotation_ends_with_its_stream),
        pipes_test(bayer_rows_may_have_any_stride),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
