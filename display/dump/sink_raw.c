/* SPDX-License-Identifier: MIT */
/* Raw: rows without padding, planes in order; compressed frames one after the other. */
#include "program/caps.h"
#include "sink.h"

#include <unistd.h>

static const char *const endings[] = { "raw",  "yuv",  "rgb",   "bgr",  "gray", "grey", "nv12",
                                       "yuyv", "mjpg", "mjpeg", "h264", "hevc", "h265", NULL };

static bool raw_begin(struct sink *sink, const struct tri_frame *frame)
{
    (void)frame;
    char line[CAPS_BYTES];
    char text[5];
    const char *const options = caps_ffmpeg(&sink->video, line, sizeof(line));
    if (!*options)
        tri_log_write(sink->log, TRI_LOG_INFO, "raw", "ffmpeg has no format %s",
                      tri_fourcc_name(sink->video.fourcc, text));
    else if (!caps_ffmpeg_raw(&sink->video))
        tri_log_write(sink->log, TRI_LOG_INFO, "raw",
                      "ffmpeg cannot read %s as raw video; use --to y4m for it",
                      tri_fourcc_name(sink->video.fourcc, text));
    else if (sink->output.fd == STDOUT_FILENO)
        tri_log_write(sink->log, TRI_LOG_INFO, "raw", "to read it: ffmpeg %s OUTPUT", options);
    else
        tri_log_write(sink->log, TRI_LOG_INFO, "raw", "to read it: ffmpeg %s OUTPUT < %s", options,
                      sink->output.path);
    return true;
}

static enum sink_result raw_take(struct sink *sink, const struct tri_frame *frame)
{
    (void)sink;
    (void)frame;
    return SINK_OK;
}

static bool raw_put(struct sink *sink)
{
    const struct tri_frame *picture = &sink->picture;
    for (uint32_t p = 0; p < picture->shape.planes; p++) {
        const struct tri_plane *plane = &picture->shape.plane[p];
        const bool opaque = plane->rows == 0;
        if (!output_rows(&sink->output, picture->data[p], opaque ? 1 : plane->stride,
                         opaque ? 1 : plane->row_bytes,
                         opaque ? (uint32_t)picture->info.bytes_used : plane->rows))
            return false;
    }
    return output_flush(&sink->output);
}

const struct sink_ops sink_raw = {
    .endings = endings,
    .begin = raw_begin,
    .take = raw_take,
    .put = raw_put,
};
