/* SPDX-License-Identifier: MIT */
/** triptychsrc: the frames of a stream, as a live source. */
#ifndef GST_TRIPTYCH_SRC_H
#define GST_TRIPTYCH_SRC_H

#include <gst/base/gstpushsrc.h>

#define GST_TYPE_TRIPTYCH_SRC (gst_triptych_src_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychSrc, gst_triptych_src, GST, TRIPTYCH_SRC, GstPushSrc)

#endif
