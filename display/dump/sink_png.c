/* SPDX-License-Identifier: MIT */
/* PNG: 8-bit RGB, one file per frame, with frame number and capture time as text. */
#include "picture/picture.h"
#include "program/strbuf.h"
#include "sink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const endings[] = { "png", NULL };

/* Replaces %d or %05d in `path` by the number; any other % stays. */
static void number_path(const char *path, uint64_t number, char *text, size_t bytes)
{
    struct strbuf numbered;
    strbuf_init(&numbered, text, bytes);
    for (const char *c = path; *c; c++) {
        char *after = NULL;
        const unsigned long width = c[0] == '%' ? strtoul(c + 1, &after, 10) : 0;
        if (c[0] == '%' && c[1] != '-' && *after == 'd' && width <= 20) {
            strbuf_add(&numbered, "%0*" PRIu64, (int)width, number);
            c = after;
        } else {
            strbuf_add(&numbered, "%c", *c);
        }
    }
}

/* Without a number in its name a file holds one frame. */
static bool png_one_frame(const char *path)
{
    char one[4096];
    char two[4096];
    number_path(path, 1, one, sizeof(one));
    number_path(path, 2, two, sizeof(two));
    return strcmp(one, two) == 0;
}

static bool png_begin(struct sink *sink, const struct tri_frame *frame)
{
    (void)frame;
    sink->own = picture_converter_new(sink->log);
    return sink->own != NULL;
}

static enum sink_result png_take(struct sink *sink, const struct tri_frame *frame)
{
    const uint32_t width = frame->info.video.width;
    const uint32_t stride[TRI_PLANES_MAX] = { width * 3 };
    if (!sink_room(sink, (size_t)stride[0] * frame->info.video.height))
        return SINK_FAILED;

    uint8_t *const to[TRI_PLANES_MAX] = { sink->memory.data };
    const enum tri_err err = picture_convert(sink->own, &frame->info, &frame->shape, frame->data,
                                             TRI_FOURCC_RGB3, to, stride);
    if (err == TRI_ERR_CORRUPT)
        return SINK_SKIPPED;
    if (err != TRI_OK) {
        char text[5];
        tri_log_write(sink->log, TRI_LOG_ERROR, "png", "cannot convert %s to RGB: %s",
                      tri_fourcc_name(frame->info.video.fourcc, text),
                      err == TRI_ERR_INVALID ? "there is no conversion; use --to raw"
                                             : tri_strerror(err));
        return SINK_FAILED;
    }
    sink->picture.data[0] = sink->memory.data;
    sink->in_slot = false;
    return SINK_OK;
}

static bool png_put(struct sink *sink)
{
    const struct tri_frame_info *info = &sink->picture.info;
    char path[4096];
    char number[32];
    char captured[32];
    number_path(sink->output.path, sink->taken + 1, path, sizeof(path));
    snprintf(number, sizeof(number), "%" PRIu64, info->number);
    snprintf(captured, sizeof(captured), "%" PRId64, info->capture_ns);
    const char *const text[] = { "Software",
                                 "triptych-dump",
                                 "Source",
                                 sink->stream,
                                 "Frame",
                                 number,
                                 "Capture time (monotonic ns)",
                                 captured,
                                 NULL };
    const enum tri_err err =
        picture_write_png(path, sink->memory.data, info->video.width, info->video.height,
                          info->video.width * 3, text, sink->log);
    if (err == TRI_ERR_INTERRUPTED)
        sink->output.error = EINTR;
    return err == TRI_OK;
}

static void png_close(struct sink *sink)
{
    picture_converter *converter = sink->own;
    picture_converter_free(&converter);
    sink->own = NULL;
}

const struct sink_ops sink_png = {
    .endings = endings,
    .follows_changes = true,
    .begin = png_begin,
    .take = png_take,
    .put = png_put,
    .close = png_close,
    .own_files = true,
    .one_frame = png_one_frame,
};
