/* SPDX-License-Identifier: MIT */
/** The one producer of a stream. */
#ifndef TRIPTYCH_WRITER_H
#define TRIPTYCH_WRITER_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>

TRI_BEGIN

#define TRI_NAME_MAX     31 // characters of a stream's name
#define TRI_NAME_RULE    "1 to 31 of A-Z a-z 0-9 - _ . and not - or . first" // for messages
#define TRI_NAME_DEFAULT "cam0"
#define TRI_SLOTS_MIN    3
#define TRI_SLOTS_MAX    64
#define TRI_SOURCE_MAX   127 // characters of the text that says where the pictures come from

enum tri_writer_flags {
    TRI_WRITER_CHECKSUM = 1u << 0,   // compute tri_frame_checksum() for each frame: reads it all
    TRI_WRITER_HUGE_PAGES = 1u << 1, // ask for huge pages; ordinary ones where refused
    TRI_WRITER_MLOCK = 1u << 2,      // keep the segment out of swap (SHM_LOCK); a wish
};

/** Read during tri_writer_open() only; nothing in it has to outlive the call but the log. */
struct tri_writer_options {
    const char *name;       // NULL: "cam0"
    struct tri_video video; // the frames expected; fourcc 0: learn it from the first frame
    uint64_t slot_bytes;    // make slots at least this large; 0: as `video` needs
    uint32_t slots;         // TRI_SLOTS_MIN to TRI_SLOTS_MAX; 0: 3, triple buffering
    uint32_t permissions;   // who may watch, as in chmod(2); 0: 0640. Others never write (0002)
    const char *group;      // name or number of the group that may watch; NULL: the caller's own
    const char *source;     // for people, shown by triptych-info; NULL: none
    uint32_t flags;         // enum tri_writer_flags
    uint32_t reclaim_ms;    // take a slot back that readers have refused so long; 0: never
    const tri_log *log;     // outlives the writer; NULL: silent
};

/** Its fields live in common/src/writer.c, out of reach. Threads: one at a time for one writer.
 *  Processes: the one that opened it; a forked child may close it, which removes nothing. */
typedef struct tri_writer tri_writer;

/**
 * Becomes the writer of the stream `name`. What a dead writer left under this name is taken over:
 * attached readers just go on.
 *
 * @return TRI_OK; TRI_ERR_BUSY, another process is this stream's writer (the log names its pid);
 *         TRI_ERR_FOREIGN, another user's object stands under the name (the log names the user);
 *         TRI_ERR_COLLISION; TRI_ERR_INVALID, the log says which option; TRI_ERR_NO_RESOURCES, no
 *         System V resources or no memory left (the log says which limit and what to do);
 *         TRI_ERR_SYSTEM. On failure *out is NULL and nothing is left behind.
 */
TRI_API enum tri_err tri_writer_open(tri_writer **out, const struct tri_writer_options *options);

/**
 * Takes a free slot for the next frame. Never waits: neither for a reader nor for anything else.
 * A frame larger than the slots moves the stream to a larger segment; readers follow by themselves.
 * Several drafts may be open at once, each in a slot of its own: a camera's queue of buffers.
 *
 * @param video  what this frame is; may differ from the one before
 * @param draft  on TRI_OK all of it is set: info zero but for `video`, pixels undefined. Before
 *               publishing, the planes of `shape` may be moved within the slot: data[p] then has to
 *               follow its offset
 *
 * @return TRI_OK; TRI_ERR_NO_SLOT, readers hold all of them: counted as a drop of the writer;
 *         TRI_ERR_INVALID, see tri_video_shape(); TRI_ERR_NO_RESOURCES, slots of that size cannot
 *         be had (the log says why, once a second): smaller frames go on; TRI_ERR_SYSTEM;
 *         TRI_ERR_BUSY and TRI_ERR_FOREIGN, the stream was removed and somebody else has taken the
 *         name.
 */
TRI_API enum tri_err tri_writer_begin(tri_writer *writer, const struct tri_video *video,
                                      struct tri_draft *draft);

/** As tri_writer_begin(), but TRI_ERR_NO_SLOT is not counted as a drop: for whoever can put the frame
 *  elsewhere and publish it later. */
TRI_API enum tri_err tri_writer_try_begin(tri_writer *writer, const struct tri_video *video,
                                          struct tri_draft *draft);

/**
 * Makes the draft the newest frame and wakes every reader that waits. The draft is all zero
 * afterwards. info.capture_ns 0 means now. An opaque format needs info.bytes_used.
 *
 * @return TRI_OK; TRI_ERR_INVALID, no draft of this writer, or values out of range: the draft is
 *         then dropped and counted; TRI_ERR_NO_WRITER, the stream has moved to another segment
 *         since this draft was begun: likewise; TRI_ERR_SYSTEM.
 */
TRI_API enum tri_err tri_writer_publish(tri_writer *writer, struct tri_draft *draft);

/**
 * As tri_writer_publish(), but keeps the slot from being written again until tri_writer_cancel() of
 * this draft: for whoever still reads what it has published, a decoder's reference pictures. The draft
 * must not be written to any more. If it fails the frame is dropped likewise, but the draft's memory
 * stays, until then too.
 */
TRI_API enum tri_err tri_writer_publish_pinned(tri_writer *writer, struct tri_draft *draft);

/** Gives the slot of a draft back: unpublished, or no longer kept. Accepts an all-zero draft. With NULL
 *  for the writer it ends a draft that has outlived its writer. */
TRI_API void tri_writer_cancel(tri_writer *writer, struct tri_draft *draft);

/** Makes slots of at least `bytes` bytes from the next tri_writer_begin() on: for drafts whose planes
 *  are placed otherwise than tri_video_shape() does. */
TRI_API void tri_writer_reserve(tri_writer *writer, uint64_t bytes);

/** Keeps the `frames` newest frames for readers in mode TRI_MODE_NEXT, rather than as many as there are
 *  slots (0, the default). Of the others the one published last is written next: its slot is still in
 *  the processor's cache. Slots that drafts or readers hold are never written, whatever their age. */
TRI_API void tri_writer_set_history(tri_writer *writer, uint32_t frames);

/** Counts frames that were lost before they reached the stream: they show in every later frame. */
TRI_API void tri_writer_add_drops(tri_writer *writer, uint64_t by_driver, uint64_t by_writer);

/** What a writer has done so far, and where its stream stands. */
struct tri_writer_stats {
    uint64_t published;
    uint64_t dropped_driver, dropped_writer; // since the stream began
    uint64_t generation;
    uint64_t reclaimed; // slots taken back from readers that held them too long
    uint32_t slots;
    uint32_t readers;   // attached to the segment, from the kernel
    int shm_id, sem_id; // -1 before the first frame fixed the size
};

/** Makes one system call for `readers`. */
TRI_API void tri_writer_get_stats(const tri_writer *writer, struct tri_writer_stats *counts);

/** Where slot `index` lies in this process, and how many bytes it has; NULL past the last slot or
 *  before the first frame. For drivers that are told their buffers in advance (V4L2's USERPTR). */
TRI_API void *tri_writer_slot(const tri_writer *writer, uint32_t index, uint64_t *bytes);

/**
 * Says that a device writes into slots by itself from now on, until told otherwise. Such a device
 * goes on for a moment when this process is killed, although its slots are free by then: the next
 * writer makes a new segment rather than take this one over, and readers follow.
 */
TRI_API void tri_writer_set_device_access(tri_writer *writer, bool lent);

/** Removes the stream, frees the writer, sets *writer to NULL. Readers keep the frame they hold, and
 *  the memory of open drafts stays until tri_writer_cancel(NULL, draft). Accepts NULL. Keeps errno. */
TRI_API void tri_writer_close(tri_writer **writer);

TRI_END

#endif
