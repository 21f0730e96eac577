/* SPDX-License-Identifier: MIT */
/** pattern:NAME: synthetic pictures, no hardware, the same on every run. */
#include "frame_source.h"
#include "pattern/drawing.h"
#include "program/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATTERN "clock"

/** Whether the pattern exists and the argument suits it. */
static bool is_valid(const struct pattern *pattern, const char *arg)
{
    return pattern && (pattern->arg ? arg && pattern->accepts(arg) : !arg);
}

static enum source_result refuse_pattern(const struct source *source)
{
    char names[512];
    struct strbuf list;
    strbuf_init(&list, names, sizeof(names));
    for (size_t i = 0; pattern_at(i); i++) {
        const struct pattern *pattern = pattern_at(i);
        strbuf_add(&list, "%s%s%s%s", i ? ", " : "", pattern->name, pattern->arg ? "=" : "",
                   pattern->arg ? pattern->arg : "");
    }
    tri_log_write(source->options->log, TRI_LOG_ERROR, "pattern", "no pattern '%s'; use one of: %s",
                  source->options->arg, names);
    return SOURCE_MISUSED;
}

/** Adds defaults to what was requested. */
static struct tri_video complete_video(const struct tri_video *wanted)
{
    struct tri_video video = *wanted;
    if (!video.fourcc)
        video.fourcc = TRI_FOURCC_YUYV;
    if (!video.width)
        video.width = 1280, video.height = 720;
    if (!video.fps_den)
        video.fps_num = 30, video.fps_den = 1;
    if (!video.fps_num) // unpaced: the stream has no rate
        video.fps_den = 0;
    const struct tri_format *format = tri_format_find(video.fourcc);
    if (format->family == TRI_FAMILY_COMPRESSED)
        video.colorspace = TRI_COLORSPACE_JPEG;
    else if (format->family != TRI_FAMILY_YUV)
        video.colorspace = TRI_COLORSPACE_SRGB;
    else
        video.colorspace = video.height < 720 ? TRI_COLORSPACE_SMPTE170M : TRI_COLORSPACE_REC709;
    video.matrix = tri_video_matrix(&video);
    video.range = tri_video_range(&video);
    video.field = TRI_FIELD_NONE;
    return video;
}

static enum source_result pattern_open(struct source *source)
{
    const struct source_options *options = source->options;
    const char *text = options->arg && options->arg[0] ? options->arg : DEFAULT_PATTERN;
    const char *arg;
    const struct pattern *pattern = pattern_find(text, &arg);
    if (!is_valid(pattern, arg))
        return refuse_pattern(source);
    source->video = complete_video(&options->wanted);
    if (!drawing_possible(source->video.fourcc)) {
        char fourcc[5];
        tri_log_write(options->log, TRI_LOG_ERROR, "pattern", "cannot draw %s: this program %s",
                      tri_fourcc_name(source->video.fourcc, fourcc),
                      source->video.fourcc == TRI_FOURCC_MJPG
                          ? "was built without libjpeg-turbo"
                          : "has no encoder for it; let GStreamer encode into triptychsink");
        return SOURCE_MISUSED;
    }

    struct drawing *drawing;
    snprintf(source->label, sizeof(source->label), "pattern:%s", text);
    schedule_init(&source->schedule, source->video.fps_num, source->video.fps_den);
    const enum tri_err err = drawing_open(&drawing, pattern, arg, &source->video);
    source->state = drawing;
    if (err != TRI_OK) {
        tri_log_write(options->log, TRI_LOG_ERROR, "pattern", "%s: %s", text, tri_strerror(err));
        return SOURCE_FAILED;
    }
    return SOURCE_OK;
}

/** A source that is late skips the frames it missed: as drops of the driver, as a camera loses
 *  them. */
static enum source_result pattern_wait(struct source *source, int timeout_ms)
{
    if (source->skip > 0)
        return SOURCE_OK;
    if (!schedule_wait(&source->schedule, timeout_ms))
        return SOURCE_NOTHING;
    const uint64_t missed = schedule_skip_missed(&source->schedule);
    source->number += missed;
    source->driver_drops += missed;
    return SOURCE_OK;
}

static enum source_result pattern_fill(struct source *source, struct tri_draft **draft,
                                       int timeout_ms)
{
    struct schedule *schedule = &source->schedule;
    const struct pattern_moment now = drawing_moment(source->number++);
    const int64_t frame_ns = schedule->num ? schedule->frame_ns : now.time_ns;
    (void)timeout_ms;
    if (source->skip == 0)
        schedule_advance(schedule);
    if (!*draft)
        return SOURCE_OK;
    (*draft)->info.driver_sequence = now.number;
    (*draft)->info.capture_ns = frame_ns;
    return drawing_draw(source->state, *draft, &now) == TRI_OK ? SOURCE_OK : SOURCE_DROPPED;
}

static void pattern_close(struct source *source)
{
    struct drawing *drawing = source->state;
    drawing_close(&drawing);
    source->state = NULL;
}

const struct source_ops source_pattern = {
    .name = "pattern",
    .arg = "NAME",
    .summary = "synthetic frames, needs no hardware  [pattern:clock]",
    .flags = SOURCE_SCHEDULE | SOURCE_REFORMATS,
    .open = pattern_open,
    .wait = pattern_wait,
    .fill = pattern_fill,
    .close = pattern_close,
};
