/* SPDX-License-Identifier: MIT */
#include "streamname.h"

#include <triptych/writer.h>

/** Returns whether `name` was made by gst_object_set_name(NULL): a factory's name and a number. */
static gboolean is_default_name(const gchar *name, GstElement *element)
{
    gchar *type = g_ascii_strdown(GST_OBJECT_NAME(gst_element_get_factory(element)), -1);
    const gboolean starts = g_str_has_prefix(name, type);
    const gchar *rest = starts ? name + strlen(type) : "";
    g_free(type);
    return starts && *rest && strspn(rest, "0123456789") == strlen(rest);
}

gchar *gst_triptych_stream_name(GstElement *element, gchar *const *property)
{
    GST_OBJECT_LOCK(element);
    gchar *name = g_strdup(*property);
    GST_OBJECT_UNLOCK(element);
    if (name && *name)
        return name;
    g_free(name);
    name = gst_element_get_name(element);
    if (name && !is_default_name(name, element))
        return name;
    g_free(name);
    return g_strdup(TRI_NAME_DEFAULT);
}
