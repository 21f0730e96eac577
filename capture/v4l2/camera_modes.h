/* SPDX-License-Identifier: MIT */
/** What a camera can do: formats, sizes and rates as its driver enumerates them. */
#ifndef CAPTURE_CAMERA_MODES_H
#define CAPTURE_CAMERA_MODES_H

#include "camera_device.h"

#define CAMERA_MODES_MAX 1024 // bounds every enumeration

/** One entry of an enumeration, from index 0. @return false past the last, or none are told */
bool camera_format_at(const struct camera *camera, uint32_t index, struct v4l2_fmtdesc *format);
bool camera_size_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t index,
                    struct v4l2_frmsizeenum *size);
bool camera_rate_at(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                    uint32_t height, uint32_t index, struct v4l2_frmivalenum *interval);

/** Whether the camera's list marks the format as compressed. */
bool camera_marks_compressed(const struct camera *camera, uint32_t v4l2_fourcc);

/** Whether the camera makes exactly this size by itself; asks TRY_FMT where no sizes are told. */
bool camera_has_size(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                     uint32_t height);

/** The most frames a second that the camera lists for this size; 0 where it lists none. */
double camera_fastest(const struct camera *camera, uint32_t v4l2_fourcc, uint32_t width,
                      uint32_t height);

#endif
