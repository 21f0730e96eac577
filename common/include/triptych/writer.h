/* SPDX-License-Identifier: MIT */
/** A writer: the one producer of a stream. */
#ifndef TRIPTYCH_WRITER_H
#define TRIPTYCH_WRITER_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>

TRI_BEGIN

#define TRI_NAME_MAX      31 // characters of a stream's name
#define TRI_NAME_RULE     "1 to 31 of A-Z a-z 0-9 - _ . and not - or . first" // for messages
#define TRI_NAME_DEFAULT  "cam0"     // name of a stream without a name
#define TRI_SLOTS_MIN     3          // slots of a stream, at least
#define TRI_SLOTS_MAX     64         // slots of a stream, at most
#define TRI_RECLAIM_NEVER UINT32_MAX // drop frames rather than reclaim a slot
#define TRI_SOURCE_MAX    127        // characters of the text that describes the source

/** Options of a writer. */
enum tri_writer_flags {
    TRI_WRITER_CHECKSUM = 1u << 0,   // compute tri_frame_checksum() for each frame
    TRI_WRITER_HUGE_PAGES = 1u << 1, // best effort: huge pages, else ordinary ones
    TRI_WRITER_MLOCK = 1u << 2,      // best effort: keep the segment out of swap (SHM_LOCK)
};

/** Read during tri_writer_open() only. Nothing in it has to outlive the call except `log->user`. */
struct tri_writer_options {
    const char *name;       // NULL: "cam0"
    struct tri_video video; // expected frames; fourcc 0: taken from the first frame
    uint64_t slot_bytes;    // minimum size of a slot; 0: as `video` needs
    uint32_t slots;         // TRI_SLOTS_MIN to TRI_SLOTS_MAX; 0: 3, triple buffering
    uint32_t slots_max;     // opens more while readers lock the others, up to this number; 0: 32,
                            // fewer if they would take more than 1 GiB, but at least 8
    uint32_t permissions;   // who may read, as in chmod(2); 0: 0640. Others never write (0002)
    const char *group;      // name or number of the group that may read; NULL: the caller's own
    const char *source;     // description for triptych-info; NULL: none
    uint32_t flags;         // enum tri_writer_flags
    uint32_t reclaim_ms; // with slots_max locked: reclaims only slots locked for so long, and drops
                         // frames until then; 0: reclaims at once; or TRI_RECLAIM_NEVER
    const tri_log *log;  // copied; NULL: silent
    uint64_t reserved[TRI_RESERVED]; // zero
};

/** Opaque. Threads: one at a time for one writer. Processes: the one that opened it; in a forked
 *  child calls return TRI_ERR_FORKED or do nothing, and it may close it, which removes nothing. */
typedef struct tri_writer tri_writer;

/**
 * Becomes the writer of the stream `name`. If a dead writer left the stream behind, the new one
 * takes it over, and attached readers continue.
 *
 * Ownership: *out belongs to the caller, who closes it with tri_writer_close(). On failure it is
 *            NULL and nothing is left behind.
 *
 * @return TRI_OK; TRI_ERR_BUSY, the stream has a writer (the log names its pid); TRI_ERR_FOREIGN, the
 *         name belongs to another user's object (the log names the user); TRI_ERR_COLLISION, another
 *         name has the same key; TRI_ERR_INVALID, an option is out of range or a reserved word is not
 *         zero (see the log); TRI_ERR_NO_RESOURCES, a System V limit or memory is exhausted (the log
 *         names the limit and what to do); TRI_ERR_NO_STREAM, another process removes the objects
 *         again and again; TRI_ERR_SYSTEM.
 *
 * Threads: any. Cost: a few system calls, and the first touch of the segment's memory if options->video
 *          gives its size.
 */
TRI_API enum tri_err tri_writer_open(tri_writer **out, const struct tri_writer_options *options);

/**
 * Takes a free slot for the next frame. Never waits. A frame that is larger than the slots moves the
 * stream to a larger segment, which readers follow. Several drafts may be open at once, each in its
 * own slot: a camera's queue of buffers.
 *
 * While readers lock every slot, the call opens one more, up to `slots_max` and as long as there is
 * memory. At that limit it reclaims the slot with the oldest locked frame, never the newest one;
 * tri_reader_is_intact() then returns false for its readers.
 *
 * @param video  the frame's description; may differ from the frame before
 * @param draft  set on TRI_OK: `info` is zero except for `video`, the pixels are undefined. The
 *               planes of `shape` may be moved within the slot before publishing; data[p] must
 *               follow its offset
 *
 * @return TRI_OK; TRI_ERR_NO_SLOT, no slot is free and none may be reclaimed (all are drafts, or
 *         `reclaim_ms` has not passed): counted as a drop of the writer;
 *         TRI_ERR_INVALID, see tri_video_shape(); TRI_ERR_NO_RESOURCES, slots of that size are not
 *         available (the log gives the reason once a second): smaller frames still work;
 *         TRI_ERR_BUSY, TRI_ERR_FOREIGN or TRI_ERR_COLLISION, the stream was removed and the name is
 *         taken; TRI_ERR_NO_STREAM, another process removes the objects again and again;
 *         TRI_ERR_FORKED, see tri_writer; TRI_ERR_SYSTEM. On failure *draft is all zero.
 *
 * Ownership: the slot is the draft's until tri_writer_publish() or tri_writer_cancel().
 * Threads:   one at a time for one writer.
 * Cost:      one system call, usually none where frames follow each other within 10 us; more while
 *            readers lock slots for long, and once a second, to check that the stream still exists.
 *            Opening a slot costs the first touch of its memory.
 */
TRI_API enum tri_err tri_writer_begin(tri_writer *writer, const struct tri_video *video,
                                      struct tri_draft *draft);

/** As tri_writer_begin(), but TRI_ERR_NO_SLOT does not count as a drop: for callers that can keep the
 *  frame elsewhere and publish it later. Ownership, threads, cost and @return as tri_writer_begin(). */
TRI_API enum tri_err tri_writer_try_begin(tri_writer *writer, const struct tri_video *video,
                                          struct tri_draft *draft);

/**
 * Publishes the draft as the newest frame and wakes the readers that wait. Zeroes *draft in any
 * case. info.capture_ns 0 stands for the time of the call. A compressed format needs
 * info.bytes_used.
 *
 * @return TRI_OK; TRI_ERR_INVALID, not a draft of this writer, or a value is out of range;
 *         TRI_ERR_MOVED, the stream has moved to another segment since the draft was begun;
 *         TRI_ERR_FORKED, see tri_writer; TRI_ERR_DENIED, this process has changed its user;
 *         TRI_ERR_NO_RESOURCES, no memory left in the kernel; TRI_ERR_SYSTEM. On failure the frame is
 *         dropped and counted.
 *
 * Ownership: the slot is the writer's again, for both outcomes.
 * Threads:   one at a time for one writer.
 * Cost:      one system call, independent of the frame's size. Where frames follow each other within
 *            10 us, the first touch of one more slot, once.
 */
TRI_API enum tri_err tri_writer_publish(tri_writer *writer, struct tri_draft *draft);

/**
 * As tri_writer_publish(), but pins the slot: it is not written again until tri_writer_cancel() of
 * this draft. For callers that still read what they have published, such as a decoder its reference
 * pictures. The caller must not write to a pinned draft. On failure the frame is dropped and
 * counted, and the draft's memory stays until tri_writer_cancel().
 *
 * @return as tri_writer_publish().
 *
 * Ownership: the slot stays the draft's until tri_writer_cancel().
 * Threads:   one at a time for one writer.
 * Cost:      as tri_writer_publish().
 */
TRI_API enum tri_err tri_writer_publish_pinned(tri_writer *writer, struct tri_draft *draft);

/** Returns the slot of an unpublished or pinned draft to the writer and zeroes the draft. Accepts an
 *  all-zero draft. `writer` is NULL if the draft has outlived its writer. Threads: one at a time for
 *  one writer. Cost: one system call. */
TRI_API void tri_writer_cancel(tri_writer *writer, struct tri_draft *draft);

/** Sets the minimum size of a slot from the next tri_writer_begin() on: for drafts whose planes lie
 *  elsewhere than tri_video_shape() puts them. The largest value counts. Threads: one at a time for one
 *  writer. Cost: no system call. */
TRI_API void tri_writer_reserve(tri_writer *writer, uint64_t bytes);

/** Sets how many of the newest frames are kept for readers in TRI_MODE_NEXT; 0, the default: as many as
 *  there are slots. Of the older ones the writer overwrites the youngest first, because its slot is
 *  still in the processor's cache. Slots of drafts are never overwritten, locked ones only as
 *  tri_writer_begin() describes. Threads: one at a time for one writer. Cost: no system call. */
TRI_API void tri_writer_set_history(tri_writer *writer, uint32_t frames);

/** Adds frames that were lost before they reached the stream. Every later frame carries the sums.
 *  Threads: one at a time for one writer. Cost: no system call. */
TRI_API void tri_writer_add_drops(tri_writer *writer, uint64_t by_driver, uint64_t by_writer);

/**
 * Waits until the stream has a reader. One that attaches during the call, or after a call that found
 * none, ends it at once. One that attached before that or without this library does so 0.1 to 1.1 s
 * later, because only time distinguishes it from a program that inspects the stream (triptych-info,
 * tri_stream_find()): such a program is attached for microseconds, and does not count unless it is
 * stopped in them. Later calls return at once until one finds nothing attached.
 *
 * @param timeout_ms  longest wait in milliseconds; 0 checks once, -1 waits indefinitely
 *
 * @return TRI_OK; TRI_ERR_TIMEOUT; TRI_ERR_INTERRUPTED, a signal handler ran; TRI_ERR_FORKED, see
 *         tri_writer.
 *
 * Threads: one at a time for one writer.
 * Cost:    a small segment until there is a reader; the thread wakes once a second.
 */
TRI_API enum tri_err tri_writer_wait_for_reader(tri_writer *writer, int timeout_ms);

/** Counters and identity of a writer. */
struct tri_writer_stats {
    uint64_t published;              // by this writer
    uint64_t dropped_driver;         // since the stream began
    uint64_t dropped_writer;         // since the stream began
    uint64_t generation;             // number of the writer within this stream, from 1
    uint64_t reclaimed;              // slots overwritten although readers had locked them
    uint32_t slots;                  // as opened with
    uint32_t slots_open;             // now; 0 before the first frame fixed the size
    uint32_t slots_max;              // at most
    uint32_t readers;                // attached to the segment, or not yet moved to it; no devices
    int shm_id;                      // -1 before the first frame fixed the size
    int sem_id;                      // -1 while there is no stream
    uint64_t reserved[TRI_RESERVED]; // zero
};

/** Fills *stats, reserved words with zero. Threads: one at a time for one writer. Cost: one system
 *  call, for `readers`; two once the stream has moved to another segment. */
TRI_API void tri_writer_get_stats(const tri_writer *writer, struct tri_writer_stats *stats);

/**
 * Returns the id of the System V segment that contains a draft, for a process that shall attach it and
 * write the pixels: an X server by XShmAttach(), for example. It must have finished before the draft is
 * published or cancelled; see tri_writer_set_device_access().
 *
 * @param offset  set to the place of data[0] in the segment, in bytes
 *
 * @return -1: an all-zero draft
 *
 * Threads: any. Cost: no system call.
 */
TRI_API int tri_draft_get_shm(const struct tri_draft *draft, size_t *offset);

/** Returns the address of slot `index` in this process and its size in *bytes; NULL and 0 past the last
 *  slot and before the first frame. For drivers that need their buffers in advance (V4L2's USERPTR).
 *  The address is valid until the stream moves to another segment. Threads: one at a time for one
 *  writer. Cost: no system call. */
TRI_API void *tri_writer_slot(const tri_writer *writer, uint32_t index, uint64_t *bytes);

/**
 * Declares that a device writes into slots by itself (DMA) from now on, or no longer. Such a device
 * may continue for a moment after this process was killed, although its slots are free by then. The
 * next writer therefore makes a new segment, which readers follow.
 *
 * Threads: one at a time for one writer. Cost: no system call.
 */
TRI_API void tri_writer_set_device_access(tri_writer *writer, bool enabled);

/** Declares how often devices have attached the stream's segment, for example an X server after
 *  XShmAttach(): they do not count as readers. Threads: one at a time for one writer. Cost: no system
 *  call. */
TRI_API void tri_writer_set_device_attachments(tri_writer *writer, uint32_t count);

/** Removes the stream, frees the writer and sets *writer to NULL. Readers keep the frames they have
 *  acquired; the memory of open drafts stays until tri_writer_cancel(NULL, draft). Accepts a NULL
 *  *writer. Keeps errno. Threads: one, when no other uses the writer. Cost: a few system calls. */
TRI_API void tri_writer_close(tri_writer **writer);

TRI_END

#endif
