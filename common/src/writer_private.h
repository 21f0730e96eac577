/* SPDX-License-Identifier: MIT */
/** A writer's fields, shared by writer.c (frames), writer_slots.c (slots), writer_takeover.c (the
 *  stream), writer_segment.c (its segment) and writer_wait.c. */
#ifndef TRI_WRITER_PRIVATE_H
#define TRI_WRITER_PRIVATE_H

#include "doorbell.h"
#include "mapping.h"
#include "semset.h"

#include <triptych/writer.h>

#define TRI_WRITER_CHECK_NS 1000000000        // interval of checks for a removed segment
#define TRI_WRITER_RETRY_NS 1000000000        // interval of retries after a failure
#define FAST_FRAMES         64                // frames of a fast stream, and no burst
#define FAST_FRAMES_MAX     (2 * FAST_FRAMES) // one late frame leaves it fast
#define NO_SLOT             UINT32_MAX

struct tri_writer {
    char name[TRI_NAME_MAX + 1];
    char source[TRI_SOURCE_MAX + 1];
    key_t key;
    uint32_t slots_wanted;
    uint32_t slots_max_wanted; // 0: the default
    uint32_t history;          // newest frames to keep; 0: all slots
    uint64_t slot_bytes_wanted;
    uint32_t permissions;
    gid_t group;
    uint32_t flags;
    int64_t reclaim_ns; // age of a lock at which its slot is reclaimed; INT64_MAX: never
    tri_log log;
    pid_t pid;           // of the process that opened it: a forked child removes nothing;
    unsigned fork_depth; // and publishes nothing

    int sem_id;                  // -1 without the writer's place
    struct tri_mapping *mapping; // NULL before the first frame sets the size
    int former_shm_id;           // the last segment that was replaced, -1: none, or has drafts
    int64_t check_ns;            // time of the next check whether the segment was removed
    bool device_access;          // a device writes into the slots by itself
    uint32_t device_attachments; // those of devices, which are no readers
    enum tri_err refused;        // reason why a segment could not be created,
    uint64_t refused_bytes;      // for slots of this size;
    int64_t refused_ns;          // no retry before this time
    enum tri_err unclaimed;      // reason why a removed stream could not be created again;
    int64_t unclaimed_ns;        // no retry before this time
    int64_t log_ns;              // next time to log that readers lock every slot
    int64_t open_ns;             // next try to open a slot after memory was short
    int64_t extra_ns;            // last use of the last slot, if it is beyond the first `slots`
    bool contended;              // the last draft met locks of readers
    struct tri_doorbell bell;    // while it waits for a reader
    struct tri_sleep sleep;
    int64_t attached_ns; // since when such waits have seen readers attached, 0: none

    uint64_t number;       // of the newest frame, 0: none
    uint64_t number_found; // the same when this writer took its place: later ones are its own
    uint64_t stream_id;
    uint64_t generation;
    uint64_t dropped_driver;
    uint64_t dropped_writer;
    uint64_t published; // by this writer
    uint64_t reclaimed; // slots
    uint32_t newest;    // its slot, NO_SLOT: none
    uint64_t planned;   // as in the header: the next frame
    uint64_t begun_count;
    int64_t publish_ns;   // time of the newest frame
    uint32_t fast_frames; // in succession; a late one halves it

    struct tri_video begun;  // of the last draft;
    struct tri_shape placed; // place of its planes

    struct tri_writer_slot {
        uint64_t number;     // of the frame in it, 0: none
        uint32_t parity;     // of that frame, also after it was overwritten
        uint64_t begun;      // number of the unpublished draft in it; 0: none
        bool taken;          // by a draft
        uint32_t busy_count; // consecutive tries that found it locked
        uint64_t retry;      // no retry before this frame, if other slots are free
        uint32_t lock;       // the lock of it that the writer has taken, TRI_NO_LOCK: none
        int64_t busy_ns[2];  // time since which readers are known to lock a parity, 0: they do not
    } slot[TRI_SLOTS_MAX];
    uint16_t suspect[TRI_LOCKS];  // missing units that no attached reader explains, at the last
                                  // check
    uint32_t reclaims[TRI_LOCKS]; // frames overwritten without this lock since it was last whole
};

/** Checks and copies the options; logs the one that is wrong. */
enum tri_err tri_writer_configure(struct tri_writer *w, const struct tri_writer_options *options);

/** Takes the writer's place and takes over what a dead writer left. Logs failures. */
enum tri_err tri_writer_claim(struct tri_writer *w);

/** Ensures a segment whose slots have `bytes` bytes: keeps it or replaces it. A segment that is
 *  too small stays if no larger one can be created. */
enum tri_err tri_writer_ensure_segment(struct tri_writer *w, uint64_t bytes);

/** Largest number of slots for a segment with slots of `bytes` bytes. */
uint32_t tri_writer_slots_max(const struct tri_writer *w, uint64_t bytes);

/** Repairs locks whose values no process can have left. Called once a second. */
void tri_writer_repair(struct tri_writer *w);

/** Permissions of the shared memory: only its owner writes, whatever processes may lock slots. */
uint32_t tri_writer_segment_mode(const struct tri_writer *w);

/** Marks every slot as empty, and releases the lock that was taken for the next frame. */
void tri_writer_reset_slots(struct tri_writer *w);

/** Writes the stream's identity into the header. */
void tri_writer_write_identity(struct tri_writer *w);

/** Releases the rest of a stream that another process removed, so that claim() creates it again.
 */
void tri_writer_on_stream_removed(struct tri_writer *w);

/** Finds and locks a slot for the next frame. @return TRI_OK; TRI_ERR_NO_SLOT; TRI_ERR_REMOVED;
 *  TRI_ERR_SYSTEM. */
enum tri_err tri_writer_take_slot(struct tri_writer *w, uint32_t *taken);

/** Releases the writer's lock of a slot; a lock that cannot be released now is kept for a later
 *  draft. */
void tri_writer_unlock(struct tri_writer *w, uint32_t slot);

/**
 * Announces the slot of the next frame, so that readers can lock it in advance: the slot of the
 * oldest draft, else the one that will be tried first. Best effort: if the frame gets another
 * slot, readers lock it when they see it.
 */
void tri_writer_announce_next(struct tri_writer *w);

/**
 * Publishes the newest frame in the kernel: releases its slot's former lock and wakes readers. In a
 * fast stream the same call takes the lock of the next frame's slot, unless a reader in mode `next` may
 * still want the frame in it.
 */
enum tri_err tri_writer_turn_gates(struct tri_writer *w);

/** Releases the lock that tri_writer_turn_gates() took, if no draft has its slot. */
void tri_writer_unlock_ahead(struct tri_writer *w);

/** After a frame: opens one more slot if not all of the first `slots` are open, if readers lock those
 *  that are, or for a fast stream. Its page faults then lie between two frames. */
void tri_writer_keep_spare(struct tri_writer *w);

/** Closes a slot that was opened for readers and has not been used for a while. */
void tri_writer_close_idle_slot(struct tri_writer *w, int64_t now);

/** Logs which readers lock the slots and what that costs, at most once a second. */
void tri_writer_log_no_slot(struct tri_writer *w, const char *cost);

/** Leaves the writer's place and removes the stream: its clean end. */
void tri_writer_tear_down(struct tri_writer *w);

#endif
