/* SPDX-License-Identifier: MIT */
/** Forwards libtriptych's messages to GStreamer, and keeps the last error for the element's
 *  message. */
#ifndef GST_TRIPTYCH_LOGGING_H
#define GST_TRIPTYCH_LOGGING_H

#include <triptych/log.h>

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(gst_triptych_debug);

/** Writes to the debug category `triptych`. `last_error` is the last message of level error. */
struct gst_triptych_log {
    tri_log log;
    GstObject *object; // the element, not owned
    gchar last_error[512];
};

void gst_triptych_log_init(struct gst_triptych_log *log, GstObject *object);

#endif
