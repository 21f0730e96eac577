/* SPDX-License-Identifier: MIT */
/* A stream's lifecycle: claim, takeover from a dead writer, removal. */
#include "writer_private.h"

#include "doorbell.h"
#include "entry.h"
#include "errno_map.h"
#include "sys_owner.h"
#include "sys_time_namespace.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static uint64_t random_id(void)
{
    uint64_t id;
    if (getrandom(&id, sizeof(id), 0) != sizeof(id)) // cannot fail for 8 bytes once the system has
                                                     // booted
        id = (uint64_t)tri_now_ns();
    return id ? id : 1;
}

uint32_t tri_writer_segment_mode(const struct tri_writer *w)
{
    return w->permissions & ~022u;
}

void tri_writer_reset_slots(struct tri_writer *w)
{
    tri_writer_unlock_ahead(w);
    w->newest = NO_SLOT;
    w->planned = 0;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++) {
        w->slot[i].number = w->slot[i].begun = 0;
        w->slot[i].parity = 0;
    }
}

void tri_writer_write_identity(struct tri_writer *w)
{
    struct tri_header *header = w->mapping->segment.header;
    atomic_store_explicit(&header->generation, w->generation, memory_order_relaxed);
    atomic_store_explicit(&header->writer_pid, (uint32_t)w->pid, memory_order_relaxed);
    atomic_store_explicit(&header->device_access, w->device_access, memory_order_relaxed);
    atomic_store_explicit(&header->clock_offset_ns, tri_time_namespace_offset(),
                          memory_order_relaxed);
    memset(header->source, 0, sizeof(header->source));
    memcpy(header->source, w->source, strlen(w->source));
}

/** Reads the last writer's position from the segment, to which this writer has exclusive access.
 */
static void resume(struct tri_writer *w, const struct tri_segment *segment)
{
    const struct tri_header *header = segment->header;
    const uint64_t head = atomic_load_explicit(&header->latest, memory_order_acquire);
    const uint64_t generation = atomic_load_explicit(&header->generation, memory_order_relaxed);
    w->stream_id = segment->geometry.stream_id;
    w->generation = generation + 1;
    w->dropped_driver = atomic_load_explicit(&header->dropped_driver, memory_order_relaxed);
    w->dropped_writer = atomic_load_explicit(&header->dropped_writer, memory_order_relaxed);
    tri_writer_reset_slots(w);
    w->number = w->number_found = tri_head_number(head);
    if (w->number > 0 && tri_head_slot(head) < segment->geometry.slots_max)
        w->newest = tri_head_slot(head);
    for (uint32_t i = 0; i < segment->geometry.slots_max; i++) {
        struct tri_entry *entry = tri_segment_entry(segment, i);
        uint64_t stamp = tri_entry_stamp(entry);
        // Complete but never published: another frame will get its number, and readers may have
        // prelocked its parity.
        if (tri_stamp_number(stamp) > w->number) {
            stamp = tri_stamp(0, !tri_stamp_parity(stamp));
            tri_entry_begin(entry, tri_stamp_parity(stamp));
        }
        w->slot[i].number = tri_stamp_number(stamp);
        w->slot[i].parity = tri_stamp_parity(stamp);
    }
}

/** Removes the old segment's key, so that a new segment can have it. */
static void discard(struct tri_segment *segment)
{
    if (segment->header)
        atomic_fetch_or_explicit(&segment->header->state, TRI_SEGMENT_REPLACED,
                                 memory_order_release);
    tri_segment_remove(segment->shm_id);
    tri_segment_detach(segment);
}

/** Reason why this writer cannot use the segment that it found, although the numbering continues;
 *  NULL: it can. */
static const char *unusable(const struct tri_writer *w, const struct tri_segment *found,
                            const struct tri_claim *claim, const struct ipc_perm *perm)
{
    const struct tri_header *header = found->header;
    if (claim->fresh)
        return "its semaphores are gone, and with them the locks of its readers";
    // A change of permissions does not detach any process.
    if (claim->other_access || (perm->mode & 0777) != tri_writer_segment_mode(w) ||
        perm->gid != w->group)
        return "its permissions or its group are different";
    if (atomic_load_explicit(&header->device_access, memory_order_acquire) != 0)
        return "its device may still write into it";
    if (atomic_load_explicit(&header->state, memory_order_acquire) != 0)
        return "it was about to be replaced or removed";
    if (found->geometry.slots != w->slots_wanted ||
        found->geometry.slots_max != tri_writer_slots_max(w, found->geometry.slot_bytes))
        return "it has another number of slots";
    return found->geometry.slot_bytes < w->slot_bytes_wanted ? "its slots are too small" : NULL;
}

/** Examines the segment of the key. No other process changes it, because this one has the
 *  writer's place. */
static enum tri_err adopt(struct tri_writer *w, const struct tri_claim *claim)
{
    if (w->stream_id == 0) { // otherwise its running writer creates it again and continues the
                             // numbering
        w->stream_id = random_id();
        w->generation = 1;
    }
    tri_writer_reset_slots(w);

    const int shm_id = shmget(w->key, 0, 0);
    if (shm_id < 0 && errno == ENOENT)
        return TRI_OK;
    struct shmid_ds status = { .shm_perm = { .uid = (uid_t)-1 } };
    if (shm_id >= 0 && shmctl(shm_id, IPC_STAT, &status) < 0 && errno != EACCES)
        return TRI_OK; // removed meanwhile
    if (status.shm_perm.uid != geteuid() || status.shm_perm.cuid != geteuid()) {
        tri_owner_explain(&w->log, w->name, w->key);
        return TRI_ERR_FOREIGN;
    }

    struct tri_segment found;
    const enum tri_err err = tri_segment_attach(&found, shm_id, w->name, 0);
    if (err == TRI_ERR_COLLISION) {
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment",
                      "%s: another stream's name has the same key 0x%08x (segment %d); choose "
                      "another name",
                      w->name, (unsigned)w->key, shm_id);
        return err;
    }
    if (err != TRI_OK) {
        tri_log_write(&w->log, TRI_LOG_INFO, "segment",
                      "%s: replacing the segment of an earlier writer: %s", w->name,
                      tri_strerror(err));
        tri_segment_remove(shm_id);
        return TRI_OK;
    }

    resume(w, &found);
    const char *why = unusable(w, &found, claim, &status.shm_perm);
    if (why) {
        tri_log_write(&w->log, TRI_LOG_INFO, "segment",
                      "%s: replacing the segment of an earlier writer: %s", w->name, why);
        discard(&found);
        tri_writer_reset_slots(w);
        return TRI_OK;
    }

    tri_segment_populate_open(&found);
    w->mapping = tri_mapping_new(&found, w->sem_id);
    if (!w->mapping) {
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment", "%s: out of memory", w->name);
        return TRI_ERR_NO_RESOURCES;
    }
    tri_log_write(&w->log, TRI_LOG_INFO, "segment", "%s: taken over after frame %llu", w->name,
                  (unsigned long long)w->number);
    tri_writer_write_identity(w);
    return TRI_OK;
}

/** Takes the writer's place in the set. Logs the process that already has it. */
static enum tri_err claim_place(struct tri_writer *w, struct tri_claim *claim)
{
    const enum tri_err err =
        tri_semset_claim(claim, w->key, w->name, w->permissions, w->group, &w->log);
    w->sem_id = claim->sem_id;
    if (err == TRI_ERR_BUSY && claim->holder > 0)
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment",
                      "%s: already has a writer, pid %d; stop it or choose another name", w->name,
                      (int)claim->holder);
    else if (err == TRI_ERR_BUSY)
        tri_log_write(&w->log, TRI_LOG_ERROR, "segment",
                      "%s: already has a writer, in another container or PID namespace; stop it or "
                      "choose another name",
                      w->name);
    return err;
}

enum tri_err tri_writer_claim(struct tri_writer *w)
{
    struct tri_claim claim = { .other_access = true };
    enum tri_err err = TRI_OK;
    while (err == TRI_OK && claim.other_access) {
        // A new set as well: readers without permission could never release locks in this one.
        if (w->sem_id >= 0)
            tri_semset_remove(w->sem_id);
        err = claim_place(w, &claim);
        if (err != TRI_OK)
            return err;
        err = adopt(w, &claim);
    }
    if (err == TRI_OK) {
        err = tri_semset_close_gates(w->sem_id, w->number + 1);
        if (err != TRI_OK)
            tri_log_write(&w->log, TRI_LOG_ERROR, "segment", "%s: cannot set its semaphores: %s",
                          w->name, tri_strerror(err));
    }
    if (err != TRI_OK) {
        // Removes everything. Readers of a dead stream's set then look its name up.
        tri_mapping_unref(&w->mapping);
        tri_semset_remove(w->sem_id);
        w->sem_id = -1;
        return err;
    }
    w->check_ns = tri_now_ns() + TRI_WRITER_CHECK_NS;
    if (w->mapping) // otherwise the segment completes the stream
        tri_doorbell_ring(w->key);
    return TRI_OK;
}

void tri_writer_on_stream_removed(struct tri_writer *w)
{
    tri_log_write(&w->log, TRI_LOG_WARN, "segment",
                  "%s: another process has removed the semaphores; creating the stream again",
                  w->name);
    if (w->mapping) {
        atomic_fetch_or_explicit(&w->mapping->segment.header->state, TRI_SEGMENT_REPLACED,
                                 memory_order_release);
        tri_segment_remove(w->mapping->segment.shm_id);
        tri_mapping_unref(&w->mapping);
    }
    w->sem_id = -1;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++) {
        w->slot[i].taken = false;
        w->slot[i].lock = TRI_NO_LOCK;
    }
}

void tri_writer_tear_down(struct tri_writer *w)
{
    if (w->sem_id < 0 || w->pid != getpid() || tri_forked_since(w->fork_depth))
        return;
    // The segment first: while the semaphores exist, no other writer can take the place and create
    // a new segment.
    if (w->mapping) {
        atomic_fetch_or_explicit(&w->mapping->segment.header->state, TRI_SEGMENT_CLOSED,
                                 memory_order_release);
        tri_segment_remove(w->mapping->segment.shm_id);
    }
    if (tri_semset_remove(w->sem_id) != TRI_OK) { // no longer owned, after a change of user
        tri_writer_unlock_ahead(w);
        tri_semset_leave(w->sem_id); // do not block the name
    }
    w->sem_id = -1;
    tri_doorbell_ring(w->key);
}
