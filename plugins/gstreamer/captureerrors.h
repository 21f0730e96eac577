/* SPDX-License-Identifier: MIT */
/** GStreamer's errors as messages of triptych-capture, and what they mean for the source. */
#ifndef GST_TRIPTYCH_CAPTURE_ERRORS_H
#define GST_TRIPTYCH_CAPTURE_ERRORS_H

#include "capture/source/gst_form.h"

#include <gio/gio.h>
#include <gst/gst.h>

/** Replaces the passwords in a URI or a pipeline by "***". @return free with g_free() */
gchar *gst_triptych_hide_passwords(const gchar *text);

/** Logs why the pipeline of `source` cannot be built. @return SOURCE_MISUSED, or SOURCE_FAILED if an
 *  element is not installed */
enum source_result gst_triptych_report_parse_error(const struct source *source,
                                                   const GError *error);

/**
 * Logs an error message of the bus.
 *
 * @param missing    what the pipeline lacks, in words; NULL: nothing
 * @param untrusted  what is wrong with the certificate of the server; 0: nothing is known
 * @param delivered  whether the pipeline has delivered a frame since it was started
 * @return SOURCE_LOST if the source may come back, else SOURCE_FAILED
 */
enum source_result gst_triptych_report_error(const struct source *source, GstMessage *message,
                                             const gchar *missing, GTlsCertificateFlags untrusted,
                                             gboolean delivered);

#endif
