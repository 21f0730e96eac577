/* SPDX-License-Identifier: MIT */
/** Lists streams as GStreamer devices, for gst-device-monitor-1.0. */
#ifndef GST_TRIPTYCH_DEVICES_H
#define GST_TRIPTYCH_DEVICES_H

#include <gst/gst.h>

#define GST_TYPE_TRIPTYCH_DEVICE (gst_triptych_device_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychDevice, gst_triptych_device, GST, TRIPTYCH_DEVICE, GstDevice)

#define GST_TYPE_TRIPTYCH_DEVICE_PROVIDER (gst_triptych_device_provider_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychDeviceProvider, gst_triptych_device_provider, GST,
                     TRIPTYCH_DEVICE_PROVIDER, GstDeviceProvider)

#endif
