/* SPDX-License-Identifier: MIT */
/** Prints the cameras, and the formats and controls of one. */
#ifndef CAPTURE_CAMERA_LIST_H
#define CAPTURE_CAMERA_LIST_H

#include "camera_device.h"

/** On stdout, one line of text or one JSON object an entry. @return false: stdout cannot be
 *  written, or there are devices and this user may open none of them */
bool camera_list_devices(bool json, const tri_log *log);
bool camera_list_formats(const struct camera *camera, bool json);
bool camera_list_ctrls(const struct camera *camera, bool json);

#endif
