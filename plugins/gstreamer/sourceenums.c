/* SPDX-License-Identifier: MIT */
#include "sourceenums.h"

#include <triptych/reader.h>

#define DEFINE_ENUM(name, type, ...)                                        \
    GType name(void)                                                        \
    {                                                                       \
        static gsize once;                                                  \
        static const GEnumValue values[] = { __VA_ARGS__, { 0 } };          \
        if (g_once_init_enter(&once))                                       \
            g_once_init_leave(&once, g_enum_register_static(type, values)); \
        return (GType)once;                                                 \
    }

DEFINE_ENUM(gst_triptych_mode_type, "GstTriptychMode",
            { TRI_MODE_LATEST, "The newest intact frame; missed frames are skipped", "latest" },
            { TRI_MODE_NEXT, "The oldest frame not yet seen that is still intact", "next" })
DEFINE_ENUM(gst_triptych_wait_type, "GstTriptychWait",
            { TRI_WAIT_BLOCK, "Sleep until the writer publishes", "block" },
            { TRI_WAIT_SPIN, "Poll: lowest latency, uses a whole core", "spin" },
            { TRI_WAIT_PACED, "Sleep until shortly before the next frame is due, then poll",
              "paced" })
DEFINE_ENUM(gst_triptych_disconnect_type, "GstTriptychOnDisconnect",
            { ON_DISCONNECT_WAIT, "Wait until the writer returns", "wait" },
            { ON_DISCONNECT_EOS, "End the stream", "eos" },
            { ON_DISCONNECT_ERROR, "Post an error", "error" })
