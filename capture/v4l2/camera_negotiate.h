/* SPDX-License-Identifier: MIT */
/** Agrees with a camera on format, size and rate. */
#ifndef CAPTURE_CAMERA_NEGOTIATE_H
#define CAPTURE_CAMERA_NEGOTIATE_H

#include "camera_format.h"

struct v4lconvert_data;

/**
 * Sets the camera to what comes nearest to `wanted`, where 0 is the device's choice: a format that
 * it makes by itself before one that libv4lconvert makes of another, an uncompressed one before a
 * compressed one, and one that can do the wanted size and rate before all. Where no rate is wanted,
 * 24 frames a second are. Logs what was agreed, where it differs from what was wanted, and when
 * another format is much quicker.
 *
 * @param converter  made where libv4lconvert is needed, NULL otherwise; destroyed by the caller
 * @return SOURCE_OK, SOURCE_LOST, SOURCE_FAILED, or SOURCE_MISUSED: no such format here, the log
 *         says which there are
 */
enum source_result camera_negotiate(const struct camera *camera, const struct tri_video *wanted,
                                    struct camera_format *format,
                                    struct v4lconvert_data **converter);

#endif
