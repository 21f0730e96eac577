/* SPDX-License-Identifier: MIT */
/** One loop for sources that fill the slot they are handed and for drivers that queue several. */
#include "publisher.h"

#include "program/stop.h"

#include <string.h>

#define WAIT_MS 100 // longest that signals and time limits go unnoticed

/** A camera brings its own schedule. */
static void set_schedule(struct publisher *publisher)
{
    if (!publisher->source.live)
        schedule_init(&publisher->schedule, publisher->source.video.fps_num,
                      publisher->source.video.fps_den);
}

enum source_result publisher_open(struct publisher *publisher)
{
    publisher->source.options = &publisher->options;
    const enum source_result result = publisher->source.ops->open(&publisher->source);

    if (result == SOURCE_OK && publisher->writer)
        tri_writer_reserve(publisher->writer, publisher->source.slot_bytes);
    if (result == SOURCE_OK)
        set_schedule(publisher);
    return result;
}

static void cancel_all(struct publisher *publisher)
{
    tri_writer_cancel(publisher->writer, &publisher->draft);
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        tri_writer_cancel(publisher->writer, &publisher->queued[i]);
    publisher->in_hand = false;
}

void publisher_close(struct publisher *publisher)
{
    publisher->source.ops->close(&publisher->source);
    if (publisher->writer) {
        tri_writer_set_device_access(publisher->writer, false);
        cancel_all(publisher);
    }
    fault_close(&publisher->fault);
    publisher->restarted = true;
}

/** Tells what is lost for want of a slot, and what would help. */
static void complain(const struct publisher *publisher, const struct tri_video *video,
                     enum tri_err err)
{
    char fourcc[5];
    const char *help = err == TRI_ERR_NO_RESOURCES
                           ? "; the stream stays as it is and tries again every "
                             "second: make room, or start it anew with a smaller "
                             "--size or fewer --buffers"
                           : "";

    tri_log_write(publisher->log, TRI_LOG_ERROR, "capture", "%s: frames of %ux%u %s are lost: %s%s",
                  publisher->stats.name, video->width, video->height,
                  tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err), help);
}

/** Whether there is a slot for `video`; tells once why there can be none. */
static bool slot_taken(struct publisher *publisher, const struct tri_video *video, enum tri_err err)
{
    if (err == TRI_OK && publisher->complained)
        tri_log_write(publisher->log, TRI_LOG_INFO, "capture", "%s: frames have room again",
                      publisher->stats.name);
    if (err == TRI_OK)
        publisher->complained = false;
    if (err == TRI_OK || err == TRI_ERR_NO_SLOT) // of the latter the library tells
        return err == TRI_OK;
    if (!publisher->complained)
        complain(publisher, video, err);
    publisher->complained = true;
    return false;
}

struct tri_draft *publisher_begin(struct publisher *publisher, const struct tri_video *video)
{
    const enum tri_err err = tri_writer_begin(publisher->writer, video, &publisher->draft);

    if (slot_taken(publisher, video, err)) {
        if (publisher->fault.options->tear_every)
            publisher->draft.previous_number = 0; // its lower half is another frame's
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

    const enum tri_err err = tri_writer_publish(publisher->writer, draft);
    if (err != TRI_OK) {
        tri_log_write(publisher->log, TRI_LOG_DEBUG, "capture", "a frame was lost: %s",
                      tri_strerror(err));
        return;
    }
    seen.publish_ns = tri_now_ns();
    if (!seen.capture_ns)
        seen.capture_ns = seen.publish_ns;
    stats_published(&publisher->stats, &seen, bytes);
}

/** Hands the source as many slots as it wants, or as there are. */
static enum source_result fill_queue(struct publisher *publisher)
{
    uint32_t queued = 0;

    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        queued += publisher->queued[i].data[0] != NULL;
    for (; queued < publisher->source.queue; queued++) {
        struct tri_draft draft;
        const struct tri_video *video = &publisher->source.video;
        if (!slot_taken(publisher, video, tri_writer_try_begin(publisher->writer, video, &draft)))
            return SOURCE_OK; // fewer will do; what is lost for it, the source tells
        struct tri_draft *place = &publisher->queued[draft.slot_index];
        if (place->data[0]) { // of a segment that was replaced, and still with the source
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

/** Lets the source bring one frame, into a slot if there is one. *draft: where it is, or NULL. */
static enum source_result fill_one(struct publisher *publisher, struct tri_draft **draft)
{
    struct source *source = &publisher->source;
    enum source_result result = SOURCE_OK;

    if (source->queue > 0)
        result = fill_queue(publisher);
    else if (!publisher->in_hand && publisher->skip == 0)
        publisher_begin(publisher, &source->video);
    if (result != SOURCE_OK)
        return result;
    publisher->in_hand = true;
    *draft = publisher->draft.data[0] ? &publisher->draft : NULL;
    result = source->ops->fill(source, draft, WAIT_MS);
    publisher->in_hand = result == SOURCE_NOTHING;

    tri_writer_add_drops(publisher->writer, source->driver_drops, source->writer_drops);
    source->driver_drops = source->writer_drops = 0;
    return result;
}

/** A synthetic source that is late leaves out what would have been shown meanwhile. */
static void skip_missed(struct publisher *publisher)
{
    const int64_t late_ns = tri_now_ns() - publisher->moment_ns;
    const int64_t was_due_ns = publisher->schedule.due_ns;
    const uint64_t missed = schedule_missed(&publisher->schedule, was_due_ns + late_ns);

    for (uint64_t i = 0; i < missed && !stop_asked(); i++) {
        struct tri_draft *nowhere = NULL;
        publisher->source.ops->fill(&publisher->source, &nowhere, 0);
        schedule_advance(&publisher->schedule);
    }
    publisher->moment_ns += publisher->schedule.due_ns - was_due_ns;
    tri_writer_add_drops(publisher->writer, missed, 0);
}

/** Sleeps until a synthetic source's next picture is to be taken. Its time is what its pace and the
 *  faults made on purpose say, as a camera stamps a picture before anybody comes to fetch it. */
static bool await_moment(struct publisher *publisher)
{
    struct schedule *schedule = &publisher->schedule;
    const struct fault_delay delay = fault_next(&publisher->fault);
    const int64_t late_ns = delay.stall_ns + delay.jitter_ns;

    if (!schedule->num)
        return late_ns ? schedule_sleep_until(tri_now_ns() + late_ns) : !stop_asked();
    const bool first = !schedule->due_ns;
    if (first)
        schedule_restart(schedule, tri_now_ns());
    schedule->due_ns += delay.stall_ns; // what follows is later by as much
    const int64_t moment_ns = schedule->due_ns + delay.jitter_ns;
    publisher->moment_ns = moment_ns > publisher->moment_ns ? moment_ns : publisher->moment_ns + 1;
    if (!schedule_sleep_until(publisher->moment_ns))
        return false;
    if (!first) // before which there is nothing to be missed
        skip_missed(publisher);
    return true;
}

/** What was filled becomes the newest frame, at its time. */
static enum source_result deliver(struct publisher *publisher, struct tri_draft *draft)
{
    const bool film = publisher->source.film;

    if (publisher->skip > 0) {
        publisher->skip--;
        if (draft)
            tri_writer_cancel(publisher->writer, draft);
        return SOURCE_OK;
    }
    if (film && !schedule_wait(&publisher->schedule))
        return SOURCE_NOTHING;
    if (fault_drops(&publisher->fault)) {
        tri_writer_add_drops(publisher->writer, 1, 0);
        if (draft)
            tri_writer_cancel(publisher->writer, draft);
        schedule_advance(&publisher->schedule);
        return SOURCE_OK;
    }
    if (film && schedule_missed(&publisher->schedule, tri_now_ns()) > 0)
        schedule_restart(&publisher->schedule,
                         tri_now_ns()); // late rather than never, and no rush afterwards
    if (film)
        publisher->moment_ns = publisher->schedule.due_ns;
    if (draft) {
        if (publisher->schedule.num)
            draft->info.capture_ns = publisher->moment_ns;
        if (publisher->restarted)
            draft->info.flags |= TRI_FRAME_RESTART;
        publisher->restarted = false;
        fault_tear(&publisher->fault, draft);
        publisher_publish(publisher, draft);
        fault_published(&publisher->fault,
                        capture_timing_period(publisher->schedule.num, publisher->schedule.den));
    }
    schedule_advance(&publisher->schedule);
    return SOURCE_OK;
}

/** Opens a synthetic source anew with another format, and with the first one the next time. */
static enum source_result change_format(struct publisher *publisher)
{
    const struct tri_video now = publisher->source.video;

    if (!publisher->other.width)
        publisher->other = fault_changed(&now);
    publisher->fault.counts.format_changes++;
    publisher->source.ops->close(&publisher->source);
    cancel_all(publisher);
    publisher->options.wanted = publisher->other;
    publisher->other = now;
    publisher->other.fps_den = now.fps_num ? now.fps_den : 1; // 0/1: unpaced
    return publisher->source.ops->open(&publisher->source);
}

enum source_result publisher_frame(struct publisher *publisher)
{
    const bool paced = !publisher->source.live && !publisher->source.film && publisher->skip == 0;
    struct tri_draft *draft = NULL;

    if (fault_changes(&publisher->fault) && change_format(publisher) != SOURCE_OK)
        return SOURCE_FAILED;
    if (paced && !await_moment(publisher))
        return SOURCE_NOTHING;
    const enum source_result result = fill_one(publisher, &draft);

    if (result == SOURCE_OK)
        return deliver(publisher, draft);
    if (result == SOURCE_NOTHING)
        return result;
    if (result == SOURCE_DROPPED) {
        tri_writer_add_drops(publisher->writer, 1, 0);
        if (draft)
            tri_writer_cancel(publisher->writer, draft);
        schedule_advance(&publisher->schedule);
        return result;
    }
    cancel_all(publisher);
    if (result == SOURCE_CHANGED) {
        tri_writer_reserve(publisher->writer, publisher->source.slot_bytes);
        set_schedule(publisher);
    }
    return result;
}
