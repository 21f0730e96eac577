/* SPDX-License-Identifier: MIT */
#include "stream_detections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX     ".detections"
#define KEPT       16           // as many frames as the viewer steps back, and some
#define AGE_MAX_NS 1000000000LL // the objects of older boxes have moved

/** Detections that came in a stream of their own. */
struct kept {
    int64_t capture_ns; // of the frame that was searched
    struct detections found;
};

struct stream_detections {
    tri_reader *reader;
    struct reader_thread *thread;
    unsigned next; // place of the next ones
    struct kept kept[KEPT];
};

void stream_detections_open(struct stream_view *stream, const char *name, reader_thread_wake *wake,
                            void *user)
{
    char own[2 * TRI_NAME_MAX];
    snprintf(own, sizeof(own), "%s" SUFFIX, stream->name);
    name = name && *name ? name : own;
    if (!tri_name_valid(name)) {
        tri_log_write(stream->log, TRI_LOG_WARN, "detections",
                      "%s: the name is too long for a stream; name another: --detections=STREAM",
                      name);
        return;
    }
    struct stream_detections *detections = calloc(1, sizeof(*detections));
    if (!detections)
        return;
    stream->detections = detections;
    const struct tri_reader_options options = { .name = name, .log = stream->log };
    if (tri_reader_open(&detections->reader, &options) == TRI_OK)
        detections->thread = reader_thread_start(detections->reader, wake, user);
    if (!detections->thread)
        stream_detections_close(stream);
}

void stream_detections_request_stop(struct stream_view *stream)
{
    if (stream->detections)
        reader_thread_request_stop(stream->detections->thread);
}

void stream_detections_close(struct stream_view *stream)
{
    struct stream_detections *detections = stream->detections;
    stream->detections = NULL;
    if (!detections)
        return;
    reader_thread_stop(&detections->thread);
    tri_reader_close(&detections->reader);
    free(detections);
}

/** Parses a copy of the frame's user data. @return false: they are no detections */
static bool read_frame(struct kept *kept, tri_reader *reader, const struct tri_frame *frame)
{
    uint8_t user[TRI_USER_MAX];
    const size_t bytes = frame->info.user_bytes;
    if (bytes)
        memcpy(user, frame->user, bytes);
    kept->capture_ns = frame->info.capture_ns;
    return tri_reader_is_intact(reader, frame) && detections_parse(&kept->found, user, bytes);
}

/** Keeps detections instead of earlier ones of the same frame, otherwise of the oldest. */
static void keep(struct stream_detections *detections, const struct kept *newest)
{
    for (unsigned i = 0; i < KEPT; i++) {
        if (detections->kept[i].found.frame == newest->found.frame) {
            detections->kept[i] = *newest;
            return;
        }
    }
    detections->kept[detections->next] = *newest;
    detections->next = (detections->next + 1) % KEPT;
}

bool stream_detections_take(struct stream_view *stream)
{
    struct stream_detections *detections = stream->detections;
    struct tri_frame frame;
    struct kept newest;
    enum tri_err outcome;
    if (!detections || !reader_thread_take(detections->thread, &frame, &outcome))
        return false;
    const bool is_new = outcome == TRI_OK && read_frame(&newest, detections->reader, &frame);
    if (is_new)
        keep(detections, &newest);
    tri_reader_release(detections->reader, &frame);
    reader_thread_resume(detections->thread);
    return is_new;
}

/** Whether these belong to the shown frame, or to one at most a second before. Those that name no frame
 *  do not. */
static bool fits(const struct kept *kept, const struct tri_frame_info *shown)
{
    const int64_t age_ns = shown->capture_ns - kept->capture_ns;
    return kept->found.frame == shown->number ||
           (kept->found.frame && kept->found.frame < shown->number && age_ns >= 0 &&
            age_ns <= AGE_MAX_NS);
}

/** The newest of those that fit. @return NULL: there are none */
static const struct kept *newest_for(const struct stream_detections *detections,
                                     const struct tri_frame_info *shown)
{
    const struct kept *best = NULL;
    for (unsigned i = 0; detections && i < KEPT; i++) {
        const struct kept *kept = &detections->kept[i];
        if (fits(kept, shown) && (!best || kept->found.frame > best->found.frame))
            best = kept;
    }
    return best;
}

bool stream_detections_find(const struct stream_view *stream, struct detections *found,
                            struct detections_age *age)
{
    const struct tri_frame_info *shown = &stream->info;
    *age = (struct detections_age){ 0 };
    *found = (struct detections){ 0 };
    if (!stream->shows_detections || !stream->has_picture)
        return false;
    const uint8_t *user = stream->history.records[ring_shown(&stream->history.ring)].user;
    if (!detections_parse(found, user, shown->user_bytes)) {
        const struct kept *kept = newest_for(stream->detections, shown);
        if (!kept)
            return false;
        *found = kept->found;
        age->frames = shown->number - found->frame;
        age->ns = age->frames ? shown->capture_ns - kept->capture_ns : 0;
    }
    detections_scale(found, shown->video.width, shown->video.height);
    return true;
}

void stream_detections_count(struct stream_view *stream)
{
    struct detections found;
    struct detections_age age;
    if (stream_detections_find(stream, &found, &age))
        time_histogram_add(&stream->detections_late, age.ns);
}
