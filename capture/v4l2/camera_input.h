/* SPDX-License-Identifier: MIT */
/** Which connector of a device is captured, and in which television standard. */
#ifndef CAPTURE_CAMERA_INPUT_H
#define CAPTURE_CAMERA_INPUT_H

#include "camera_device.h"

/**
 * Selects an input and a standard, before anything else is set. Logs what is wrong, with what there
 * is.
 *
 * @param input     a number, or a name (case does not matter); NULL: the one in force
 * @param standard  a name ("PAL", "NTSC-M"); NULL: the one in force
 * @return SOURCE_OK, SOURCE_MISUSED: there is no such one, or SOURCE_LOST, _FAILED
 */
enum source_result camera_input_select(const struct camera *camera, const char *input,
                                       const char *standard);

/** The frame rate of the standard in force. @return false: there is none */
bool camera_standard_rate(const struct camera *camera, struct v4l2_fract *interval);

#endif
