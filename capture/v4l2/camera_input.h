/* SPDX-License-Identifier: MIT */
/** Selects the connector of a device and its television standard. */
#ifndef CAPTURE_CAMERA_INPUT_H
#define CAPTURE_CAMERA_INPUT_H

#include "camera_device.h"

/**
 * Selects an input and a standard. To be called before anything else is set. Logs failures with the
 * valid choices.
 *
 * @param input     a number, or a name (case is ignored); NULL: leave it as it is
 * @param standard  a name ("PAL", "NTSC-M"); NULL: leave it as it is
 * @return SOURCE_OK, SOURCE_MISUSED (no such input or standard), SOURCE_LOST, SOURCE_FAILED
 */
enum source_result camera_input_select(const struct camera *camera, const char *input,
                                       const char *standard);

/** Reads the frame interval of the current standard. @return false: there is none */
bool camera_standard_rate(const struct camera *camera, struct v4l2_fract *interval);

#endif
