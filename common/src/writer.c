/* SPDX-License-Identifier: MIT */
#include "writer_private.h"

#include "entry.h"
#include "errno_map.h"
#include "reserved.h"
#include "sys_logind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DRAFT_OPEN, DRAFT_PINNED }; // tri_lease.state

/** The public error for `err`: another process keeps removing the stream's objects. */
static enum tri_err to_public(enum tri_err err)
{
    return err == TRI_ERR_REMOVED ? TRI_ERR_NO_STREAM : err;
}

enum tri_err tri_writer_open(tri_writer **out, const struct tri_writer_options *options)
{
    *out = NULL;
    tri_writer *w = malloc(sizeof(*w));
    if (!w) {
        tri_log_write(options->log, TRI_LOG_ERROR, "writer", "out of memory");
        return TRI_ERR_NO_RESOURCES;
    }
    *w = (tri_writer){ .sem_id = -1,
                       .former_shm_id = -1,
                       .newest = NO_SLOT,
                       .pid = getpid(),
                       .fork_depth = tri_fork_watch() };
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++)
        w->slot[i].lock = TRI_NO_LOCK;

    enum tri_err err = tri_writer_configure(w, options);
    if (err == TRI_OK)
        err = tri_writer_claim(w);
    if (err == TRI_OK && w->slot_bytes_wanted > 0)
        err = tri_writer_ensure_segment(w, w->slot_bytes_wanted);
    if (err != TRI_OK) {
        tri_writer_close(&w); // works on a partly opened writer
        return to_public(err);
    }
    tri_session_warn(&w->log, w->name);
    *out = w;
    return TRI_OK;
}

void tri_writer_add_drops(tri_writer *w, uint64_t by_driver, uint64_t by_writer)
{
    if (tri_forked_since(w->fork_depth))
        return;
    w->dropped_driver += by_driver;
    w->dropped_writer += by_writer;
    if (!w->mapping)
        return;
    struct tri_header *header = w->mapping->segment.header;
    atomic_store_explicit(&header->dropped_driver, w->dropped_driver, memory_order_relaxed);
    atomic_store_explicit(&header->dropped_writer, w->dropped_writer, memory_order_relaxed);
}

/** Claims the writer's place again if the stream was removed. While that fails it tries and logs
 *  once a second, not for every frame. */
static enum tri_err ensure_place(struct tri_writer *w)
{
    if (w->sem_id >= 0)
        return TRI_OK;
    const int64_t now = tri_now_ns();
    if (w->unclaimed != TRI_OK && now < w->unclaimed_ns)
        return w->unclaimed;
    w->unclaimed = tri_writer_claim(w);
    w->unclaimed_ns = now + TRI_WRITER_RETRY_NS;
    return w->unclaimed;
}

enum tri_err tri_writer_try_begin(tri_writer *w, const struct tri_video *video,
                                  struct tri_draft *draft)
{
    memset(draft, 0, sizeof(*draft));
    if (tri_forked_since(w->fork_depth))
        return TRI_ERR_FORKED;
    struct tri_shape shape = w->placed; // consecutive frames usually have one shape: computed once
    if (shape.planes == 0 || memcmp(video, &w->begun, sizeof(*video)) != 0) {
        if (tri_video_shape(video, &shape) != TRI_OK)
            return TRI_ERR_INVALID;
        w->begun = *video;
        w->placed = shape;
    }

    uint32_t taken = NO_SLOT;
    enum tri_err err = TRI_ERR_REMOVED;
    for (int tries = 0; tries < 2 && err == TRI_ERR_REMOVED; tries++) {
        err = ensure_place(w);
        if (err == TRI_OK)
            err = tri_writer_ensure_segment(w, shape.bytes);
        if (err == TRI_OK)
            err = tri_writer_take_slot(w, &taken);
        if (err == TRI_ERR_REMOVED)
            tri_writer_on_stream_removed(w);
    }
    if (err != TRI_OK)
        return to_public(err);

    struct tri_segment *segment = &w->mapping->segment;
    w->slot[taken].taken = true;
    w->slot[taken].begun = ++w->begun_count;
    tri_writer_announce_next(w);
    tri_entry_begin(tri_segment_entry(segment, taken), w->slot[taken].parity);

    draft->info.video = *video;
    draft->shape = shape;
    for (uint32_t p = 0; p < shape.planes; p++) {
        draft->info.video.stride[p] = shape.plane[p].stride;
        draft->data[p] = tri_segment_slot(segment, taken) + shape.plane[p].offset;
    }
    draft->user = tri_segment_entry(segment, taken)->user;
    draft->previous_number = w->slot[taken].number > w->number_found ? w->slot[taken].number : 0;
    draft->slot_index = taken;
    draft->lease = (struct tri_lease){ .mapping = tri_mapping_ref(w->mapping), .slot = taken };
    return TRI_OK;
}

enum tri_err tri_writer_begin(tri_writer *w, const struct tri_video *video, struct tri_draft *draft)
{
    const enum tri_err err = tri_writer_try_begin(w, video, draft);
    if (err == TRI_ERR_NO_SLOT) {
        tri_writer_add_drops(w, 0, 1);
        tri_writer_log_no_slot(w, "frame dropped");
    }
    return err;
}

void tri_writer_cancel(tri_writer *w, struct tri_draft *draft)
{
    struct tri_mapping *mapping = draft->lease.mapping;
    if (!mapping)
        return;
    if (w && mapping->sem_id == w->sem_id && !tri_mapping_is_inherited(mapping)) {
        struct tri_writer_slot *slot = &w->slot[draft->lease.slot];
        if (mapping == w->mapping && draft->lease.state == DRAFT_OPEN)
            slot->number = 0; // its previous contents are overwritten
        tri_writer_unlock(w, draft->lease.slot);
        slot->taken = false;
        slot->begun = 0;
    }
    tri_mapping_unref(&mapping);
    memset(draft, 0, sizeof(*draft));
}

/** Whether the draft's planes are where tri_writer_begin() placed them, and need no check. */
static bool as_begun(const struct tri_writer *w, const struct tri_draft *draft)
{
    const struct tri_video *video = &draft->info.video;
    bool same = video->fourcc == w->begun.fourcc && video->width == w->begun.width &&
                video->height == w->begun.height && draft->shape.planes == w->placed.planes;
    for (uint32_t p = 0; same && p < w->placed.planes; p++) {
        const struct tri_plane *now = &draft->shape.plane[p];
        const struct tri_plane *then = &w->placed.plane[p];
        same = now->offset == then->offset && now->bytes == then->bytes &&
               now->stride == then->stride && now->row_bytes == then->row_bytes &&
               now->rows == then->rows;
    }
    return same;
}

static bool publishable(const struct tri_writer *w, const struct tri_draft *draft,
                        uint64_t slot_bytes)
{
    const struct tri_frame_info *info = &draft->info;
    return (as_begun(w, draft) || tri_shape_fits(&info->video, &draft->shape, slot_bytes)) &&
           draft->shape.bytes <= slot_bytes && info->user_bytes <= TRI_USER_MAX &&
           TRI_RESERVED_ARE_ZERO(info) && TRI_RESERVED_ARE_ZERO(&info->video) &&
           tri_time_sane(info->capture_ns) && tri_video_valid(&info->video) &&
           (draft->shape.plane[0].rows > 0 ||
            (info->bytes_used > 0 && info->bytes_used <= draft->shape.plane[0].bytes));
}

/** Fills the fields that the library sets. */
static void complete(struct tri_writer *w, struct tri_draft *draft)
{
    struct tri_frame_info *info = &draft->info;
    for (uint32_t p = 0; p < draft->shape.planes; p++)
        info->video.stride[p] = draft->shape.plane[p].stride;
    if (draft->shape.plane[0].rows > 0)
        info->bytes_used = draft->shape.bytes;
    if (w->flags & TRI_WRITER_CHECKSUM) {
        const uint8_t *const data[TRI_PLANES_MAX] = { draft->data[0], draft->data[1],
                                                      draft->data[2], draft->data[3] };
        info->checksum = tri_frame_checksum(info, &draft->shape, data);
        info->flags |= TRI_FRAME_CHECKSUM;
    }
    info->number = w->number + 1;
    info->generation = w->generation;
    info->dropped_driver = w->dropped_driver;
    info->dropped_writer = w->dropped_writer;
    info->publish_ns = tri_now_ns();
    if (info->capture_ns == 0)
        info->capture_ns = info->publish_ns;
    if (info->publish_ns - w->publish_ns >= TRI_FAST_NS)
        w->fast_frames /= 2;
    else if (w->fast_frames < FAST_FRAMES_MAX)
        w->fast_frames++;
    w->publish_ns = info->publish_ns;
}

enum tri_err tri_writer_publish_pinned(tri_writer *w, struct tri_draft *draft)
{
    const struct tri_mapping *mapping = draft->lease.mapping;
    if (!mapping || draft->lease.state != DRAFT_OPEN)
        return TRI_ERR_INVALID;
    if (tri_mapping_is_inherited(mapping))
        return TRI_ERR_FORKED;
    if (mapping->segment.geometry.stream_id != w->stream_id) // a draft of another writer
        return TRI_ERR_INVALID;
    const bool current = mapping == w->mapping;
    __builtin_prefetch(&mapping->segment.header->latest, 1); // readers already have the frame: the
                                                             // checksum takes time
    if (!current || !publishable(w, draft, mapping->segment.geometry.slot_bytes)) {
        tri_writer_add_drops(w, 0, 1);
        return current ? TRI_ERR_INVALID : TRI_ERR_MOVED;
    }

    complete(w, draft);
    const uint32_t at = draft->lease.slot;
    struct tri_writer_slot *slot = &w->slot[at];
    slot->parity = !slot->parity;
    tri_entry_finish(tri_segment_entry(&mapping->segment, at), &draft->info, &draft->shape,
                     slot->parity);
    w->number = draft->info.number;
    w->newest = at;
    w->published++;
    slot->number = w->number;
    slot->begun = 0;
    tri_writer_announce_next(w);

    // Release: pairs with the acquire load in reader.c, which then sees the complete entry.
    atomic_store_explicit(&mapping->segment.header->latest, tri_head(w->number, slot->parity, at),
                          memory_order_release);
    draft->lease.state = DRAFT_PINNED;
    const enum tri_err err = tri_writer_turn_gates(w);
    if (err == TRI_OK)
        tri_writer_keep_spare(w);
    if (err != TRI_ERR_REMOVED)
        return err;
    tri_writer_on_stream_removed(
        w); // readers still find this frame; the next begin creates the stream again
    return TRI_OK;
}

enum tri_err tri_writer_publish(tri_writer *w, struct tri_draft *draft)
{
    const enum tri_err err = tri_writer_publish_pinned(w, draft);
    tri_writer_cancel(w, draft);
    return err;
}

void tri_writer_reserve(tri_writer *w, uint64_t bytes)
{
    if (bytes > w->slot_bytes_wanted)
        w->slot_bytes_wanted = bytes;
}

void tri_writer_set_history(tri_writer *w, uint32_t frames)
{
    w->history = frames;
}

static uint32_t attachments(int shm_id)
{
    struct shmid_ds status;
    return shm_id >= 0 && shmctl(shm_id, IPC_STAT, &status) == 0 ? (uint32_t)status.shm_nattch : 0;
}

void tri_writer_get_stats(const tri_writer *w, struct tri_writer_stats *counts)
{
    *counts = (struct tri_writer_stats){
        .published = w->published,
        .dropped_driver = w->dropped_driver,
        .dropped_writer = w->dropped_writer,
        .generation = w->generation,
        .reclaimed = w->reclaimed,
        .slots = w->slots_wanted,
        .slots_open = w->mapping ? tri_segment_open_slots(&w->mapping->segment) : 0,
        .slots_max = w->mapping ? w->mapping->segment.geometry.slots_max : 0,
        .shm_id = w->mapping ? w->mapping->segment.shm_id : -1,
        .sem_id = w->sem_id,
    };
    // Some readers may not have left the former segment yet; those that still use a frame in it are
    // attached to both.
    const uint32_t attached = attachments(counts->shm_id);
    const uint32_t former = attachments(w->former_shm_id);
    const uint32_t others = attached > former ? attached - 1 : former; // without the writer
    counts->readers = others > w->device_attachments ? others - w->device_attachments : 0;
}

int tri_draft_get_shm(const struct tri_draft *draft, size_t *offset)
{
    const struct tri_mapping *mapping = draft->lease.mapping;
    if (!mapping)
        return -1;
    *offset = (size_t)(draft->data[0] - (const uint8_t *)mapping->segment.header);
    return mapping->segment.shm_id;
}

void *tri_writer_slot(const tri_writer *w, uint32_t index, uint64_t *bytes)
{
    *bytes = 0;
    if (!w->mapping || (index >= w->mapping->segment.geometry.slots &&
                        index >= tri_segment_open_slots(&w->mapping->segment)))
        return NULL;
    *bytes = w->mapping->segment.geometry.slot_bytes;
    return tri_segment_slot(&w->mapping->segment, index);
}

void tri_writer_set_device_attachments(tri_writer *w, uint32_t count)
{
    w->device_attachments = count;
}

void tri_writer_set_device_access(tri_writer *w, bool device_access)
{
    if (tri_forked_since(w->fork_depth))
        return;
    w->device_access = device_access;
    if (w->mapping)
        atomic_store_explicit(&w->mapping->segment.header->device_access, device_access,
                              memory_order_release);
}

void tri_writer_close(tri_writer **writer)
{
    tri_writer *w = *writer;
    *writer = NULL;
    if (!w)
        return;
    const int saved = errno;
    tri_writer_tear_down(w);
    tri_doorbell_close(&w->bell);
    tri_mapping_unref(&w->mapping);
    free(w);
    errno = saved;
}
