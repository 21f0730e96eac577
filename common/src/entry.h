/* SPDX-License-Identifier: MIT */
/** Between a slot's entry in shared memory and a frame's description in this process. */
#ifndef TRI_ENTRY_H
#define TRI_ENTRY_H

#include "segment.h"

/** The part of an entry that describes the picture, not the single frame. */
#define TRI_ENTRY_PICTURE offsetof(struct tri_entry, planes)
#define TRI_ENTRY_PICTURE_BYTES                                                           \
    (offsetof(struct tri_entry, plane) + sizeof(struct tri_entry_plane[TRI_PLANES_MAX]) - \
     TRI_ENTRY_PICTURE)

/** The last description that was checked, with its result: most frames of a stream have the same one,
 *  which needs no second check. All zero: none. */
struct tri_entry_known {
    uint8_t raw[TRI_ENTRY_PICTURE_BYTES]; // as in the entry
    uint64_t slot_bytes;                  // checked against; 0: none
    struct tri_video video;
    struct tri_shape shape;
};

/** Whether a time can be one: no sum or difference of two of them overflows. */
static inline bool tri_time_sane(int64_t ns)
{
    return ns > -INT64_MAX / 4 && ns < INT64_MAX / 4;
}

/** Whether every plane of `shape` has room for the rows of `video`, within `bytes` bytes. */
bool tri_shape_fits(const struct tri_video *video, const struct tri_shape *shape, uint64_t bytes);

/** Marks a slot as being written: readers of its last frame, whose lock parity is `parity`, find that
 *  it was overwritten. */
void tri_entry_begin(struct tri_entry *entry, uint32_t parity);

/** Writes the description of a finished frame and its stamp, with release. Does not store what equals
 *  the slot's previous frame: readers still have those lines in their caches. */
void tri_entry_finish(struct tri_entry *entry, const struct tri_frame_info *info,
                      const struct tri_shape *shape, uint32_t parity);

/** The stamp of the frame in this entry; its number is 0 while it is being written. */
static inline uint64_t tri_entry_stamp(const struct tri_entry *entry)
{
    // Acquire: pairs with the release in tri_entry_finish().
    return atomic_load_explicit(&entry->stamp, memory_order_acquire);
}

/** The number of the whole frame in this entry; 0 while it is being written. */
static inline uint64_t tri_entry_number(const struct tri_entry *entry)
{
    return tri_stamp_number(tri_entry_stamp(entry));
}

/** Whether everything read from the slot before this call was frame `number`. */
static inline bool tri_entry_still(const struct tri_entry *entry, uint64_t number)
{
    // The fence keeps the reads of the pixels before the read of the number: if any of them saw a
    // byte of a later frame, this load sees that the number has changed (tri_entry_begin()).
    atomic_thread_fence(memory_order_acquire);
    return tri_stamp_number(atomic_load_explicit(&entry->stamp, memory_order_relaxed)) == number;
}

/**
 * Copies the description of frame `number` out, once, then checks it against `slot_bytes`.
 *
 * @param known  kept by the caller between calls
 * @return TRI_OK; TRI_ERR_TORN, the slot holds another frame by now; TRI_ERR_CORRUPT, offsets, sizes
 *         or counts that do not fit. info and shape are unchanged unless the result is TRI_OK.
 */
enum tri_err tri_entry_read(const struct tri_entry *entry, uint64_t number, uint64_t slot_bytes,
                            struct tri_entry_known *known, struct tri_frame_info *info,
                            struct tri_shape *shape);

#endif
