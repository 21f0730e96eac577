/* SPDX-License-Identifier: MIT */
/** The System V shared-memory segment: create, find, attach, check, detach. */
#ifndef TRI_SEGMENT_H
#define TRI_SEGMENT_H

#include "layout.h"

#include <triptych/error.h>
#include <triptych/log.h>

#include <stdbool.h>
#include <sys/shm.h>

/** The header's numbers, copied once and checked against the attached size. */
struct tri_geometry {
    uint32_t slots;     // open from the start
    uint32_t slots_max; // number of entries and slots with addresses
    uint64_t entries_at;
    uint64_t slots_at;
    uint64_t slot_bytes;
    uint64_t stream_id;
};

/** One attachment. None: all zero but `shm_id` -1. */
struct tri_segment {
    struct tri_header *header; // read-only memory in a reader
    struct tri_geometry geometry;
    uint64_t bytes;              // of the segment, as the kernel reports
    uint32_t version;            // of its layout, 0: unknown
    char name[TRI_NAME_MAX + 1]; // as in the header of any version; unchecked
    int shm_id;
    uid_t owner;
    int64_t clock_offset_ns; // of this process; the header has the writer's
};

#define TRI_OWNER_NONE   ((uid_t)-1)
#define TRI_SEGMENT_NONE ((struct tri_segment){ .shm_id = -1, .owner = TRI_OWNER_NONE })

struct tri_segment_plan {
    const char *name;
    key_t key;
    uint32_t slots;
    uint32_t slots_max; // best effort: System V limits may allow fewer
    uint64_t slot_bytes;
    uint32_t mode; // of the shared memory: only the owner writes
    gid_t group;
    uint32_t flags; // enum tri_writer_flags
    uint64_t stream_id;
};

/**
 * Checks whether System V limits and available memory allow the segment. Called before the old
 * segment is detached and before any page is touched.
 *
 * @param old    the segment that it will replace, NULL: none
 *
 * @param freed  whether the old one is freed at once: no other process has it attached
 *
 * @return false, logged
 */
bool tri_segment_affordable(const struct tri_segment_plan *plan, const struct tri_segment *old,
                            bool freed, const tri_log *log);

/** Creates, attaches read-write and fills the header except magic. No slot has memory yet. On
 *  failure nothing is left, and the reason is logged. */
enum tri_err tri_segment_create(struct tri_segment *segment, const struct tri_segment_plan *plan,
                                const tri_log *log);

/** Announces the segment to readers: stores magic with release. */
void tri_segment_announce(struct tri_segment *segment);

/**
 * Finds and attaches the segment of a key, checks header, name and geometry.
 *
 * @param name   the name that the header must have; NULL: any
 * @param flags  SHM_RDONLY, or 0 for a writer
 * @return TRI_OK; TRI_ERR_NO_STREAM, none, or not announced yet; TRI_ERR_DENIED; TRI_ERR_CORRUPT;
 *         TRI_ERR_VERSION; TRI_ERR_COLLISION; TRI_ERR_FOREIGN, its creator has given it away but can
 *         still change it; TRI_ERR_NO_RESOURCES, it does not fit into this process;
 *         TRI_ERR_SYSTEM. Logs nothing. `owner`,
 *         `version` and `name` are set even on failure where there is a segment.
 */
enum tri_err tri_segment_find(struct tri_segment *segment, key_t key, const char *name, int flags);

/** The same by the segment's id. */
enum tri_err tri_segment_attach(struct tri_segment *segment, int shm_id, const char *name,
                                int flags);

/**
 * Allocates and maps `bytes` bytes from `offset`: System V mappings have no fault-around, so each
 * first touch of a page would fault in the frame path.
 *
 * @param write  MADV_POPULATE_WRITE or MADV_POPULATE_READ
 *
 * @return false: out of memory. True also if the kernel (before 5.14) lacks the call: pages are
 * then allocated one by one.
 */
bool tri_segment_populate(const struct tri_segment *segment, uint64_t offset, uint64_t bytes,
                          bool write);

/** Populates the header, the entries and the open slots for their writer. */
void tri_segment_populate_open(const struct tri_segment *segment);

/** Populates the header and the entries for a reader. */
void tri_segment_populate_entries(const struct tri_segment *segment);

/** Frees the memory of a slot: it then reads as zero. */
void tri_segment_free_slot(const struct tri_segment *segment, uint32_t slot);

/** Whether the segment is removed or marked for removal, so that no process can attach. False if
 *  the kernel returns another error. */
bool tri_segment_removed(const struct tri_segment *segment);

/** Number of attachments to removed segments that this user had under `name`: their processes may
 *  still hold locks in the stream's semaphores. */
int tri_segment_former_attachments(const char *name);

/** Removes the key: no new process can attach; the memory is freed with its last attachment. */
enum tri_err tri_segment_remove(int shm_id);

/** Converts a frame's time from the writer's time namespace to that of this process. An invalid
 *  result (a hostile header) leaves it unchanged. */
int64_t tri_segment_local_time(const struct tri_segment *segment, int64_t ns);

/** Detaches and sets it to TRI_SEGMENT_NONE. Keeps errno. */
void tri_segment_detach(struct tri_segment *segment);

/** Number of open slots: only these contain frames. A reader's copy is checked here. */
static inline uint32_t tri_segment_open_slots(const struct tri_segment *segment)
{
    // Acquire: pairs with the release in writer_slots.c; the entry of the last slot is there.
    const uint32_t open = atomic_load_explicit(&segment->header->slots_open, memory_order_acquire);
    return open < segment->geometry.slots_max ? open : segment->geometry.slots_max;
}

static inline uint64_t tri_segment_slot_at(const struct tri_segment *segment, uint32_t slot)
{
    return segment->geometry.slots_at + (uint64_t)slot * segment->geometry.slot_bytes;
}

/** The slot's entry and first byte. `slot` is below geometry.slots_max. */
static inline struct tri_entry *tri_segment_entry(const struct tri_segment *segment, uint32_t slot)
{
    return (struct tri_entry *)((uint8_t *)segment->header + segment->geometry.entries_at +
                                (uint64_t)slot * sizeof(struct tri_entry));
}

static inline uint8_t *tri_segment_slot(const struct tri_segment *segment, uint32_t slot)
{
    return (uint8_t *)segment->header + tri_segment_slot_at(segment, slot);
}

#endif
