/* SPDX-License-Identifier: MIT */
#include "logging.h"

GST_DEBUG_CATEGORY(gst_triptych_debug);
#define GST_CAT_DEFAULT gst_triptych_debug

static void write_to_gst(void *user, enum tri_log_level level, const char *part, const char *text)
{
    struct gst_triptych_log *log = user;
    switch (level) {
    case TRI_LOG_ERROR:
        g_strlcpy(log->last_error, text, sizeof(log->last_error));
        GST_ERROR_OBJECT(log->object, "%s: %s", part, text);
        break;
    case TRI_LOG_WARN:
        GST_WARNING_OBJECT(log->object, "%s: %s", part, text);
        break;
    case TRI_LOG_INFO:
        GST_INFO_OBJECT(log->object, "%s: %s", part, text);
        break;
    case TRI_LOG_DEBUG:
        GST_DEBUG_OBJECT(log->object, "%s: %s", part, text);
        break;
    }
}

void gst_triptych_log_init(struct gst_triptych_log *log, GstObject *object)
{
    log->log = (tri_log){ .write = write_to_gst, .user = log, .level = TRI_LOG_DEBUG };
    log->object = object;
    log->last_error[0] = '\0';
}
