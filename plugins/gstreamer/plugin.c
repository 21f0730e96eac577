/* SPDX-License-Identifier: MIT */
#include "devices.h"
#include "logging.h"
#include "triptychsink.h"
#include "triptychsrc.h"
#include "userdata.h"

#include <triptych/version.h>

static gboolean plugin_init(GstPlugin *plugin)
{
    GST_DEBUG_CATEGORY_INIT(gst_triptych_debug, "triptych", 0, "triptych streams");
    gst_triptych_user_data_register();
    return gst_element_register(plugin, "triptychsrc", GST_RANK_NONE, GST_TYPE_TRIPTYCH_SRC) &&
           gst_element_register(plugin, "triptychsink", GST_RANK_NONE, GST_TYPE_TRIPTYCH_SINK) &&
           gst_device_provider_register(plugin, "triptychdeviceprovider", GST_RANK_PRIMARY,
                                        GST_TYPE_TRIPTYCH_DEVICE_PROVIDER);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, triptych,
                  "Live video frames shared through System V memory", plugin_init,
                  TRI_VERSION_STRING, "MIT/X11", "triptych", "triptych")
