/* SPDX-License-Identifier: MIT */
/** Which stream an element means. */
#ifndef GST_TRIPTYCH_STREAMNAME_H
#define GST_TRIPTYCH_STREAMNAME_H

#include <gst/gst.h>

/**
 * The stream of an element: its `stream` property, which is read under the object lock, else the name
 * it was given (`name=cam0`), else, if that is only the one GStreamer made up ("triptychsrc0"), the
 * default "cam0".
 *
 * @return the caller's, to be freed with g_free().
 */
gchar *gst_triptych_stream_name(GstElement *element, gchar *const *property);

#endif
