/* SPDX-License-Identifier: MIT */
/** triptychsink: a pipeline's video as a stream. */
#ifndef GST_TRIPTYCH_SINK_H
#define GST_TRIPTYCH_SINK_H

#include "videosink.h"

#define GST_TYPE_TRIPTYCH_SINK (gst_triptych_sink_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychSink, gst_triptych_sink, GST, TRIPTYCH_SINK, GstTriptychVideoSink)

#endif
