/* SPDX-License-Identifier: MIT */
#include "stream_view.h"

#include <triptych/copy.h>

#include <stdio.h>
#include <string.h>

#define WARN_EVERY_NS   1000000000LL
#define TORN_TRIES      4  // then the next frame is shown
#define HISTORY_FPS_MAX 30 // above it the frames that fit last less than a quarter of a second

/** Passes on what the reader logs, and keeps the newest error. */
static void write_reader_log(void *user, enum tri_log_level level, const char *part,
                             const char *text)
{
    struct reader_log *reader_log = user;
    if (level == TRI_LOG_ERROR)
        snprintf(reader_log->error, sizeof(reader_log->error), "%s", text);
    tri_log_write(reader_log->to, level, part, "%s", text);
}

enum tri_err stream_view_open(struct stream_view *stream, const struct config *config,
                              const char *name, const tri_log *log)
{
    const struct tri_reader_options options = { .name = name,
                                                .mode = (enum tri_reader_mode)config->mode,
                                                .log = &stream->reader_log.log };
    *stream = (struct stream_view){
        .name = name,
        .mode = options.mode,
        .log = log,
        .reader_log = { .log = { write_reader_log, &stream->reader_log, log->level }, .to = log },
        .history_budget = config->headless ? 0 : FRAME_HISTORY_BYTES / config->name_count,
        .view = { .turns = (unsigned)config->rotate,
                  .hflip = config->hflip,
                  .vflip = config->vflip },
    };
    stats_start(&stream->stats, name);
    stream->converter = picture_converter_new(log);
    if (!stream->converter)
        return TRI_ERR_NO_RESOURCES;

    const enum tri_err err = tri_reader_open(&stream->reader, &options);
    if (err != TRI_OK)
        picture_converter_free(&stream->converter);
    return err;
}

struct tri_video stream_view_video(const struct stream_view *stream, const struct tri_video *own)
{
    struct tri_video video = *own;
    if (stream->colorspace != TRI_COLORSPACE_DEFAULT) {
        video.colorspace = stream->colorspace;
        video.matrix = TRI_MATRIX_DEFAULT;
    }
    if (stream->range != TRI_RANGE_DEFAULT)
        video.range = stream->range;
    if (stream->bits)
        video.bits = stream->bits;
    return video;
}

/** Returns whether frames to step back to are kept. Where SDL draws, this costs nothing. Where the X
 *  server reads the frames itself, it costs a copy or cold memory for each. */
static bool keeps_history(const struct stream_view *stream, const struct tri_video *video)
{
    return stream->keeps_history || !stream->request.x11 ||
           (uint64_t)video->fps_num <= (uint64_t)video->fps_den * HISTORY_FPS_MAX;
}

static struct texture *next_texture(struct stream_view *stream, const struct tri_video *video)
{
    return frame_history_next(&stream->history, video->width, video->height,
                              keeps_history(stream, video) ? stream->history_budget : 0);
}

/** Copies the user data while the frame is intact. */
static void copy_user_data(struct stream_view *stream, const struct tri_frame *frame)
{
    if (frame->info.user_bytes)
        memcpy(stream->user, frame->user, frame->info.user_bytes);
}

enum tri_err stream_view_upload(struct stream_view *stream, SDL_Renderer *renderer,
                                const struct tri_frame *frame, bool bytes)
{
    const struct tri_video video = stream_view_video(stream, &frame->info.video);
    const struct texture_uploader with = { renderer, stream->converter };
    struct texture_request request = stream->request;
    request.inspect.bytes |= bytes;
    copy_user_data(stream, frame);
    return texture_upload(next_texture(stream, &video), &with, frame, &video, &request);
}

void stream_view_sync_front(struct stream_view *stream)
{
    const struct frame_record *record = frame_history_record(&stream->history);
    stream->info = record->info;
    stream->presented_ns = record->presented_ns;
}

void stream_view_push(struct stream_view *stream, const struct tri_frame *frame)
{
    struct frame_record record = { .info = frame->info,
                                   .own = frame->info.video,
                                   .bytes = frame->shape.bytes };
    record.info.video = stream_view_video(stream, &frame->info.video);
    memcpy(record.user, stream->user, frame->info.user_bytes);
    frame_history_push(&stream->history, &record);
    stream->has_picture = true;
    stream->stale = false;
    stream_view_sync_front(stream);
}

/** Leaves the frame in its slot, locked, for the X server to read. @return false: not possible */
static bool show_in_slot(struct stream_view *stream, struct tri_frame *frame)
{
    const struct tri_video video = stream_view_video(stream, &frame->info.video);
    if (keeps_history(stream, &video) || !texture_can_use_slot(stream->request.x11, frame, &video))
        return false;
    const struct tri_frame shown = *frame;
    copy_user_data(stream, frame);
    texture_use_slot(next_texture(stream, &video), frame, &video);
    stream_view_push(stream, &shown);
    return true;
}

/** Uploads from the slot. The result counts if the frame has been intact all the while. */
static enum tri_err show_frame(struct stream_view *stream, SDL_Renderer *renderer,
                               struct tri_frame *frame)
{
    if (show_in_slot(stream, frame))
        return TRI_OK;
    const enum tri_err err = stream_view_upload(stream, renderer, frame, stream->paused);

    // A torn frame may fail to decode as well: check it first.
    if (!tri_reader_is_intact(stream->reader, frame))
        return TRI_ERR_TORN;
    if (err == TRI_OK)
        stream_view_push(stream, frame);
    return err;
}

/** Copies the frame into our own memory. */
static enum tri_err copy_frame(struct stream_view *stream, const struct tri_frame *frame,
                               struct tri_frame *copy)
{
    const uint64_t bytes = tri_copy_frame_bytes(frame);
    if (!scratch_reserve(&stream->copy, bytes))
        return TRI_ERR_NO_RESOURCES;

    tri_copy_frame(copy, stream->copy.data, frame);
    return TRI_OK;
}

/** Tries again with the newest frame and a copy, which takes less time than an upload: a reader that
 *  may not lock slots can follow a writer that is faster than its uploads. */
static enum tri_err show_copy(struct stream_view *stream, SDL_Renderer *renderer,
                              struct tri_frame *frame)
{
    struct tri_frame copy;
    for (int tries = 0; tries < TORN_TRIES; tries++) {
        if (tri_reader_acquire(stream->reader, frame, 0) != TRI_OK)
            return TRI_ERR_TORN;
        enum tri_err err = copy_frame(stream, frame, &copy);
        if (err != TRI_OK)
            return err;
        if (!tri_reader_is_intact(stream->reader, frame))
            continue;
        err = stream_view_upload(stream, renderer, &copy, stream->paused);
        if (err == TRI_OK)
            stream_view_push(stream, &copy);
        stream->copied++;
        return err;
    }
    return TRI_ERR_TORN;
}

/** Explains an error of an upload. */
static const char *upload_error_text(enum tri_err err)
{
    switch (err) {
    case TRI_ERR_CORRUPT:
        return "the compressed data cannot be decoded; see the log of its writer";
    case TRI_ERR_INVALID:
        return "there is no conversion of this format; choose another at its source";
    case TRI_ERR_NO_RESOURCES:
        return "larger than this renderer allows, or out of memory; scale it with "
               "`triptych-convert --size`";
    case TRI_ERR_SYSTEM:
        return SDL_GetError();
    default:
        return tri_strerror(err);
    }
}

/** Counts a frame that cannot be shown; logs a new reason, at most once a second. */
static void log_undecodable(struct stream_view *stream, enum tri_err err,
                            const struct tri_video *video)
{
    const int64_t now_ns = tri_now_ns();
    const bool is_new = stream->last_error != err;
    char fourcc[5];
    stream->undecodable++;
    stream->refused_fourcc = video->fourcc;
    stream->last_error = err;
    snprintf(stream->reason, sizeof(stream->reason), "%s", upload_error_text(err));
    if (!is_new || (stream->warned_ns && now_ns - stream->warned_ns < WARN_EVERY_NS))
        return;
    stream->warned_ns = now_ns;
    tri_log_write(stream->log, TRI_LOG_WARN, "picture", "%s: cannot show %ux%u %s: %s",
                  stream->name, video->width, video->height, tri_fourcc_name(video->fourcc, fourcc),
                  stream->reason);
}

static bool take_frame(struct stream_view *stream, SDL_Renderer *renderer, struct tri_frame *frame)
{
    // A newer frame may have arrived while this thread was busy or waited for the screen.
    if (stream->mode == TRI_MODE_LATEST)
        tri_reader_acquire(stream->reader, frame, 0);
    rate_note(&stream->ups, frame->info.publish_ns, frame->info.number);
    if (frame->info.publish_ns <= stream->fetched_ns)
        return false; // this one or a later one has been shown
    // The first frame is taken in any case: otherwise there is nothing to show once it can be seen.
    if (stream->has_picture && (stream->hidden || (stream->paused && !stream->step))) {
        stream->not_shown++;
        stream->stale = true;
        trace_break(&stream->trace);
        return false;
    }

    const struct tri_video video = frame->info.video;
    stream->taken_ns = tri_now_ns();
    enum tri_err err = show_frame(stream, renderer, frame);
    if (err == TRI_ERR_TORN)
        err = show_copy(stream, renderer, frame);
    if (err == TRI_ERR_TORN)
        return false; // the front stays
    if (err != TRI_OK) {
        log_undecodable(stream, err, &video);
        return true;
    }
    stream->step = false;
    stream->last_error = TRI_OK;
    return true;
}

/** Keeps why the stream cannot be read, as the reader has logged it, without the stream's name. */
static void note_error(struct stream_view *stream, enum tri_err err)
{
    const char *text = stream->reader_log.error;
    const size_t length = strlen(stream->name);
    if (strncmp(text, stream->name, length) == 0 && strncmp(text + length, ": ", 2) == 0)
        text += length + 2;
    snprintf(stream->reason, sizeof(stream->reason), "%s", *text ? text : tri_strerror(err));
    stream->refused_fourcc = 0;
    stream->last_error = err;
}

bool stream_view_find_writer(struct stream_view *stream)
{
    struct tri_stream found;
    const bool waits = stream->state == TRI_STATE_WAITING;
    const enum tri_err err = waits ? tri_stream_find(stream->name, &found) : TRI_OK;
    const bool is_silent = waits && err == TRI_OK && found.state == TRI_STREAM_LIVE;
    const bool is_gone = err == TRI_ERR_NO_STREAM && stream->last_error != TRI_OK;
    const bool changed = is_silent != stream->writer_without_frames || is_gone;
    stream->writer_without_frames = is_silent;
    if (is_gone)
        stream->last_error = TRI_OK;
    return changed;
}

bool stream_view_take(struct stream_view *stream, SDL_Renderer *renderer, struct tri_frame *frame,
                      enum tri_err outcome)
{
    const enum tri_reader_state before = stream->state;
    bool changed = true;
    switch (outcome) {
    case TRI_OK:
        stream->state = TRI_STATE_LIVE;
        stream->has_live_frame = true;
        changed = take_frame(stream, renderer, frame);
        break;
    case TRI_ERR_NO_WRITER:
        stream->state = TRI_STATE_NO_WRITER;
        stream->stats.writers_lost++;
        stream->ups = (struct rate){ 0 };
        trace_break(&stream->trace);
        break;
    case TRI_ERR_TIMEOUT:
        stream->state = TRI_STATE_NO_WRITER;
        stream->last_error = TRI_OK;
        stream->stale = !stream->has_picture; // there may be a last frame
        break;
    default:
        note_error(stream, outcome);
    }
    stream->reader_log.error[0] = '\0';
    stream_view_count(stream);
    tri_reader_release(stream->reader, frame);
    return changed || stream->state != before;
}

void stream_view_presented(struct stream_view *stream, int64_t now_ns)
{
    if (!stream->has_picture || stream->presented_ns)
        return;
    struct frame_record *record = frame_history_record(&stream->history);
    const struct stats *stats = &stream->stats;
    stream->presented_ns = record->presented_ns = now_ns;
    if (!stream->has_live_frame)
        return; // a dead writer's last frame does not count
    stats_shown(&stream->stats, &stream->info, record->bytes, stream->taken_ns, now_ns);
    trace_note(&stream->trace, now_ns, stream->info.capture_ns,
               stats->dropped_driver + stats->dropped_writer + stats->dropped_reader);
    rate_note(&stream->fps, now_ns, stream->stats.frames);
}

void stream_view_count(struct stream_view *stream)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(stream->reader, &counts);
    stats_reader(&stream->stats, &counts);
    stream->can_lock = counts.can_lock;
}

void stream_view_close(struct stream_view *stream)
{
    frame_history_free(&stream->history);
    compare_stop(&stream->compare);
    picture_converter_free(&stream->converter);
    tri_reader_close(&stream->reader);
    scratch_finish(&stream->copy);
}
