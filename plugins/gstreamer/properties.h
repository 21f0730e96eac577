/* SPDX-License-Identifier: MIT */
/** Properties that are fields of their element: declared in one table, served by one pair of
 *  functions. */
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

/** Installs all of a table as properties of the class, and the functions that get and set them
 *  under the object lock. An element that has more to do at a change sets set_property
 *  afterwards. */
void gst_triptych_install_properties(GObjectClass *klass,
                                     const struct gst_triptych_property *properties, gsize count);

/** Sets a field as its property says: what set_property is after
 *  gst_triptych_install_properties(). */
void gst_triptych_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec);

/** Frees the strings among the fields: for finalize(). */
void gst_triptych_free_properties(GObject *object);

/** Which stream an element means, a string: see gst_triptych_stream_name(). */
GParamSpec *gst_triptych_stream_spec(void);

/** A counter of frames, to be read only. `blurb` is static. */
GParamSpec *gst_triptych_counter_spec(const gchar *name, const gchar *nick, const gchar *blurb);

/** Counts one more in a counter's field. */
void gst_triptych_count(gpointer element, guint64 *counter);

#endif
