/* SPDX-License-Identifier: MIT */
/** A stream's video format in the syntax of other programs. */
#ifndef PROGRAM_CAPS_H
#define PROGRAM_CAPS_H

#include <triptych/triptych.h>

#define CAPS_BYTES 400 // enough for both lines

/** Writes GStreamer caps: "video/x-raw, format=(string)YUY2, ..." or "image/jpeg, ..."; "" if
 *  GStreamer lacks the format. Caps have no rotation, no significant bits, and no order of
 *  fields that are not interleaved. @return text, cut to `bytes` */
const char *caps_gstreamer(const struct tri_video *video, char *text, size_t bytes);

/** Writes the options with which ffmpeg reads the stream as raw bytes from stdin: "-f rawvideo
 *  -pix_fmt ... -i -"; those for y4m if ffmpeg cannot read the format as raw video; "" if it lacks
 *  the format.
 *  @return text */
const char *caps_ffmpeg(const struct tri_video *video, char *text, size_t bytes);

/** Whether caps_ffmpeg() is for raw bytes, not for y4m. */
bool caps_ffmpeg_raw(const struct tri_video *video);

#endif
