/* SPDX-License-Identifier: MIT */
#include "properties.h"

static GQuark offset_quark(void)
{
    return g_quark_from_static_string("triptych-offset");
}

/** Returns the field of a property; NULL if the property is in no table. */
static gpointer field_of(GObject *object, GParamSpec *spec)
{
    const gsize offset = GPOINTER_TO_SIZE(g_param_spec_get_qdata(spec, offset_quark()));
    return offset ? G_STRUCT_MEMBER_P(object, offset) : NULL;
}

void gst_triptych_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gpointer field = field_of(object, spec);
    (void)id;
    GST_OBJECT_LOCK(object);
    switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_STRING:
        g_free(*(gchar **)field);
        *(gchar **)field = g_value_dup_string(value);
        break;
    case G_TYPE_UINT:
        *(guint *)field = g_value_get_uint(value);
        break;
    case G_TYPE_UINT64:
        *(guint64 *)field = g_value_get_uint64(value);
        break;
    case G_TYPE_BOOLEAN:
        *(gboolean *)field = g_value_get_boolean(value);
        break;
    default:
        *(gint *)field = g_value_get_enum(value);
    }
    GST_OBJECT_UNLOCK(object);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    gconstpointer field = field_of(object, spec);
    (void)id;
    GST_OBJECT_LOCK(object);
    switch (G_TYPE_FUNDAMENTAL(spec->value_type)) {
    case G_TYPE_STRING:
        g_value_set_string(value, *(gchar *const *)field);
        break;
    case G_TYPE_UINT:
        g_value_set_uint(value, *(const guint *)field);
        break;
    case G_TYPE_UINT64:
        g_value_set_uint64(value, *(const guint64 *)field);
        break;
    case G_TYPE_BOOLEAN:
        g_value_set_boolean(value, *(const gboolean *)field);
        break;
    default:
        g_value_set_enum(value, *(const gint *)field);
    }
    GST_OBJECT_UNLOCK(object);
}

void gst_triptych_install_properties(GObjectClass *klass,
                                     const struct gst_triptych_property *properties, gsize count)
{
    klass->set_property = gst_triptych_set_property;
    klass->get_property = get_property;
    for (gsize i = 0; i < count; i++) {
        GParamSpec *spec = properties[i].spec;
        g_param_spec_set_qdata(spec, offset_quark(), GSIZE_TO_POINTER(properties[i].offset));
        if (G_IS_PARAM_SPEC_ENUM(spec))
            gst_type_mark_as_plugin_api(spec->value_type, 0);
        g_object_class_install_property(klass, (guint)i + 1, spec);
    }
}

void gst_triptych_free_properties(GObject *object)
{
    guint count;
    GParamSpec **specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(object), &count);
    for (guint i = 0; i < count; i++) {
        gpointer field = field_of(object, specs[i]);
        if (field && specs[i]->value_type == G_TYPE_STRING)
            g_clear_pointer((gchar **)field, g_free);
    }
    g_free(specs);
}

GParamSpec *gst_triptych_stream_spec(void)
{
    return g_param_spec_string("stream", "Stream",
                               "Name of the stream (unset: the element's name, else \"cam0\")",
                               NULL, GST_TRIPTYCH_READY);
}

GParamSpec *gst_triptych_counter_spec(const gchar *name, const gchar *nick, const gchar *blurb)
{
    return g_param_spec_uint64(name, nick, blurb, 0, G_MAXUINT64, 0,
                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

void gst_triptych_count(gpointer element, guint64 *counter)
{
    GST_OBJECT_LOCK(element);
    (*counter)++;
    GST_OBJECT_UNLOCK(element);
}
