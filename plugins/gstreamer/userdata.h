/* SPDX-License-Identifier: MIT */
/**
 * User data of frames as metadata of buffers, both ways.
 *
 * The bytes are a custom meta (GstCustomMeta) "GstTriptychUserData", whose structure has the field
 * "data" (GBytes): applications use it without a header of ours, and elements copy it to their output.
 * Detections among the bytes are GstVideoRegionOfInterestMeta, too, each with a structure "detection"
 * whose field "confidence" is the score (double), as other detectors of GStreamer add it.
 */
#ifndef GST_TRIPTYCH_USERDATA_H
#define GST_TRIPTYCH_USERDATA_H

#include <triptych/frame.h>

#include <gst/gst.h>

/** Registers the custom meta, unless the application has. */
void gst_triptych_user_data_register(void);

/** Attaches a frame's user data to its buffer, which is writable. The frame may be overwritten
 *  meanwhile: check that it is intact afterwards. */
void gst_triptych_user_data_attach(GstBuffer *buffer, const struct tri_frame *frame);

/**
 * Puts a buffer's metadata into a draft. Regions of interest become detections, unless they are those
 * that gst_triptych_user_data_attach() made of the buffer's bytes: then the bytes stay as they are, and
 * so do bytes without regions. Bytes whose regions an element has removed (videocrop) are left out.
 *
 * @param draft  `video` in its info is set
 * @return FALSE: bytes were left out, because they are more than TRI_USER_MAX or because regions, which
 *         are no detections of those bytes, took their place
 */
gboolean gst_triptych_user_data_write(GstBuffer *buffer, struct tri_draft *draft);

#endif
