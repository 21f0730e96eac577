/* SPDX-License-Identifier: MIT */
#include "uri.h"

#include <triptych/stream.h>

#define PROTOCOL "triptych"

static GstURIType uri_type(GType type)
{
    (void)type;
    return GST_URI_SRC;
}

static const gchar *const *uri_protocols(GType type)
{
    static const gchar *protocols[] = { PROTOCOL, NULL };
    (void)type;
    return protocols;
}

static gchar *get_uri(GstURIHandler *handler)
{
    gchar *stream;
    g_object_get(handler, "stream", &stream, NULL);
    gchar *uri = stream ? g_strconcat(PROTOCOL "://", stream, NULL) : NULL;
    g_free(stream);
    return uri;
}

/** Sets properties from the query: "?mode=next&wait=paced". */
static gboolean set_query(GObject *object, GHashTable *query, GError **error)
{
    GHashTableIter iter;
    gpointer name;
    gpointer value;
    g_hash_table_iter_init(&iter, query);
    while (g_hash_table_iter_next(&iter, &name, &value)) {
        GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), name);
        GValue parsed = G_VALUE_INIT;
        gboolean fits = spec && (spec->flags & G_PARAM_WRITABLE) && value;
        if (fits) {
            g_value_init(&parsed, spec->value_type);
            // Validation changes a value that is out of range.
            fits = gst_value_deserialize(&parsed, value) && !g_param_value_validate(spec, &parsed);
            if (fits)
                g_object_set_property(object, name, &parsed);
            g_value_unset(&parsed);
        }
        if (!fits) {
            g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
                        "triptychsrc has no property \"%s\" with a value \"%s\"",
                        (const gchar *)name, value ? (const gchar *)value : "");
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean set_uri(GstURIHandler *handler, const gchar *text, GError **error)
{
    GstUri *uri = gst_uri_from_string(text);
    const gchar *stream = uri ? gst_uri_get_host(uri) : NULL;
    gchar *path = uri ? gst_uri_get_path(uri) : NULL;
    gboolean done = stream && tri_name_valid(stream) && (!path || !*path || g_str_equal(path, "/"));
    if (!done)
        g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
                    "\"%s\": not a stream; use " PROTOCOL "://NAME", text);
    else
        g_object_set(handler, "stream", stream, NULL);
    GHashTable *query = done ? gst_uri_get_query_table(uri) : NULL;
    if (query) {
        done = set_query(G_OBJECT(handler), query, error);
        g_hash_table_unref(query);
    }
    g_free(path);
    if (uri)
        gst_uri_unref(uri);
    return done;
}

void gst_triptych_uri_handler_init(gpointer interface, gpointer data)
{
    GstURIHandlerInterface *handler = interface;
    (void)data;
    handler->get_type = uri_type;
    handler->get_protocols = uri_protocols;
    handler->get_uri = get_uri;
    handler->set_uri = set_uri;
}
