/* SPDX-License-Identifier: MIT */
/** libtriptych's messages as GStreamer's, and the last error's text for the element's own
 *  message. */
#ifndef GST_TRIPTYCH_LOGGING_H
#define GST_TRIPTYCH_LOGGING_H

#include <triptych/log.h>

#include <gst/gst.h>

GST_DEBUG_CATEGORY_EXTERN(gst_triptych_debug);

/** Writes to the debug category `triptych`; `last_error` is the last message of level error. */
struct gst_triptych_log {
    tri_log log;
    GstObject *object; // whose messages they are, not owned
    gchar last_error[512];
};

void gst_triptych_log_init(struct gst_triptych_log *log, GstObject *object);

#endif
