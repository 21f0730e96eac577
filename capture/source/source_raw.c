/* SPDX-License-Identifier: MIT */
/** raw:FILE|-: frames without any header. */
#include "video_file.h"

#include <stdio.h>
#include <stdlib.h>

static enum source_result refuse(const struct source *source, const char *why)
{
    tri_log_write(source->options->log, TRI_LOG_ERROR, "raw", "%s", why);
    return SOURCE_MISUSED;
}

/** --stride is that of the first plane; rows of the other planes are padded to as many pixels. */
static void set_strides(struct tri_video *video, const struct tri_format *format)
{
    const struct tri_plane_rule *first = &format->plane[0];
    for (uint32_t p = 1; video->stride[0] && p < format->planes; p++) {
        const struct tri_plane_rule *rule = &format->plane[p];
        const uint64_t pixels = (uint64_t)video->stride[0] * first->pixels / first->bytes;
        video->stride[p] = (uint32_t)(pixels * rule->bytes / rule->pixels);
    }
}

static enum source_result raw_open(struct source *source)
{
    const struct source_options *options = source->options;
    const struct tri_format *format = tri_format_find(options->wanted.fourcc);
    struct video_file *file = calloc(1, sizeof(*file));
    source->state = file;
    if (!file)
        return SOURCE_FAILED;
    file->fd = -1;
    if (!format || !options->wanted.width)
        return refuse(source, "raw video has no header; add --size WxH and --format FOURCC, and "
                              "--rate FPS");
    if (format->family == TRI_FAMILY_COMPRESSED)
        return refuse(source, "compressed frames have no fixed size, so raw cannot separate them; "
                              "decode them with ffmpeg into y4m:-");
    source->video = options->wanted;
    set_strides(&source->video, format);
    video_file_set_rate(&source->video, &options->wanted);

    const enum source_result result = video_file_open(file, "raw", options);
    if (result != SOURCE_OK)
        return result;
    snprintf(source->label, sizeof(source->label), "raw:%s", file->name);
    schedule_init(&source->schedule, source->video.fps_num, source->video.fps_den);
    return video_file_set_layout(file, &source->video) ? SOURCE_OK : SOURCE_MISUSED;
}

static enum source_result raw_fill(struct source *source, struct tri_draft **draft, int timeout_ms)
{
    struct video_file *file = source->state;
    enum source_result result = video_file_read_frame(file, *draft, timeout_ms);
    if (result == SOURCE_END && source->options->loop && file->at > file->begin) {
        result = video_file_rewind(file);
        if (result == SOURCE_OK)
            result = video_file_read_frame(file, *draft, timeout_ms);
    }
    if (result == SOURCE_END && file->at == file->begin) {
        tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: is empty", file->name);
        return SOURCE_FAILED;
    }
    return result == SOURCE_OK ? video_file_deliver(file, source, *draft, timeout_ms) : result;
}

static void raw_close(struct source *source)
{
    struct video_file *file = source->state;
    if (file)
        video_file_close(file);
    free(file);
    source->state = NULL;
}

const struct source_ops source_raw = {
    .name = "raw",
    .arg = "FILE|-",
    .summary = "video without a header; needs --size and --format",
    .flags = SOURCE_STRIDE | SOURCE_SCHEDULE,
    .open = raw_open,
    .fill = raw_fill,
    .close = raw_close,
};
