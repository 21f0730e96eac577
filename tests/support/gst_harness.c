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
