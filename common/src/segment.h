/* SPDX-License-Identifier: MIT */
/** The System V shared-memory segment: made, found, attached, checked, let go. */
#ifndef TRI_SEGMENT_H
#define TRI_SEGMENT_H

#include "layout.h"

#include <triptych/error.h>
#include <triptych/log.h>

#include <stdbool.h>
#include <sys/shm.h>

/** The header's numbers, copied out once and checked against the attached size. */
struct tri_geometry {
    uint32_t slots;     // open from the start
    uint32_t slots_max; // as many as there are entries and addresses for
    uint64_t entries_at;
    uint64_t slots_at;
    uint64_t slot_bytes;
    uint64_t stream_id;
};

/** One attachment. All zero but `shm_id` -1 is none. */
struct tri_segment {
    struct tri_header *header; // read-only memory in a reader
    struct tri_geometry geometry;
    uint64_t bytes;              // of the segment, from the kernel
    uint32_t version;            // of its layout, 0: unknown
    char name[TRI_NAME_MAX + 1]; // as in the header, of any version; not checked
    int shm_id;
    uid_t owner;
    int64_t clock_offset_ns; // of this process, as in the header that of the writer
};

#define TRI_OWNER_NONE   ((uid_t)-1)
#define TRI_SEGMENT_NONE ((struct tri_segment){ .shm_id = -1, .owner = TRI_OWNER_NONE })

struct tri_segment_plan {
    const char *name;
    key_t key;
    uint32_t slots;
    uint32_t slots_max; // a wish: the limits of System V may allow fewer
    uint64_t slot_bytes;
    uint32_t mode; // of the shared memory: nobody but the owner ever writes
    gid_t group;
    uint32_t flags; // enum tri_writer_flags
    uint64_t stream_id;
};

/**
 * Whether the segment can be had, by the limits of System V and by the memory that is left. Asked
 * before anything is given up or touched for it.
 *
 * @param old    the segment that it will replace, NULL: none
 * @param freed  whether the old one goes at once: nobody else has it
 * @return false, explained in the log.
 */
bool tri_segment_affordable(const struct tri_segment_plan *plan, const struct tri_segment *old,
                            bool freed, const tri_log *log);

/** Creates, attaches read-write and fills all of the header but magic. No slot has memory yet.
 *  On failure nothing is left behind and the log says why. */
enum tri_err tri_segment_create(struct tri_segment *segment, const struct tri_segment_plan *plan,
                                const tri_log *log);

/** Lets readers in: stores magic, with release. */
void tri_segment_announce(struct tri_segment *segment);

/**
 * Finds and attaches the segment of a key, checks header, name and geometry.
 *
 * @param name   the name that must stand in the header; NULL: any
 * @param flags  SHM_RDONLY, or 0 for a writer
 * @return TRI_OK; TRI_ERR_NO_STREAM, none, or not announced yet; TRI_ERR_DENIED; TRI_ERR_CORRUPT;
 *         TRI_ERR_VERSION; TRI_ERR_COLLISION; TRI_ERR_FOREIGN, its creator has given it away but can
 *         still change it; TRI_ERR_NO_RESOURCES, it does not fit into this process;
 *         TRI_ERR_SYSTEM. Logs nothing. `owner`,
 *         `version` and `name` are set even on failure where there is a segment.
 */
enum tri_err tri_segment_find(struct tri_segment *segment, key_t key, const char *name, int flags);

/** The same for an id at hand. */
enum tri_err tri_segment_attach(struct tri_segment *segment, int shm_id, const char *name,
                                int flags);

/**
 * Allocates and maps `bytes` bytes from `offset` on: System V mappings have no fault-around, and each
 * first touch of a page would be a fault in the frame path.
 *
 * @param write  MADV_POPULATE_WRITE or MADV_POPULATE_READ
 * @return false: there is no memory. True also where the kernel (before 5.14) cannot do it: the pages
 *         come one by one then.
 */
bool tri_segment_populate(const struct tri_segment *segment, uint64_t offset, uint64_t bytes,
                          bool write);

/** Populates the header, the entries and the open slots for their writer. */
void tri_segment_populate_open(const struct tri_segment *segment);

/** Populates the header and the entries for a reader. */
void tri_segment_populate_entries(const struct tri_segment *segment);

/** Gives the memory of a slot back to the kernel: it reads as zero then. */
void tri_segment_free_slot(const struct tri_segment *segment, uint32_t slot);

/** Whether the kernel has marked the segment for removal, or it is gone: nobody can join any more.
 *  False where the kernel does not answer. */
bool tri_segment_removed(const struct tri_segment *segment);

/** How often segments are attached that this user had under `name` before, and that have been removed:
 *  who is in one may still hold locks of the stream's semaphores. */
int tri_segment_former_attachments(const char *name);

/** Takes the key off: nobody new can attach; the memory goes with its last attachment. */
enum tri_err tri_segment_remove(int shm_id);

/** Converts a frame's time from the clock of its writer's time namespace to that of this process. A
 *  result that is no time (a hostile header) leaves it as it is. */
int64_t tri_segment_local_time(const struct tri_segment *segment, int64_t ns);

/** Detaches and makes it TRI_SEGMENT_NONE. Keeps errno. */
void tri_segment_detach(struct tri_segment *segment);

/** How many slots are open: no frame is in any other. In a reader a number to be checked, done here. */
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
