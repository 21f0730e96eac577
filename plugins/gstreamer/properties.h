/* SPDX-License-Identifier: MIT */
/** Properties stored in fields of their element: one table declares them, two functions serve
 *  them. */
#ifndef GST_TRIPTYCH_PROPERTIES_H
#define GST_TRIPTYCH_PROPERTIES_H

#include <gst/gst.h>

#define GST_TRIPTYCH_READY \
    (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY) // may not change later
#define GST_TRIPTYCH_PLAYING \
    (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

/** A property and the field that holds it: gchar *, guint, guint64, gboolean or an enum's int. */
struct gst_triptych_property {
    GParamSpec *spec;
    gsize offset; // of the field, in the element
};

/** Installs a table's properties in a class, with functions that get and set them under the object
 *  lock. An element that does more on a change overrides set_property afterwards. */
void gst_triptych_install_properties(GObjectClass *klass,
                                     const struct gst_triptych_property *properties, gsize count);

/** Sets the field of a property: set_property after gst_triptych_install_properties(). */
void gst_triptych_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec);

/** Frees all string fields: for finalize(). */
void gst_triptych_free_properties(GObject *object);

/** Makes the property `stream`, see gst_triptych_stream_name(). */
GParamSpec *gst_triptych_stream_spec(void);

/** Makes a read-only counter of frames. `blurb` is static. */
GParamSpec *gst_triptych_counter_spec(const gchar *name, const gchar *nick, const gchar *blurb);

/** Adds 1 to a counter. */
void gst_triptych_count(gpointer element, guint64 *counter);

#endif
