/* SPDX-License-Identifier: MIT */
/** Negotiates format, size and rate with a camera. */
#ifndef CAPTURE_CAMERA_NEGOTIATE_H
#define CAPTURE_CAMERA_NEGOTIATE_H

#include "camera_format.h"

struct v4lconvert_data;

/**
 * Sets the camera to what is closest to `wanted`; 0 there is the camera's choice. Prefers, in this
 * order: formats that support the size, formats that reach the rate (24 per second if none is
 * requested), uncompressed formats, the current format. A format that the camera does not have is
 * converted by libv4lconvert if possible. Logs the result, how it differs from the request, and a
 * format that would be much faster.
 *
 * @param converter  set to a new converter if libv4lconvert is needed, else NULL; the caller
 * destroys it
 * @return SOURCE_OK, SOURCE_LOST, SOURCE_FAILED, or SOURCE_MISUSED (no such format; the log lists
 *         the formats)
 */
enum source_result camera_negotiate(const struct camera *camera, const struct tri_video *wanted,
                                    struct camera_format *format,
                                    struct v4lconvert_data **converter);

#endif
