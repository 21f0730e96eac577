/* SPDX-License-Identifier: MIT */
/** The stream that an element reads or writes. */
#ifndef GST_TRIPTYCH_STREAMNAME_H
#define GST_TRIPTYCH_STREAMNAME_H

#include <gst/gst.h>

/**
 * Returns the name of an element's stream: its property `stream`, otherwise the element's name if an
 * application gave it (`name=cam0`), otherwise "cam0". Takes the object lock.
 *
 * @return free with g_free()
 */
gchar *gst_triptych_stream_name(GstElement *element, gchar *const *property);

#endif
