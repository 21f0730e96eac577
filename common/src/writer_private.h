/* SPDX-License-Identifier: MIT */
/** A writer's fields, shared by writer.c (frames), slots.c (where they go), takeover.c (the stream
 *  as a whole) and grow.c (its segment). */
#ifndef TRI_WRITER_PRIVATE_H
#define TRI_WRITER_PRIVATE_H

#include "mapping.h"
#include "semset.h"

#include <triptych/writer.h>

#define TRI_WRITER_CHECK_NS 1000000000 // how soon a removed segment is noticed
#define TRI_WRITER_RETRY_NS 1000000000 // how soon is tried again what could not be had
#define NO_SLOT             UINT32_MAX

struct tri_writer {
    char name[TRI_NAME_MAX + 1];
    char source[TRI_SOURCE_MAX + 1];
    key_t key;
    uint32_t slots_wanted;
    uint32_t slots_max_wanted; // 0: as many as are reasonable
    uint32_t history;          // newest frames to keep; 0: all that there are slots for
    uint64_t slot_bytes_wanted;
    uint32_t permissions;
    gid_t group;
    uint32_t flags;
    int64_t reclaim_ns; // age of a lock from which on its slot is reclaimed; INT64_MAX: never
    const tri_log *log;
    pid_t pid;           // of the process that opened it: a forked child removes nothing,
    unsigned fork_depth; // and publishes nothing

    int sem_id;                  // -1 while not in the writer's place
    struct tri_mapping *mapping; // NULL before the first frame fixed the size
    int64_t check_ns;            // when to look whether the segment still is in its place
    bool lent;                   // to a device that writes by itself
    enum tri_err refused;        // why a segment could not be had,
    uint64_t refused_bytes;      // with slots of this size,
    int64_t refused_ns;          // and is not tried again before this time
    enum tri_err unclaimed;      // why a stream that was removed could not be made anew,
    int64_t unclaimed_ns;        // and is not tried again before this time
    int64_t log_ns;              // when to log again that readers lock every slot
    int64_t open_ns;             // when to try again to open a slot, after there was no memory
    int64_t extra_ns;            // when a slot beyond the first `slots` was needed last
    bool contended;              // the draft begun last met locks of readers

    uint64_t number;       // of the newest frame, 0: none
    uint64_t number_found; // the same when this writer came to its place: the rest is its own
    uint64_t stream_id;
    uint64_t generation;
    uint64_t dropped_driver, dropped_writer;
    uint64_t published; // by this writer
    uint64_t reclaimed; // slots
    uint32_t newest;    // its slot, NO_SLOT: none
    uint64_t planned;   // what the header says of the next frame
    uint64_t begun_count;

    struct tri_video begun;  // of the last draft begun,
    struct tri_shape placed; // and where its planes were put

    struct tri_writer_slot {
        uint64_t number;    // of the frame in it, 0: none
        uint32_t side;      // of that frame, also after it has gone
        uint64_t begun;     // by which draft that is not published yet, counted; 0: none
        bool taken;         // by a draft
        uint32_t refusals;  // one after the other, the last time it was tried
        uint64_t retry;     // the frame before which it is not tried again, if there are others
        uint32_t lock;      // which of its locks we have, TRI_NO_LOCK: none
        int64_t busy_ns[2]; // since when readers are known to have a side locked, 0: not
    } slot[TRI_SLOTS_MAX];
    uint16_t suspect[TRI_LOCKS]; // holds that nobody attached could have, at the last look
};

/** Takes the options over, each of them checked; the log says which is wrong. */
enum tri_err tri_writer_configure(struct tri_writer *w, const struct tri_writer_options *options);

/** Takes the writer's place and what a dead writer left there. The log says what went wrong. */
enum tri_err tri_writer_claim(struct tri_writer *w);

/** Makes sure that there is a segment whose slots have `bytes` bytes: keeps it, or replaces it. One
 *  that is too small stays as it is where no larger one can be had. */
enum tri_err tri_writer_ensure_segment(struct tri_writer *w, uint64_t bytes);

/** How many slots a segment with slots of `bytes` bytes may have at most. */
uint32_t tri_writer_slots_max(const struct tri_writer *w, uint64_t bytes);

/** Looks through the locks and puts right what nobody can have left so. Once a second will do. */
void tri_writer_repair(struct tri_writer *w);

/** Of the shared memory: nobody but its owner ever writes, whoever may hold slots. */
uint32_t tri_writer_segment_mode(const struct tri_writer *w);

/** No slot has a frame any more. */
void tri_writer_reset_slots(struct tri_writer *w);

/** Writes into the header whose stream it is. */
void tri_writer_write_identity(struct tri_writer *w);

/** Somebody has removed the stream under us: lets go of the rest, so that claim() makes it anew. */
void tri_writer_on_stream_removed(struct tri_writer *w);

/** Finds and locks a slot for the next frame. @return TRI_OK; TRI_ERR_NO_SLOT; TRI_ERR_REMOVED;
 *  TRI_ERR_SYSTEM. */
enum tri_err tri_writer_take_slot(struct tri_writer *w, uint32_t *taken);

/** Gives back what we have of a slot; what cannot be given back now stays ours, for a later draft. */
void tri_writer_unlock(struct tri_writer *w, uint32_t slot);

/**
 * Tells readers where the next frame will lie, so that they can lock it before it is there: in the
 * slot of the oldest draft, or else in the one that will be tried first. A wish: if it comes to lie
 * elsewhere, they lock it when they see it.
 */
void tri_writer_announce_next(struct tri_writer *w);

/** After a frame: opens one more slot if not all of the first `slots` are open, or if readers lock
 *  those that are. Its page faults then lie between two frames. */
void tri_writer_keep_spare(struct tri_writer *w);

/** Closes one slot that was opened for readers and has not been needed for a while. */
void tri_writer_close_idle_slot(struct tri_writer *w, int64_t now);

/** Logs which readers lock the slots and what that costs, at most once a second. */
void tri_writer_log_no_slot(struct tri_writer *w, const char *cost);

/** Leaves the writer's place and removes the stream, as its clean end. */
void tri_writer_tear_down(struct tri_writer *w);

#endif
