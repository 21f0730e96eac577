/* SPDX-License-Identifier: MIT */
/** One loop for sources that fill the draft they get and for drivers that queue several. */
#include "publisher.h"

#include <string.h>

enum source_result publisher_open(struct publisher *publisher)
{
    publisher->source.options = &publisher->options;
    publisher->source.writer = publisher->writer;
    const enum source_result result = publisher->source.ops->open(&publisher->source);

    if (result == SOURCE_OK)
        publisher->source.assumed = false;
    if (result == SOURCE_OK && publisher->writer)
        tri_writer_reserve(publisher->writer, publisher->source.slot_bytes);
    return result;
}

static void cancel_all(struct publisher *publisher)
{
    tri_writer_cancel(publisher->writer, &publisher->draft);
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        tri_writer_cancel(publisher->writer, &publisher->queued[i]);
    publisher->in_progress = false;
}

/** Makes the stream move to another segment with its next frame: larger slots force it to. */
static void leave_segment(tri_writer *writer)
{
    uint64_t bytes;
    tri_writer_slot(writer, 0, &bytes);
    tri_writer_reserve(writer, bytes + 1);
}

void publisher_close(struct publisher *publisher)
{
    publisher->source.ops->close(&publisher->source);
    if (publisher->writer) {
        tri_writer_set_device_access(publisher->writer, false);
        tri_writer_set_device_attachments(publisher->writer, publisher->source.attached);
        cancel_all(publisher);
        if (publisher->source.tainted)
            leave_segment(publisher->writer);
    }
    publisher->source.tainted = false;
    publisher->restarted = true;
}

bool publisher_has_readers(const struct publisher *publisher)
{
    return tri_writer_wait_for_reader(publisher->writer, 0) == TRI_OK;
}

/** Logs why there are no slots for `video`, and what helps. */
static void report_refusal(const struct publisher *publisher, const struct tri_video *video,
                           enum tri_err err)
{
    char fourcc[5];
    const char *help = err == TRI_ERR_NO_RESOURCES
                           ? "; retrying every second: free memory, or restart with a smaller "
                             "--size or fewer --buffers"
                           : "";
    tri_log_write(publisher->log, TRI_LOG_ERROR, "capture", "%s: dropping frames of %ux%u %s: %s%s",
                  publisher->stats.name, video->width, video->height,
                  tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err), help);
}

/** Evaluates the result of an attempt to take a slot; logs a refusal once, and its end. */
static bool has_slot(struct publisher *publisher, const struct tri_video *video, enum tri_err err)
{
    if (err == TRI_ERR_NO_SLOT) // logged by the library
        return false;
    if (err == TRI_OK && publisher->slots_refused)
        tri_log_write(publisher->log, TRI_LOG_INFO, "capture", "%s: slots are available again",
                      publisher->stats.name);
    if (err != TRI_OK && !publisher->slots_refused)
        report_refusal(publisher, video, err);
    publisher->slots_refused = err != TRI_OK;
    return err == TRI_OK;
}

struct tri_draft *publisher_begin(struct publisher *publisher, const struct tri_video *video)
{
    const enum tri_err err = tri_writer_begin(publisher->writer, video, &publisher->draft);
    if (has_slot(publisher, video, err)) {
        if (publisher->source.device_access)
            tri_writer_set_device_access(publisher->writer, true);
        return &publisher->draft;
    }
    if (err != TRI_ERR_NO_SLOT)
        tri_writer_add_drops(publisher->writer, 0, 1);
    memset(&publisher->draft, 0, sizeof(publisher->draft));
    return NULL;
}

void publisher_publish(struct publisher *publisher, struct tri_draft *draft)
{
    const struct tri_plane *plane = &draft->shape.plane[0];
    const uint64_t bytes = plane->rows ? draft->shape.bytes : draft->info.bytes_used;
    struct tri_frame_info seen = { .number = publisher->stats.frames + 1,
                                   .driver_sequence = draft->info.driver_sequence,
                                   .flags = draft->info.flags,
                                   .video = draft->info.video,
                                   .capture_ns = draft->info.capture_ns,
                                   .copies = draft->info.copies };
    const bool in_place = draft == publisher->source.in_place;
    const enum tri_err err = in_place ? tri_writer_publish_pinned(publisher->writer, draft)
                                      : tri_writer_publish(publisher->writer, draft);
    if (err != TRI_OK) {
        tri_log_write(publisher->log, TRI_LOG_DEBUG, "capture", "frame not published: %s",
                      tri_strerror(err));
        return;
    }
    seen.publish_ns = tri_now_ns();
    if (!seen.capture_ns)
        seen.capture_ns = seen.publish_ns;
    stats_published(&publisher->stats, &seen, bytes);
}

/** Enqueues drafts until the source has source->queue of them, or no slot is free. */
static enum source_result fill_queue(struct publisher *publisher)
{
    uint32_t queued = 0;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        queued += publisher->queued[i].data[0] != NULL;
    for (; queued < publisher->source.queue; queued++) {
        struct tri_draft draft;
        const struct tri_video *video = &publisher->source.video;
        if (!has_slot(publisher, video, tri_writer_try_begin(publisher->writer, video, &draft)))
            return SOURCE_OK; // fewer suffice; the source counts what it loses by that
        struct tri_draft *place = &publisher->queued[draft.slot_index];
        if (place->data[0]) { // still enqueued, of a segment that was replaced
            tri_writer_cancel(publisher->writer, &draft);
            return SOURCE_OK;
        }
        *place = draft;
        tri_writer_set_device_access(publisher->writer, true);
        const enum source_result result = publisher->source.ops->enqueue(&publisher->source, place);
        if (result != SOURCE_OK) {
            tri_writer_cancel(publisher->writer, place);
            return result == SOURCE_NOTHING ? SOURCE_OK : result;
        }
    }
    return SOURCE_OK;
}

/** Lets the source fill one frame, into a slot if one is free. *draft: the filled draft, or NULL. */
static enum source_result fill_one(struct publisher *publisher, struct tri_draft **draft,
                                   int timeout_ms)
{
    struct source *source = &publisher->source;
    if (source->queue == 0 && !source->in_place && !publisher->in_progress && source->skip == 0)
        publisher_begin(publisher, &source->video);
    *draft = publisher->draft.data[0] ? &publisher->draft : NULL;
    const enum source_result result = source->ops->fill(source, draft, timeout_ms);
    publisher->in_progress = result == SOURCE_NOTHING;
    return result;
}

/** Cancels a draft that the source returned and that is not published. */
static void discard(struct publisher *publisher, struct tri_draft *draft)
{
    if (draft && draft != publisher->source.in_place)
        tri_writer_cancel(publisher->writer, draft);
}

/** Publishes a filled draft, if there is one and it is not to be skipped. */
static void deliver(struct publisher *publisher, struct tri_draft *draft)
{
    const bool skip = publisher->source.skip > 0;
    publisher->source.skip -= skip;
    if (!draft)
        return;
    if (skip) {
        discard(publisher, draft);
        return;
    }
    if (publisher->restarted)
        draft->info.flags |= TRI_FRAME_RESTART;
    publisher->restarted = false;
    publisher_publish(publisher, draft);
}

enum source_result publisher_frame(struct publisher *publisher, int timeout_ms)
{
    struct source *source = &publisher->source;
    struct tri_draft *draft = NULL;
    enum source_result result = source->queue > 0 ? fill_queue(publisher) : SOURCE_OK;
    if (result == SOURCE_OK && source->ops->wait)
        result = source->ops->wait(source, timeout_ms);
    if (result == SOURCE_OK)
        result = fill_one(publisher, &draft, timeout_ms);
    const uint64_t unusable = result == SOURCE_DROPPED;
    tri_writer_set_device_attachments(publisher->writer, source->attached);
    tri_writer_add_drops(publisher->writer, source->driver_drops + unusable, source->writer_drops);
    source->driver_drops = source->writer_drops = 0;

    switch (result) {
    case SOURCE_OK:
        deliver(publisher, draft);
        break;
    case SOURCE_NOTHING:
        break;
    case SOURCE_DROPPED:
        discard(publisher, draft);
        break;
    case SOURCE_CHANGED:
        cancel_all(publisher);
        tri_writer_reserve(publisher->writer, source->slot_bytes);
        break;
    case SOURCE_END:
    case SOURCE_LOST:
    case SOURCE_FAILED:
    case SOURCE_MISUSED:
        cancel_all(publisher);
        break;
    }
    return result;
}
