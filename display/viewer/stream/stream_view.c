/* SPDX-License-Identifier: MIT */
#include "stream_view.h"

#include <triptych/copy.h>

#include <stdlib.h>

#define SHADE_LIVE    255
#define SHADE_AWAY    80 // clearly not live, still to be recognised
#define WARN_EVERY_NS 1000000000LL
#define TORN_TRIES    4 // then the next frame will do

enum tri_err stream_view_open(struct stream_view *stream, const struct config *config,
                              const char *name, const tri_log *log)
{
    const struct tri_reader_options options = { .name = name,
                                                .mode = (enum tri_reader_mode)config->mode,
                                                .log = log };

    *stream = (struct stream_view){
        .name = name,
        .mode = options.mode,
        .log = log,
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

/** The frame's description with the colours the viewer asked for. */
static struct tri_video wanted_video(const struct stream_view *stream, const struct tri_video *own)
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

/** @param bytes  those of a picture that is held are kept: it may be looked at for long */
static enum tri_err upload(struct stream_view *stream, SDL_Renderer *renderer,
                           const struct tri_frame *frame, bool bytes)
{
    const struct tri_video video = wanted_video(stream, &frame->info.video);
    struct texture *texture =
        frame_history_next(&stream->history, video.width, video.height, stream->history_budget);
    struct texture_request request = stream->request;

    request.inspect.bytes |= bytes;
    return texture_upload(texture, renderer, stream->converter, frame, &video, &request);
}

/** Another picture has come to the front. */
static void sync_front(struct stream_view *stream)
{
    const struct frame_record *frame_record = frame_history_front(&stream->history);

    stream->info = frame_record->info;
    stream->presented_ns = frame_record->presented_ns;
}

/** The picture uploaded last is whole, and of `frame`: it comes to the front. */
static void push_picture(struct stream_view *stream, const struct tri_frame *frame)
{
    struct frame_record frame_record = { .info = frame->info,
                                         .own = frame->info.video,
                                         .bytes = frame->shape.bytes };

    frame_record.info.video = wanted_video(stream, &frame->info.video);
    frame_history_push(&stream->history, &frame_record);
    stream->has_picture = true;
    stream->stale = false;
    sync_front(stream);
}

/** Uploads from the slot; the picture counts if the frame was whole all the while. */
static enum tri_err show(struct stream_view *stream, SDL_Renderer *renderer,
                         const struct tri_frame *frame)
{
    const enum tri_err err = upload(stream, renderer, frame, stream->paused);

    // A torn frame may also be one that could not be decoded: this answer comes first.
    if (!tri_reader_is_intact(stream->reader, frame))
        return TRI_ERR_TORN;
    if (err == TRI_OK)
        push_picture(stream, frame);
    return err;
}

/** The frame with its pixels in memory of our own. */
static enum tri_err copy_frame(struct stream_view *stream, const struct tri_frame *frame,
                               struct tri_frame *copy)
{
    const uint64_t bytes = tri_copy_frame_bytes(frame);
    if (stream->copy_bytes < bytes) {
        free(stream->copy);
        stream->copy = malloc(bytes);
        stream->copy_bytes = stream->copy ? bytes : 0;
    }
    if (!stream->copy)
        return TRI_ERR_NO_RESOURCES;

    tri_copy_frame(copy, stream->copy, frame);
    return TRI_OK;
}

/** Once more, with the newest frame and by a copy: that takes less time than an upload, so that one
 *  who may not hold a slot still sees something of a writer faster than the upload. */
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
        err = upload(stream, renderer, &copy, stream->paused);
        if (err == TRI_OK)
            push_picture(stream, &copy);
        stream->copied++;
        return err;
    }
    return TRI_ERR_TORN;
}

const char *stream_view_error_text(enum tri_err err)
{
    switch (err) {
    case TRI_ERR_CORRUPT:
        return "the compressed picture cannot be decoded";
    case TRI_ERR_INVALID:
        return "there is no conversion of this format";
    case TRI_ERR_NO_RESOURCES:
        return "it is larger than this renderer takes, or memory is short";
    case TRI_ERR_SYSTEM:
        return SDL_GetError();
    default:
        return tri_strerror(err);
    }
}

/** Counts a frame that cannot be shown; logs a new reason, at most once a second. */
static void report(struct stream_view *stream, enum tri_err err, const struct tri_video *video)
{
    const int64_t now_ns = tri_now_ns();
    const bool is_new = stream->last_error != err;
    char fourcc[5];

    stream->undecodable++;
    stream->refused_fourcc = video->fourcc;
    stream->last_error = err;
    if (!is_new || (stream->warned_ns && now_ns - stream->warned_ns < WARN_EVERY_NS))
        return;
    stream->warned_ns = now_ns;
    tri_log_write(stream->log, TRI_LOG_WARN, "picture", "%s: cannot show %ux%u %s: %s",
                  stream->name, video->width, video->height, tri_fourcc_name(video->fourcc, fourcc),
                  stream_view_error_text(err));
}

static bool take_frame(struct stream_view *stream, SDL_Renderer *renderer, struct tri_frame *frame)
{
    // While this thread was busy or waiting for the screen, a newer one may have come.
    if (stream->mode == TRI_MODE_LATEST)
        tri_reader_acquire(stream->reader, frame, 0);
    rate_note(&stream->ups, frame->info.publish_ns, frame->info.number);
    if (frame->info.publish_ns <= stream->fetched_ns)
        return false; // it was shown, or one after it
    // The first one is taken in any case: else there is nothing to see once it can be seen.
    if (stream->has_picture && (stream->hidden || (stream->paused && !stream->step))) {
        stream->not_shown++;
        stream->stale = true;
        trace_break(&stream->trace);
        return false;
    }

    stream->taken_ns = tri_now_ns();
    enum tri_err err = show(stream, renderer, frame);
    if (err == TRI_ERR_TORN)
        err = show_copy(stream, renderer, frame);
    if (err == TRI_ERR_TORN)
        return false; // the picture before it stays
    if (err != TRI_OK) {
        report(stream, err, &frame->info.video);
        return true;
    }
    stream->step = false;
    stream->last_error = TRI_OK;
    return true;
}

bool stream_view_find_writer(struct stream_view *stream)
{
    struct tri_stream found;
    const bool writer_without_frames = stream->state == TRI_STATE_WAITING &&
                                       tri_stream_find(stream->name, &found) == TRI_OK &&
                                       found.state == TRI_STREAM_LIVE;
    const bool changed = writer_without_frames != stream->writer_without_frames;

    stream->writer_without_frames = writer_without_frames;
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
        stream->last_error = outcome;
    }
    stream_view_count(stream);
    tri_reader_release(stream->reader, frame);
    return changed || stream->state != before;
}

void stream_view_presented(struct stream_view *stream, int64_t now_ns)
{
    if (!stream->has_picture || stream->presented_ns)
        return;
    struct frame_record *frame_record = frame_history_front(&stream->history);
    const struct stats *stats = &stream->stats;
    stream->presented_ns = frame_record->presented_ns = now_ns;
    if (!stream->has_live_frame)
        return;
    stats_shown(&stream->stats, &stream->info, frame_record->bytes, stream->taken_ns, now_ns);
    trace_note(&stream->trace, now_ns, stream->info.capture_ns,
               stats->dropped_driver + stats->dropped_writer + stats->dropped_reader);
    rate_note(&stream->fps, now_ns, stream->stats.frames);
}

/** Whether a frame is the one of the newest picture. */
static bool is_front(const struct stream_view *stream, const struct tri_frame *frame)
{
    return stream->has_picture && stream->history.ring.back == 0 &&
           frame->info.number == stream->info.number &&
           frame->info.publish_ns == stream->info.publish_ns;
}

/** Keeps the bytes of the front picture's frame. */
static bool keep_front_bytes(struct stream_view *stream, tri_reader *reader,
                             const struct tri_frame *frame)
{
    struct texture *front = &stream->history.pictures[ring_shown(&stream->history.ring)];
    struct inspect_request request = stream->request.inspect;

    if (front->inspect.source == INSPECT_RAW)
        return true;
    request.bytes = true;
    texture_keep_bytes(front, frame, &stream->info.video, &request);
    if (tri_reader_is_intact(reader, frame))
        return true;
    inspect_forget(&front->inspect);
    return false;
}

bool stream_view_fetch_newest(struct stream_view *stream, SDL_Renderer *renderer, bool bytes)
{
    const struct tri_reader_options options = { .name = stream->name,
                                                .mode = TRI_MODE_LATEST,
                                                .flags = TRI_READER_RETAINED };
    struct tri_frame frame = { 0 };
    tri_reader *reader = NULL;
    bool done = false;

    if (tri_reader_open(&reader, &options) != TRI_OK)
        return false;
    for (int tries = 0; tries < TORN_TRIES && !done; tries++) {
        if (tri_reader_acquire(reader, &frame, 0) != TRI_OK)
            break; // nothing newer than what was torn, either
        if (is_front(stream, &frame)) {
            done = !bytes || keep_front_bytes(stream, reader, &frame);
            break;
        }
        const int64_t taken_ns = tri_now_ns();
        if (upload(stream, renderer, &frame, bytes) != TRI_OK ||
            !tri_reader_is_intact(reader, &frame))
            continue;
        done = true;
        stream->fetched_ns = frame.info.publish_ns;
        stream->taken_ns = taken_ns;
        push_picture(stream, &frame);
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return done;
}

/** Makes the front picture anew from the bytes that were kept of it. */
static bool recolor_kept(struct stream_view *stream, SDL_Renderer *renderer)
{
    struct texture *front = &stream->history.pictures[ring_shown(&stream->history.ring)];
    struct frame_record *frame_record = frame_history_front(&stream->history);
    const struct tri_video video = wanted_video(stream, &frame_record->own);

    if (texture_recolor(front, renderer, stream->converter, &video, &stream->request) != TRI_OK)
        return false;
    frame_record->info.video = video;
    sync_front(stream);
    return true;
}

bool stream_view_recolor(struct stream_view *stream, SDL_Renderer *renderer)
{
    const int64_t before_ns = stream->fetched_ns;

    if (!stream->has_picture || recolor_kept(stream, renderer))
        return true;
    return !stream->paused && stream_view_fetch_newest(stream, renderer, true) &&
           (stream->fetched_ns != before_ns || recolor_kept(stream, renderer));
}

void stream_view_pause(struct stream_view *stream, SDL_Renderer *renderer, bool paused)
{
    stream->paused = paused;
    stream->step = false;
    if (paused && stream->has_picture)
        stream_view_fetch_newest(stream, renderer, true);
    if (paused || !stream->history.ring.back)
        return;
    ring_step(&stream->history.ring, -(int)stream->history.ring.back);
    sync_front(stream);
}

bool stream_view_step_back(struct stream_view *stream)
{
    stream->paused = true;
    stream->step = false;
    if (!ring_step(&stream->history.ring, 1))
        return false;
    sync_front(stream);
    return true;
}

void stream_view_step(struct stream_view *stream)
{
    stream->paused = true;
    stream->step = !ring_step(&stream->history.ring, -1);
    if (!stream->step)
        sync_front(stream);
}

void stream_view_update(struct stream_view *stream, SDL_Renderer *renderer)
{
    struct texture *front = &stream->history.pictures[ring_shown(&stream->history.ring)];

    texture_update(front, renderer, stream->converter, &stream->request);
}

const struct texture *stream_view_front(const struct stream_view *stream)
{
    return &stream->history.pictures[ring_shown(&stream->history.ring)];
}

/** Whether a frame is one field of two, with every other row of the picture. */
static bool is_field(const struct tri_video *video)
{
    return video->field == TRI_FIELD_TOP || video->field == TRI_FIELD_BOTTOM ||
           video->field == TRI_FIELD_ALTERNATE;
}

struct view_picture stream_view_picture(const struct stream_view *stream)
{
    const struct tri_video *video = &stream->info.video;
    const double aspect =
        video->aspect_den ? (double)video->aspect_num / (double)video->aspect_den : 1;

    return (struct view_picture){
        .width = video->width,
        .height = video->height,
        .turns = video->rotation / 90 % 4,
        .aspect = is_field(video) ? aspect / 2 : aspect,
    };
}

void stream_view_visible_size(const struct stream_view *stream, unsigned *width, unsigned *height)
{
    const struct view_picture picture = stream_view_picture(stream);
    const bool aside = (picture.turns + stream->view.turns) % 2 == 1;
    double w, h;

    view_square_size(&picture, &w, &h);
    *width = (unsigned)(aside ? h : w);
    *height = (unsigned)(aside ? w : h);
}

void stream_view_draw(const struct stream_view *stream, SDL_Renderer *renderer,
                      const struct view_area *area)
{
    if (!stream->has_picture)
        return;
    const struct view_picture picture = stream_view_picture(stream);
    const struct view_place place = view_place(&stream->view, &picture, area);

    texture_draw_margins(renderer, &place, area);
    texture_draw(stream_view_front(stream), renderer, &place,
                 stream->state == TRI_STATE_NO_WRITER ? SHADE_AWAY : SHADE_LIVE);
    if (compare_is_on(&stream->compare))
        compare_draw(&stream->compare, renderer, stream_view_front(stream), &picture, &stream->view,
                     area);
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
    free(stream->copy);
    stream->copy = NULL;
}
