/* SPDX-License-Identifier: MIT */
/** triptych://NAME for playbin, uridecodebin and the like: GstURIHandler of an element that has the
 *  property `stream`. */
#ifndef GST_TRIPTYCH_URI_H
#define GST_TRIPTYCH_URI_H

#include <gst/gst.h>

/** Fills the interface: a GInterfaceInitFunc. */
void gst_triptych_uri_handler_init(gpointer interface, gpointer data);

#endif
