/* SPDX-License-Identifier: MIT */
/* A stream's segment: created, created again after a removal, replaced by a larger one. */
#include "writer_private.h"

#include "doorbell.h"
#include "errno_map.h"
#include "sys_attachments.h"

#include <sys/shm.h>
#include <unistd.h>

// Default limit of the bytes of all open slots, within these numbers.
#define SLOTS_BYTES (1ull << 30)
#define SLOTS_LEAST 8u
#define SLOTS_MOST  32u

/** Marks the old segment as replaced before its key is removed: readers that find nothing new
 *  look the name up. */
static void mark_replaced(const struct tri_writer *w)
{
    atomic_fetch_or_explicit(&w->mapping->segment.header->state, TRI_SEGMENT_REPLACED,
                             memory_order_release);
}

/** Leaves a segment that was removed. Readers may still be in it. */
static void leave(struct tri_writer *w)
{
    const bool has_drafts = atomic_load_explicit(&w->mapping->references, memory_order_relaxed) > 1;
    w->former_shm_id = has_drafts ? -1 : w->mapping->segment.shm_id;
    tri_mapping_unref(&w->mapping);
}

/** Once a second: releases a segment that was removed, and repairs locks. */
static void maintain(struct tri_writer *w, int64_t now)
{
    if (!w->mapping || now < w->check_ns)
        return;
    w->check_ns = now + TRI_WRITER_CHECK_NS;
    if (!tri_segment_removed(&w->mapping->segment)) {
        tri_writer_repair(w);
        tri_writer_close_idle_slot(w, now);
        return;
    }
    tri_log_write(&w->log, TRI_LOG_WARN, "segment",
                  "%s: another process has removed the segment; creating it again", w->name);
    mark_replaced(w);
    leave(w);
}

/** Whether the segment's memory is freed when this writer detaches: created here, with no reader
 *  attached and no draft in it. */
static bool ours_alone(const struct tri_writer *w)
{
    struct shmid_ds status;
    return atomic_load_explicit(&w->mapping->references, memory_order_relaxed) == 1 &&
           shmctl(w->mapping->segment.shm_id, IPC_STAT, &status) == 0 && status.shm_nattch == 1 &&
           status.shm_cpid == w->pid;
}

/** Detaches the segment that is too small. Its key must be free before the larger one can be
 *  created. */
static enum tri_err detach_old(struct tri_writer *w)
{
    mark_replaced(w);
    const enum tri_err err = tri_segment_remove(w->mapping->segment.shm_id);
    if (err != TRI_OK && err != TRI_ERR_REMOVED) { // no longer owned, after a change of user
        atomic_fetch_and_explicit(&w->mapping->segment.header->state, ~TRI_SEGMENT_REPLACED,
                                  memory_order_release);
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment",
                      "%s: the segment is too small and cannot be replaced: %s", w->name,
                      tri_strerror(err));
        return err;
    }
    leave(w);
    return TRI_OK;
}

/** Creates a segment that continues the numbering, and announces it to readers. */
static enum tri_err make(struct tri_writer *w, const struct tri_segment_plan *plan)
{
    tri_writer_reset_slots(w);
    struct tri_segment segment;
    const enum tri_err err = tri_segment_create(&segment, plan, &w->log);
    if (err != TRI_OK)
        return err;
    const int shm_id = segment.shm_id;
    w->mapping = tri_mapping_new(&segment, w->sem_id);
    if (!w->mapping) {
        tri_segment_remove(shm_id);
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment", "%s: out of memory", w->name);
        return TRI_ERR_NO_RESOURCES;
    }
    struct tri_header *header = w->mapping->segment.header;
    // The numbering continues even if this writer dies before its first frame in this segment.
    if (w->number > 0)
        atomic_store_explicit(&header->latest, tri_head(w->number, 0, TRI_HEAD_NO_SLOT),
                              memory_order_relaxed);
    atomic_store_explicit(&header->dropped_driver, w->dropped_driver, memory_order_relaxed);
    atomic_store_explicit(&header->dropped_writer, w->dropped_writer, memory_order_relaxed);
    tri_writer_write_identity(w);
    tri_segment_announce(&w->mapping->segment); // readers may attach, and the numbering is safe
    tri_doorbell_ring(w->key);
    tri_segment_populate_open(&w->mapping->segment);
    return TRI_OK;
}

uint32_t tri_writer_slots_max(const struct tri_writer *w, uint64_t bytes)
{
    if (w->slots_max_wanted)
        return w->slots_max_wanted;
    if (w->flags & (TRI_WRITER_HUGE_PAGES | TRI_WRITER_MLOCK)) // both allocate memory for all
                                                               // addresses
        return w->slots_wanted;
    const uint32_t least = w->slots_wanted > SLOTS_LEAST ? w->slots_wanted : SLOTS_LEAST;
    const uint32_t most = w->slots_wanted > SLOTS_MOST ? w->slots_wanted : SLOTS_MOST;
    const uint64_t fitting = SLOTS_BYTES / (bytes ? bytes : 1);
    return fitting < least ? least : fitting > most ? most : (uint32_t)fitting;
}

static enum tri_err replace(struct tri_writer *w, uint64_t bytes)
{
    const struct tri_segment_plan plan = {
        .name = w->name,
        .key = w->key,
        .slots = w->slots_wanted,
        .slots_max = tri_writer_slots_max(w, bytes),
        .slot_bytes = bytes,
        .mode = tri_writer_segment_mode(w),
        .group = w->group,
        .flags = w->flags,
        .stream_id = w->stream_id,
    };
    // Checked first: a stream that cannot grow continues, and readers stay attached.
    const struct tri_segment *old = w->mapping ? &w->mapping->segment : NULL;
    enum tri_err err = TRI_ERR_NO_RESOURCES;
    if (tri_segment_affordable(&plan, old, old && ours_alone(w), &w->log))
        err = old ? detach_old(w) : TRI_OK;
    if (err == TRI_OK)
        err = make(w, &plan);
    if (err == TRI_ERR_NO_RESOURCES)
        tri_attachments_explain(&w->log, w->name, w->key);
    return err;
}

enum tri_err tri_writer_ensure_segment(struct tri_writer *w, uint64_t bytes)
{
    if (bytes < w->slot_bytes_wanted)
        bytes = w->slot_bytes_wanted;
    const int64_t now = tri_now_ns();
    maintain(w, now);
    if (w->mapping && w->mapping->segment.geometry.slot_bytes >= bytes)
        return TRI_OK;
    // Already logged. A smaller size may succeed.
    const bool smaller = w->refused == TRI_ERR_NO_RESOURCES && bytes < w->refused_bytes;
    if (w->refused != TRI_OK && !smaller && now < w->refused_ns)
        return w->refused;

    w->refused = replace(w, bytes);
    w->refused_bytes = bytes;
    w->refused_ns = now + TRI_WRITER_RETRY_NS;
    return w->refused;
}
