/* SPDX-License-Identifier: MIT */
/** A stream's pictures in OBS's terms. */
#ifndef OBS_TRIPTYCH_OBS_FORMAT_H
#define OBS_TRIPTYCH_OBS_FORMAT_H

#include <triptych/frame.h>

#include <obs-module.h>

/** OBS's own name of a format; VIDEO_FORMAT_NONE where a picture has to be converted first. */
enum video_format obs_triptych_format(uint32_t fourcc);

/** Sets everything of `out` but its planes: format, size, time, colours. */
void obs_triptych_describe(const struct tri_video *video, int64_t capture_ns,
                           enum video_format format, struct obs_source_frame2 *out);

#endif
