/* SPDX-License-Identifier: MIT */
/** How other programs are told what a stream's pictures are. */
#ifndef PROGRAM_CAPS_H
#define PROGRAM_CAPS_H

#include <triptych/triptych.h>

#define CAPS_BYTES 400 // enough for both lines

/** GStreamer caps: "video/x-raw, format=(string)YUY2, ..." or "image/jpeg, ..."; "" if GStreamer has no
 *  such format. They carry neither the rotation nor significant bits, nor the order of fields that are
 *  not interleaved. Returns `text`, cut to `bytes`. */
const char *caps_gstreamer(const struct tri_video *video, char *text, size_t bytes);

/** ffmpeg's options for the stream as raw bytes on its stdin: "-f rawvideo -pix_fmt ... -i -"; those for
 *  y4m if it reads the format from that only; "" if it has no such format. Returns `text`. */
const char *caps_ffmpeg(const struct tri_video *video, char *text, size_t bytes);

/** Whether caps_ffmpeg() speaks of raw bytes, and not of y4m. */
bool caps_ffmpeg_raw(const struct tri_video *video);

#endif
