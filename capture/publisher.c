/* SPDX-License-Identifier: MIT */
/** One loop for sources that fill the slot they are handed and for drivers that queue several. */
#include "publisher.h"

#include "program/stop.h"

#include <string.h>

#define WAIT_MS 100 // longest that signals and time limits go unnoticed

/** A camera brings its own pace. */
static void set_pace(struct feed *feed)
{
    if (!feed->source.live)
        pace_set(&feed->pace, feed->source.video.fps_num, feed->source.video.fps_den);
}

enum source_result feed_open(struct feed *feed)
{
    feed->source.options = &feed->options;
    const enum source_result result = feed->source.ops->open(&feed->source);

    if (result == SOURCE_OK && feed->writer)
        tri_writer_reserve(feed->writer, feed->source.slot_bytes);
    if (result == SOURCE_OK)
        set_pace(feed);
    return result;
}

static void cancel_all(struct feed *feed)
{
    tri_writer_cancel(feed->writer, &feed->draft);
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        tri_writer_cancel(feed->writer, &feed->queued[i]);
    feed->in_hand = false;
}

void feed_close(struct feed *feed)
{
    feed->source.ops->close(&feed->source);
    if (feed->writer) {
        tri_writer_set_device_access(feed->writer, false);
        cancel_all(feed);
    }
    fault_close(&feed->fault);
    feed->restarted = true;
}

/** Tells what is lost for want of a slot, and what would help. */
static void complain(const struct feed *feed, const struct tri_video *video, enum tri_err err)
{
    char fourcc[5];
    const char *help = err == TRI_ERR_NO_RESOURCES
                           ? "; the stream stays as it is and tries again every "
                             "second: make room, or start it anew with a smaller "
                             "--size or fewer --buffers"
                           : "";

    tri_log_write(feed->log, TRI_LOG_ERROR, "capture", "%s: frames of %ux%u %s are lost: %s%s",
                  feed->stats.name, video->width, video->height,
                  tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err), help);
}

/** Whether there is a slot for `video`; tells once why there can be none. */
static bool slot_taken(struct feed *feed, const struct tri_video *video, enum tri_err err)
{
    if (err == TRI_OK && feed->complained)
        tri_log_write(feed->log, TRI_LOG_INFO, "capture", "%s: frames have room again",
                      feed->stats.name);
    if (err == TRI_OK)
        feed->complained = false;
    if (err == TRI_OK || err == TRI_ERR_NO_SLOT) // of the latter the library tells
        return err == TRI_OK;
    if (!feed->complained)
        complain(feed, video, err);
    feed->complained = true;
    return false;
}

struct tri_draft *feed_begin(struct feed *feed, const struct tri_video *video)
{
    const enum tri_err err = tri_writer_begin(feed->writer, video, &feed->draft);

    if (slot_taken(feed, video, err)) {
        if (feed->fault.options->tear_every)
            feed->draft.previous_number = 0; // its lower half is another frame's
        return &feed->draft;
    }
    if (err != TRI_ERR_NO_SLOT)
        tri_writer_add_drops(feed->writer, 0, 1);
    memset(&feed->draft, 0, sizeof(feed->draft));
    return NULL;
}

void feed_publish(struct feed *feed, struct tri_draft *draft)
{
    const struct tri_plane *plane = &draft->shape.plane[0];
    const uint64_t bytes = plane->rows ? draft->shape.bytes : draft->info.bytes_used;
    struct tri_frame_info seen = { .number = feed->stats.frames + 1,
                                   .driver_sequence = draft->info.driver_sequence,
                                   .flags = draft->info.flags,
                                   .video = draft->info.video,
                                   .capture_ns = draft->info.capture_ns,
                                   .copies = draft->info.copies };

    const enum tri_err err = tri_writer_publish(feed->writer, draft);
    if (err != TRI_OK) {
        tri_log_write(feed->log, TRI_LOG_DEBUG, "capture", "a frame was lost: %s",
                      tri_strerror(err));
        return;
    }
    seen.publish_ns = tri_now_ns();
    if (!seen.capture_ns)
        seen.capture_ns = seen.publish_ns;
    stats_published(&feed->stats, &seen, bytes);
}

/** Hands the source as many slots as it wants, or as there are. */
static enum source_result fill_queue(struct feed *feed)
{
    uint32_t queued = 0;

    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        queued += feed->queued[i].lease.segment != NULL;
    for (; queued < feed->source.queue; queued++) {
        struct tri_draft draft;
        const struct tri_video *video = &feed->source.video;
        if (!slot_taken(feed, video, tri_writer_try_begin(feed->writer, video, &draft)))
            return SOURCE_OK; // fewer will do; what is lost for it, the source tells
        struct tri_draft *place = &feed->queued[draft.lease.slot % TRI_SLOTS_MAX];
        if (place->lease.segment) { // of a segment that was replaced, and still with the source
            tri_writer_cancel(feed->writer, &draft);
            return SOURCE_OK;
        }
        *place = draft;
        tri_writer_set_device_access(feed->writer, true);
        const enum source_result result = feed->source.ops->enqueue(&feed->source, place);
        if (result != SOURCE_OK) {
            tri_writer_cancel(feed->writer, place);
            return result == SOURCE_NOTHING ? SOURCE_OK : result;
        }
    }
    return SOURCE_OK;
}

/** Lets the source bring one frame, into a slot if there is one. *draft: where it is, or NULL. */
static enum source_result fill_one(struct feed *feed, struct tri_draft **draft)
{
    struct source *source = &feed->source;
    enum source_result result = SOURCE_OK;

    if (source->queue > 0)
        result = fill_queue(feed);
    else if (!feed->in_hand && feed->skip == 0)
        feed_begin(feed, &source->video);
    if (result != SOURCE_OK)
        return result;
    feed->in_hand = true;
    *draft = feed->draft.lease.segment ? &feed->draft : NULL;
    result = source->ops->fill(source, draft, WAIT_MS);
    feed->in_hand = result == SOURCE_NOTHING;

    tri_writer_add_drops(feed->writer, source->driver_drops, source->writer_drops);
    source->driver_drops = source->writer_drops = 0;
    return result;
}

/** A synthetic source that is late leaves out what would have been shown meanwhile. */
static void skip_missed(struct feed *feed)
{
    const int64_t late_ns = tri_now_ns() - feed->moment_ns;
    const int64_t was_due_ns = feed->pace.due_ns;
    const uint64_t missed = pace_missed(&feed->pace, was_due_ns + late_ns);

    for (uint64_t i = 0; i < missed && !stop_asked(); i++) {
        struct tri_draft *nowhere = NULL;
        feed->source.ops->fill(&feed->source, &nowhere, 0);
        pace_next(&feed->pace);
    }
    feed->moment_ns += feed->pace.due_ns - was_due_ns;
    tri_writer_add_drops(feed->writer, missed, 0);
}

/** Sleeps until a synthetic source's next picture is to be taken. Its time is what its pace and the
 *  faults made on purpose say, as a camera stamps a picture before anybody comes to fetch it. */
static bool await_moment(struct feed *feed)
{
    struct pace *pace = &feed->pace;
    const struct fault_delay delay = fault_next(&feed->fault);
    const int64_t late_ns = delay.stall_ns + delay.jitter_ns;

    if (!pace->num)
        return late_ns ? pace_sleep(tri_now_ns() + late_ns) : !stop_asked();
    const bool first = !pace->due_ns;
    if (first)
        pace_restart(pace, tri_now_ns());
    pace->due_ns += delay.stall_ns; // what follows is later by as much
    const int64_t moment_ns = pace->due_ns + delay.jitter_ns;
    feed->moment_ns = moment_ns > feed->moment_ns ? moment_ns : feed->moment_ns + 1;
    if (!pace_sleep(feed->moment_ns))
        return false;
    if (!first) // before which there is nothing to be missed
        skip_missed(feed);
    return true;
}

/** What was filled becomes the newest frame, at its time. */
static enum source_result deliver(struct feed *feed, struct tri_draft *draft)
{
    const bool film = feed->source.film;

    if (feed->skip > 0) {
        feed->skip--;
        if (draft)
            tri_writer_cancel(feed->writer, draft);
        return SOURCE_OK;
    }
    if (film && !pace_wait(&feed->pace))
        return SOURCE_NOTHING;
    if (fault_drops(&feed->fault)) {
        tri_writer_add_drops(feed->writer, 1, 0);
        if (draft)
            tri_writer_cancel(feed->writer, draft);
        pace_next(&feed->pace);
        return SOURCE_OK;
    }
    if (film && pace_missed(&feed->pace, tri_now_ns()) > 0)
        pace_restart(&feed->pace, tri_now_ns()); // late rather than never, and no rush afterwards
    if (film)
        feed->moment_ns = feed->pace.due_ns;
    if (draft) {
        if (feed->pace.num)
            draft->info.capture_ns = feed->moment_ns;
        if (feed->restarted)
            draft->info.flags |= TRI_FRAME_RESTART;
        feed->restarted = false;
        fault_tear(&feed->fault, draft);
        feed_publish(feed, draft);
        fault_published(&feed->fault, capture_timing_period(feed->pace.num, feed->pace.den));
    }
    pace_next(&feed->pace);
    return SOURCE_OK;
}

/** Opens a synthetic source anew with another format, and with the first one the next time. */
static enum source_result change_format(struct feed *feed)
{
    const struct tri_video now = feed->source.video;

    if (!feed->other.width)
        feed->other = fault_changed(&now);
    feed->fault.counts.format_changes++;
    feed->source.ops->close(&feed->source);
    cancel_all(feed);
    feed->options.wanted = feed->other;
    feed->other = now;
    feed->other.fps_den = now.fps_num ? now.fps_den : 1; // 0/1: unpaced
    return feed->source.ops->open(&feed->source);
}

enum source_result feed_frame(struct feed *feed)
{
    const bool paced = !feed->source.live && !feed->source.film && feed->skip == 0;
    struct tri_draft *draft = NULL;

    if (fault_changes(&feed->fault) && change_format(feed) != SOURCE_OK)
        return SOURCE_FAILED;
    if (paced && !await_moment(feed))
        return SOURCE_NOTHING;
    const enum source_result result = fill_one(feed, &draft);

    if (result == SOURCE_OK)
        return deliver(feed, draft);
    if (result == SOURCE_NOTHING)
        return result;
    if (result == SOURCE_DROPPED) {
        tri_writer_add_drops(feed->writer, 1, 0);
        if (draft)
            tri_writer_cancel(feed->writer, draft);
        pace_next(&feed->pace);
        return result;
    }
    cancel_all(feed);
    if (result == SOURCE_CHANGED) {
        tri_writer_reserve(feed->writer, feed->source.slot_bytes);
        set_pace(feed);
    }
    return result;
}
