/* SPDX-License-Identifier: MIT */
/** Formats, sizes and rates, as the driver enumerates them. */
#ifndef CAPTURE_CAMERA_MODES_H
#define CAPTURE_CAMERA_MODES_H

#include "camera_device.h"

#define CAMERA_MODES_MAX 1024 // bounds every enumeration

/** One entry of an enumeration, from index 0. @return false past the last, or if it has none */
bool camera_format_at(const struct camera *camera, uint32_t index, struct v4l2_fmtdesc *format);
bool camera_size_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t index,
                    struct v4l2_frmsizeenum *size);
bool camera_rate_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                    uint32_t height, uint32_t index, struct v4l2_frmivalenum *interval);

/** Whether the driver marks the format as compressed. */
bool camera_marks_compressed(const struct camera *camera, uint32_t v4l2_fourcc);

/** Whether the camera supports exactly this size; uses TRY_FMT if it enumerates none. */
bool camera_has_size(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                     uint32_t height);

/** Highest frame rate that the camera lists for this size; 0 if it lists none. */
double camera_fastest(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                      uint32_t height);

#endif
