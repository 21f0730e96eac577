/* SPDX-License-Identifier: MIT */
/** Describes frames of a stream for OBS. */
#ifndef OBS_TRIPTYCH_OBS_FORMAT_H
#define OBS_TRIPTYCH_OBS_FORMAT_H

#include <triptych/frame.h>

#include <obs-module.h>

/** Returns OBS's format; VIDEO_FORMAT_NONE if frames have to be converted first. Searches the table of
 *  formats: call it when the format changes. */
enum video_format obs_triptych_format(uint32_t fourcc);

/** Sets all fields of `out` except the planes: format, size, time, colours. */
void obs_triptych_describe(const struct tri_video *video, int64_t capture_ns,
                           enum video_format format, struct obs_source_frame2 *out);

#endif
