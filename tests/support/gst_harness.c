/* SPDX-License-Identifier: MIT */
#include "gst_harness.h"

GstHarness *harness_of(const char *factory)
{
    GstElement *element = gst_element_factory_make(factory, NULL);
    assert_non_null(element);
    GstBus *bus = gst_bus_new();
    gst_element_set_bus(element, bus);
    gst_object_unref(bus);
    g_object_set(element, "stream", pipes_stream(), NULL);
    const gboolean is_sink = GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK);
    GstHarness *h =
        gst_harness_new_with_element(element, is_sink ? "sink" : NULL, is_sink ? NULL : "src");
    gst_object_unref(element);
    return h;
}

gboolean harness_in_segment(GstBuffer *buffer, gboolean writable)
{
    GstMapInfo map;
    assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
    const gboolean there = pipes_in_segment(map.data, writable, NULL);
    gst_buffer_unmap(buffer, &map);
    return there;
}

guint64 harness_figure(GstHarness *h, const char *property)
{
    guint64 value;
    g_object_get(h->element, property, &value, NULL);
    return value;
}

void harness_end(GstHarness *h)
{
    GstBus *bus = gst_element_get_bus(h->element);
    gst_bus_set_flushing(bus, TRUE);
    gst_object_unref(bus);
    gst_harness_teardown(h);
}

GstCaps *harness_grey(int width)
{
    return gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "GRAY8", "width", G_TYPE_INT,
                               width, "height", G_TYPE_INT, 48, "framerate", GST_TYPE_FRACTION, 30,
                               1, NULL);
}

GstBufferPool *harness_pool(GstHarness *h, int width)
{
    GstCaps *caps = harness_grey(width);
    GstQuery *query = gst_query_new_allocation(caps, TRUE);
    gst_caps_unref(caps);
    GstBufferPool *pool;
    assert_true(gst_pad_peer_query(h->srcpad, query));
    gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
    gst_query_unref(query);
    assert_true(gst_buffer_pool_set_active(pool, TRUE));
    return pool;
}

GstBuffer *harness_offered(GstHarness *h, int width)
{
    GstBufferPool *pool = harness_pool(h, width);
    GstBuffer *buffer;
    assert_int_equal(gst_buffer_pool_acquire_buffer(pool, &buffer, NULL), GST_FLOW_OK);
    gst_object_unref(pool); // the buffer keeps it
    assert_int_equal(gst_buffer_get_size(buffer), width * 48);
    return buffer;
}
