/* SPDX-License-Identifier: MIT */
#include "gst_pipes.h"

struct pipes_seen pipes_seen;
static unsigned test_number;

int pipes_setup(void **state)
{
    (void)state;
    test_number++;
    memset(&pipes_seen, 0, sizeof(pipes_seen));
    return 0;
}

const char *pipes_stream(void)
{
    static char name[24];
    snprintf(name, sizeof(name), "gst-%d-%u", (int)getpid(), test_number);
    return name;
}

GstElement *pipes_make(const char *format, ...)
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

void pipes_play(GstElement *pipe)
{
    assert_int_not_equal(gst_element_set_state(pipe, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}

void pipes_stop(GstElement *pipe)
{
    assert_int_not_equal(gst_element_set_state(pipe, GST_STATE_NULL), GST_STATE_CHANGE_FAILURE);
    gst_object_unref(pipe);
}

GstMessageType pipes_wait(GstElement *pipe, GstMessageType types)
{
    GstBus *bus = gst_element_get_bus(pipe);
    GstMessage *message = gst_bus_timed_pop_filtered(bus, PIPES_PATIENCE, types);
    gst_object_unref(bus);
    assert_non_null(message);
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    gst_message_unref(message);
    return type;
}

static GstElement *element_of(GstElement *pipe, const char *name)
{
    GstElement *found = gst_bin_get_by_name(GST_BIN(pipe), name);
    assert_non_null(found);
    return found;
}

void pipes_play_to_end(GstElement *pipe)
{
    pipes_play(pipe);
    assert_int_equal(pipes_wait(pipe, GST_MESSAGE_EOS | GST_MESSAGE_ERROR), GST_MESSAGE_EOS);
}

guint64 pipes_figure(GstElement *pipe, const char *element, const char *property)
{
    GstElement *found = element_of(pipe, element);
    guint64 value;
    g_object_get(found, property, &value, NULL);
    gst_object_unref(found);
    return value;
}

void pipes_reach(GstElement *pipe, const char *element, const char *property, guint64 least)
{
    const gint64 until = g_get_monotonic_time() + (gint64)GST_TIME_AS_USECONDS(PIPES_PATIENCE);
    while (pipes_figure(pipe, element, property) < least && g_get_monotonic_time() < until)
        g_usleep(2000);
    assert_true(pipes_figure(pipe, element, property) >= least);
}

void pipes_probe(GstElement *pipe, const char *element, const char *pad, GstPadProbeType type,
                 GstPadProbeCallback probe, gpointer data)
{
    GstElement *found = element_of(pipe, element);
    GstPad *at = gst_element_get_static_pad(found, pad);
    assert_int_not_equal(gst_pad_add_probe(at, type, probe, data, NULL), 0);
    gst_object_unref(at);
    gst_object_unref(found);
}

gboolean pipes_in_segment(const void *address, gboolean writable, gsize *offset)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    gboolean found = FALSE;
    while (!found && fgets(line, sizeof(line), maps)) {
        char *at; // "FROM-TO rw-s OFFSET ... /SYSV<key>": a mapping may be listed in parts
        const uintptr_t from = strtoul(line, &at, 16);
        const uintptr_t to = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
        found = strstr(at, "SYSV") && (uintptr_t)address >= from && (uintptr_t)address < to &&
                (at[2] == 'w') == writable;
        if (found && offset)
            *offset = (uintptr_t)address - from + strtoul(at + strlen(" rw-s "), NULL, 16);
    }
    fclose(maps);
    return found;
}

static void note_buffer(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
    (void)sink;
    (void)pad;
    (void)data;
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    if (pipes_in_segment(map.data, FALSE, NULL))
        pipes_seen.in_segment++;
    pipes_seen.first_byte = map.data[0];
    gst_buffer_unmap(buffer, &map);
    pipes_seen.read_only = GST_MEMORY_IS_READONLY(gst_buffer_peek_memory(buffer, 0));
    if (pipes_seen.buffers > 0 && GST_BUFFER_PTS(buffer) < pipes_seen.last_pts)
        pipes_seen.steps_back++;
    pipes_seen.last_pts = GST_BUFFER_PTS(buffer);
    g_atomic_int_inc(&pipes_seen.buffers);
}

void pipes_watch(GstElement *pipe, const char *sink)
{
    GstElement *found = element_of(pipe, sink);
    g_object_set(found, "signal-handoffs", TRUE, NULL);
    g_signal_connect(found, "handoff", G_CALLBACK(note_buffer), NULL);
    gst_object_unref(found);
}

tri_writer *pipes_writer(void)
{
    tri_writer *writer;
    const struct tri_writer_options options = { .name = pipes_stream() };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    return writer;
}

gboolean pipes_publish_frame(tri_writer *writer, const struct tri_video *video, uint8_t brightness,
                             gint64 age_ns)
{
    struct tri_draft draft;
    if (tri_writer_begin(writer, video, &draft) != TRI_OK)
        return FALSE;
    memset(draft.data[0], brightness, draft.shape.bytes);
    draft.info.capture_ns = tri_now_ns() - age_ns;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    return TRUE;
}

void pipes_publish(tri_writer *writer, uint32_t width, uint8_t brightness, int count)
{
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_GREY, .width = width, .height = 48, .fps_num = 200, .fps_den = 1
    };
    for (int i = 0; i < count; i++) {
        pipes_publish_frame(writer, &video, brightness, 0);
        g_usleep(5000);
    }
}

void pipes_publish_until(tri_writer *writer, uint32_t width, uint8_t brightness, gint buffers)
{
    const gint64 until = g_get_monotonic_time() + (gint64)GST_TIME_AS_USECONDS(PIPES_PATIENCE);
    while (g_atomic_int_get(&pipes_seen.buffers) < buffers && g_get_monotonic_time() < until)
        pipes_publish(writer, width, brightness, 1);
    assert_true(pipes_seen.buffers >= buffers);
}
