/* SPDX-License-Identifier: MIT */
/** pattern:NAME: synthetic pictures, no hardware, the same on every run. */
#include "frame_source.h"
#include "pattern/drawing.h"
#include "program/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATTERN "clock"

struct state {
    struct drawing *drawing;
};

static bool arg_makes_sense(const struct pattern *pattern, const char *arg)
{
    if (pattern != &pattern_solid)
        return !arg;
    return arg && strlen(arg) == 6 && strspn(arg, "0123456789abcdefABCDEF") == 6;
}

static enum source_result refuse_pattern(const struct source *source)
{
    char names[512];
    struct strbuf list;

    strbuf_init(&list, names, sizeof(names));
    for (size_t i = 0; pattern_at(i); i++)
        strbuf_add(&list, "%s%s%s", i ? ", " : "", pattern_at(i)->name,
                   pattern_at(i) == &pattern_solid ? "=RRGGBB" : "");
    tri_log_write(source->options->log, TRI_LOG_ERROR, "pattern",
                  "there is no pattern '%s'; there are %s", source->options->arg, names);
    return SOURCE_MISUSED;
}

/** What was wanted, and what a picture of that kind usually is where nothing was said. */
static struct tri_video complete_video(const struct tri_video *wanted)
{
    struct tri_video video = *wanted;

    if (!video.fourcc)
        video.fourcc = TRI_FOURCC_YUYV;
    if (!video.width)
        video.width = 1280, video.height = 720;
    if (!video.fps_den)
        video.fps_num = 30, video.fps_den = 1;
    if (!video.fps_num) // unpaced: no rate to tell
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
    const struct pattern *pattern = pattern_named(text, &arg);

    if (!pattern || !arg_makes_sense(pattern, arg))
        return refuse_pattern(source);
    source->video = complete_video(&options->wanted);
    if (!drawing_possible(source->video.fourcc)) {
        char fourcc[5];
        tri_log_write(options->log, TRI_LOG_ERROR, "pattern",
                      "%s cannot be drawn: this program was built without libjpeg-turbo",
                      tri_fourcc_name(source->video.fourcc, fourcc));
        return SOURCE_MISUSED;
    }

    struct state *state = calloc(1, sizeof(*state));
    source->state = state;
    snprintf(source->label, sizeof(source->label), "pattern:%s", text);
    const enum tri_err err =
        state ? drawing_open(&state->drawing, pattern, arg, &source->video) : TRI_ERR_NO_RESOURCES;
    if (err != TRI_OK) {
        tri_log_write(options->log, TRI_LOG_ERROR, "pattern", "%s: %s", text, tri_strerror(err));
        return SOURCE_FAILED;
    }
    return SOURCE_OK;
}

static enum source_result pattern_fill(struct source *source, struct tri_draft **draft,
                                       int timeout_ms)
{
    struct state *state = source->state;
    const struct pattern_moment now = drawing_moment(source->number++);

    (void)timeout_ms;
    if (!*draft)
        return SOURCE_OK;
    (*draft)->info.driver_sequence = now.number;
    (*draft)->info.capture_ns = now.time_ns;
    return drawing_draw(state->drawing, *draft, &now) == TRI_OK ? SOURCE_OK : SOURCE_DROPPED;
}

static void pattern_close(struct source *source)
{
    struct state *state = source->state;

    if (state)
        drawing_close(&state->drawing);
    free(state);
    source->state = NULL;
}

const struct source_ops source_pattern = {
    .name = "pattern",
    .arg = "NAME",
    .summary = "synthetic pictures; needs no hardware",
    .open = pattern_open,
    .fill = pattern_fill,
    .close = pattern_close,
};
