/* SPDX-License-Identifier: MIT */
#include "source_stream.h"

#include "fit.h"
#include "pattern/paint.h"
#include "rate_limit.h"

#include "picture/picture_edit.h"
#include "program/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL     "stream:"
#define CHAIN_MAX 16 // streams made of streams that are followed to find a loop

/** While the source is open, and from is_back() on. */
struct stream_source {
    tri_reader *reader; // NULL: not attached yet
    struct tri_frame frame;
    bool pending; // `frame` is still to be converted
    picture_editor *editor;
    struct tri_video planned; // what the plan was made for; fourcc 0: no plan
    struct fit_place place;   // of the picture in the result
    struct tri_video inside;  // the picture without borders
    struct paint canvas;      // for the borders
    struct paint_color black;
    struct rate_limit limit;
    struct tri_reader_stats counted; // up to the last call
};

static void stream_close(struct source *source)
{
    struct stream_source *stream = source->state;
    if (!stream)
        return;
    tri_reader_release(stream->reader, &stream->frame);
    tri_reader_close(&stream->reader);
    picture_editor_free(&stream->editor);
    free(stream);
    source->state = NULL;
}

/** Allocates the state, without an effect on other processes. @return false: out of memory, logged */
static bool make_state(struct source *source)
{
    const struct tri_video *wanted = &source->options->wanted;
    struct stream_source *stream = source->state;
    if (stream)
        return true;
    source->state = stream = calloc(1, sizeof(*stream));
    if (stream)
        stream->editor = picture_editor_new(source->options->log);
    if (stream && stream->editor) {
        stream->limit = rate_limit_of(wanted->fps_num, wanted->fps_den);
        return true;
    }
    tri_log_write(source->options->log, TRI_LOG_ERROR, "convert", "out of memory");
    return false;
}

/** Whether frames of `name` are made of those of the stream `to`, directly or not. */
static bool comes_from(const char *name, const char *to)
{
    struct tri_stream stream;
    char next[TRI_NAME_MAX + 1];
    snprintf(next, sizeof(next), "%s", name);
    for (int i = 0; i < CHAIN_MAX; i++) {
        if (strcmp(next, to) == 0)
            return true;
        if (tri_stream_find(next, &stream) != TRI_OK || stream.state != TRI_STREAM_LIVE ||
            strncmp(stream.source, LABEL, strlen(LABEL)) != 0)
            return false;
        snprintf(next, sizeof(next), "%.*s", TRI_NAME_MAX, stream.source + strlen(LABEL));
    }
    return false;
}

/** Plans for frames of `video` and sets source->video. @return false, with the reason in `why` */
static bool plan(struct source *source, const struct tri_video *video, char *why, size_t why_bytes)
{
    struct stream_source *stream = source->state;
    const struct source_options *options = source->options;
    const struct stream_edit *edit = options->edit;
    struct picture_edit pixels = fit_source(edit, &options->wanted, video);
    stream->planned.fourcc = 0;
    stream->place = fit_target(edit, &options->wanted, video, &pixels);
    if (!picture_editor_plan(stream->editor, video, &pixels, &stream->inside, why, why_bytes))
        return false;
    if (edit->rotate == ROTATE_OWN)
        stream->inside.rotation = 0;
    if (edit->fit != FIT_STRETCH)
        fit_keep_aspect(&stream->inside, video, pixels.quarters);
    rate_limit_describe(&stream->limit, &stream->inside);
    struct tri_video result = stream->inside;
    if (stream->place.bordered) {
        result.width = stream->place.width;
        result.height = stream->place.height;
        if (!paint_open(&stream->canvas, &result)) {
            snprintf(why, why_bytes, "borders of %ux%u cannot be drawn: choose another --format",
                     result.width, result.height);
            return false;
        }
        stream->black = paint_color(&stream->canvas, (struct paint_rgb){ 0, 0, 0 });
    }
    source->video = result;
    stream->planned = *video;
    return true;
}

static void log_source(const struct source *source, enum tri_log_level level, const char *text)
{
    tri_log_write(source->options->log, level, "convert", "%s: %s", source->options->arg, text);
}

/** Finds a stream that has a writer and a frame; logs what is missing. */
static enum source_result find_stream(const struct source *source, struct tri_stream *found)
{
    const enum tri_err err = tri_stream_find(source->options->arg, found);
    const char *why = "it has no frame yet: waiting for it";
    if (err == TRI_OK && found->state == TRI_STREAM_LIVE && found->has_frame)
        return SOURCE_OK;
    if (err == TRI_OK &&
        (found->state == TRI_STREAM_UNREADABLE || found->state == TRI_STREAM_OTHER_VERSION)) {
        log_source(
            source, TRI_LOG_ERROR,
            tri_strerror(found->state == TRI_STREAM_UNREADABLE ? TRI_ERR_DENIED : TRI_ERR_VERSION));
        return SOURCE_FAILED;
    }
    if (err == TRI_ERR_NO_STREAM || (err == TRI_OK && found->state == TRI_STREAM_DEAD))
        why = "no such stream: waiting for its writer; `triptych-info` lists streams";
    else if (err != TRI_OK)
        why = tri_strerror(err);
    log_source(source, TRI_LOG_WARN, why); // a stream that is being created appears corrupt
    return SOURCE_LOST;
}

/** Describes the stream without attaching to it, so that a writer with --on-demand stays in standby. */
static enum source_result stream_open(struct source *source)
{
    const struct source_options *options = source->options;
    struct tri_stream found;
    char why[200];
    snprintf(source->label, sizeof(source->label), LABEL "%s", options->arg);
    if (!make_state(source))
        return SOURCE_FAILED;
    if (comes_from(options->arg, options->edit->to)) {
        tri_log_write(options->log, TRI_LOG_ERROR, "convert",
                      "%s: it is made from %s already: that would be a loop; write another stream",
                      options->arg, options->edit->to);
        return SOURCE_MISUSED;
    }
    const struct stream_source *stream = source->state;
    const enum source_result result = stream->pending ? SOURCE_OK : find_stream(source, &found);
    if (result != SOURCE_OK)
        return result;
    if (plan(source, stream->pending ? &stream->frame.info.video : &found.newest.video, why,
             sizeof(why)))
        return SOURCE_OK;
    log_source(source, TRI_LOG_ERROR, why);
    return SOURCE_MISUSED;
}

/** Adds up what was lost before this process: by the driver, by the writer, and by lateness of
 *  this reader. */
static void count_drops(struct source *source)
{
    struct stream_source *stream = source->state;
    struct tri_reader_stats now;
    tri_reader_get_stats(stream->reader, &now);
    source->driver_drops += now.dropped_driver - stream->counted.dropped_driver;
    source->writer_drops +=
        now.dropped_writer - stream->counted.dropped_writer + now.skipped - stream->counted.skipped;
    stream->counted = now;
}

static enum tri_err acquire(struct source *source, int timeout_ms)
{
    struct stream_source *stream = source->state;
    const struct tri_reader_options options = { .name = source->options->arg,
                                                .log = source->options->log };
    enum tri_err err = TRI_OK;
    if (!stream->reader)
        err = tri_reader_open(&stream->reader, &options);
    if (err == TRI_OK)
        err = tri_reader_acquire(stream->reader, &stream->frame, timeout_ms);
    stream->pending = err == TRI_OK;
    return err;
}

/** Whether there is a frame that can be converted; keeps it. */
static bool stream_is_back(struct source *source, int timeout_ms)
{
    char why[200];
    if (!make_state(source))
        return false;
    struct stream_source *stream = source->state;
    if (!stream->pending && acquire(source, timeout_ms) != TRI_OK)
        return false;
    stream->pending = plan(source, &stream->frame.info.video, why, sizeof(why));
    return stream->pending;
}

static enum source_result stream_wait(struct source *source, int timeout_ms)
{
    struct stream_source *stream = source->state;
    char why[200];
    const enum tri_err err = stream->pending ? TRI_OK : acquire(source, timeout_ms);
    switch (err) {
    case TRI_OK:
        break;
    case TRI_ERR_TIMEOUT:
    case TRI_ERR_INTERRUPTED:
        return SOURCE_NOTHING;
    case TRI_ERR_NO_WRITER:
        log_source(source, TRI_LOG_WARN, "its writer has ended");
        return source->options->edit->exit_on_end ? SOURCE_END : SOURCE_LOST;
    default:
        log_source(source, TRI_LOG_ERROR, tri_strerror(err));
        return SOURCE_LOST;
    }
    count_drops(source);
    const struct tri_frame_info *info = &stream->frame.info;
    if (!rate_limit_takes(&stream->limit, info->capture_ns, info->flags)) {
        stream->pending = false;
        source->limited++;
        return SOURCE_NOTHING;
    }
    if (tri_video_same(&stream->planned, &info->video) ||
        plan(source, &info->video, why, sizeof(why)))
        return SOURCE_OK;
    log_source(source, TRI_LOG_WARN, why);
    return SOURCE_LOST;
}

/** Paints the borders around the picture. */
static void paint_borders(struct stream_source *stream, const struct tri_draft *draft)
{
    struct paint *canvas = &stream->canvas;
    const struct fit_place *place = &stream->place;
    const uint32_t right = place->x + stream->inside.width;
    const uint32_t below = place->y + stream->inside.height;
    canvas->shape = draft->shape;
    memcpy(canvas->data, draft->data, sizeof(canvas->data));
    paint_fill(canvas, 0, 0, place->width, place->y, stream->black);
    paint_fill(canvas, 0, below, place->width, place->height - below, stream->black);
    paint_fill(canvas, 0, place->y, place->x, stream->inside.height, stream->black);
    paint_fill(canvas, right, place->y, place->width - right, stream->inside.height, stream->black);
}

static enum tri_err convert(struct stream_source *stream, struct tri_draft *draft)
{
    struct tri_shape made = draft->shape;
    uint8_t *to[TRI_PLANES_MAX];
    memcpy(to, draft->data, sizeof(to));
    if (stream->place.bordered) {
        struct tri_video inside = stream->inside;
        const struct tri_format *format = tri_format_find(inside.fourcc);
        paint_borders(stream, draft);
        for (uint32_t p = 0; p < made.planes; p++) {
            const struct tri_plane_rule *rule = &format->plane[p];
            inside.stride[p] = made.plane[p].stride;
            to[p] += (size_t)inside.stride[p] * (stream->place.y / rule->lines) +
                     (size_t)(stream->place.x / rule->pixels) * rule->bytes;
        }
        tri_video_shape(&inside, &made);
    }
    return picture_editor_run(stream->editor, &stream->frame.info, &stream->frame.shape,
                              stream->frame.data, &made, to);
}

/** Copies the properties of the frame that no edit changes. */
static void describe(const struct stream_source *stream, struct tri_draft *draft)
{
    const struct tri_frame_info *from = &stream->frame.info;
    draft->info.driver_sequence = from->driver_sequence;
    draft->info.capture_ns = from->capture_ns;
    draft->info.bytes_used = from->bytes_used;
    draft->info.copies = from->copies + picture_editor_steps(stream->editor);
    draft->info.flags =
        from->flags & (TRI_FRAME_NO_SIGNAL | TRI_FRAME_STANDBY | TRI_FRAME_RESTART | TRI_FRAME_KEY);
    draft->info.user_bytes = from->user_bytes;
    memcpy(draft->user, stream->frame.user, from->user_bytes);
}

static enum source_result stream_fill(struct source *source, struct tri_draft **draft,
                                      int timeout_ms)
{
    struct stream_source *stream = source->state;
    (void)timeout_ms;
    stream->pending = false;
    if (!*draft)
        return SOURCE_OK;
    const enum tri_err err = convert(stream, *draft);
    describe(stream, *draft);
    if (!tri_reader_is_intact(stream->reader, &stream->frame))
        return SOURCE_CHANGED; // the next frame begins with a new draft
    if (err == TRI_OK)
        return SOURCE_OK;
    if (err == TRI_ERR_CORRUPT || err == TRI_ERR_TOO_SMALL) {
        snprintf(source->fault, sizeof(source->fault), "%s", tri_strerror(err));
        return SOURCE_DROPPED;
    }
    log_source(source, TRI_LOG_ERROR, tri_strerror(err));
    return err == TRI_ERR_NO_RESOURCES ? SOURCE_LOST : SOURCE_FAILED;
}

static void add_to_summary(const struct source *source, struct json_t *summary)
{
    json_object_set_new(summary, "limited", json_integer((json_int_t)source->limited));
}

const struct source_ops source_stream = {
    .name = "stream",
    .arg = "NAME",
    .summary = "frames of another stream",
    .open = stream_open,
    .wait = stream_wait,
    .fill = stream_fill,
    .close = stream_close,
    .is_back = stream_is_back,
    .add_to_summary = add_to_summary,
};
