/* SPDX-License-Identifier: MIT */
#include "stream_playback.h"

#define TORN_TRIES 4

/** Returns whether `frame` is the newest of the frames shown, and the front. */
static bool is_front(const struct stream_view *stream, const struct tri_frame *frame)
{
    return stream->has_picture && stream->history.ring.back == 0 &&
           frame->info.number == stream->info.number &&
           frame->info.publish_ns == stream->info.publish_ns;
}

/** Keeps the bytes of `frame`, which is the front. */
static bool keep_front_bytes(struct stream_view *stream, tri_reader *reader,
                             const struct tri_frame *frame)
{
    struct texture *front = frame_history_front(&stream->history);
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
            break; // nothing newer than the torn frame
        if (is_front(stream, &frame)) {
            done = !bytes || keep_front_bytes(stream, reader, &frame);
            break;
        }
        const int64_t taken_ns = tri_now_ns();
        if (stream_view_upload(stream, renderer, &frame, bytes) != TRI_OK ||
            !tri_reader_is_intact(reader, &frame))
            continue;
        done = true;
        stream->fetched_ns = frame.info.publish_ns;
        stream->taken_ns = taken_ns;
        stream_view_push(stream, &frame);
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return done;
}

/** Uploads the front again from the bytes kept of it. */
static bool recolor_kept(struct stream_view *stream, SDL_Renderer *renderer)
{
    const struct texture_uploader with = { renderer, stream->converter };
    struct frame_record *record = frame_history_record(&stream->history);
    const struct tri_video video = stream_view_video(stream, &record->own);
    if (texture_recolor(frame_history_front(&stream->history), &with, &video, &stream->request) !=
        TRI_OK)
        return false;
    record->info.video = video;
    stream_view_sync_front(stream);
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
    stream_view_sync_front(stream);
}

bool stream_view_step_back(struct stream_view *stream)
{
    stream->paused = true;
    stream->step = false;
    stream->keeps_history = true;
    if (!ring_step(&stream->history.ring, 1))
        return false;
    stream_view_sync_front(stream);
    return true;
}

void stream_view_step(struct stream_view *stream)
{
    stream->paused = true;
    stream->step = !ring_step(&stream->history.ring, -1);
    if (!stream->step)
        stream_view_sync_front(stream);
}

void stream_view_update(struct stream_view *stream, SDL_Renderer *renderer)
{
    const struct texture_uploader with = { renderer, stream->converter };
    texture_update(frame_history_front(&stream->history), &with, &stream->request);
}

void stream_view_make_drawable(struct stream_view *stream, SDL_Renderer *renderer)
{
    const struct texture_uploader with = { renderer, stream->converter };
    struct texture *front = frame_history_front(&stream->history);
    if (!stream->has_picture || texture_make_drawable(front, &with) == TRI_OK)
        return;
    stream->has_picture = false;
    stream_view_fetch_newest(stream, renderer, false);
}
