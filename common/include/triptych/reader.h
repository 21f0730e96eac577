/* SPDX-License-Identifier: MIT */
/** One of any number of consumers of a stream. */
#ifndef TRIPTYCH_READER_H
#define TRIPTYCH_READER_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>

TRI_BEGIN

enum tri_reader_mode {
    TRI_MODE_LATEST, // always the newest whole frame; what was missed is skipped
    TRI_MODE_NEXT,   // the oldest frame newer than the last one seen that is still whole
};

enum tri_reader_wait {
    TRI_WAIT_BLOCK, // sleep in the kernel until the writer publishes
    TRI_WAIT_SPIN,  // burn a core, least delay; asleep while no frame has come for 100 ms
    TRI_WAIT_PACED, // sleep until just before the frame is due, then spin for that short while
};

enum tri_reader_flags {
    TRI_READER_NO_LOCK = 1u << 0,  // never lock a slot: read, and check afterwards
    TRI_READER_RETAINED = 1u << 1, // where the writer was dead before: what it left comes first,
                                   // then TRI_ERR_NO_WRITER. Without it only what is new comes
};

/** Read during tri_reader_open() only; nothing in it has to outlive the call but the log. */
struct tri_reader_options {
    const char *name; // NULL: "cam0"
    enum tri_reader_mode mode;
    enum tri_reader_wait wait;
    uint32_t flags;     // enum tri_reader_flags
    const tri_log *log; // outlives the reader; NULL: silent
};

/** Its fields live in common/src/reader.c, out of reach. Threads: one at a time for one reader,
 *  but for tri_reader_release() and tri_reader_is_intact(), which any thread may call. Processes:
 *  the one that opened it; a forked child may look at frames on loan and close it, but not give
 *  them back. */
typedef struct tri_reader tri_reader;

/**
 * Makes a reader of the stream `name`, which need not exist: the reader waits for it, follows it
 * through restarts, and needs opening only once. Nothing in the segment is ever trusted.
 *
 * @return TRI_OK; TRI_ERR_INVALID, the name or an option, the log says which;
 * TRI_ERR_NO_RESOURCES, out of
 *         memory. On failure *out is NULL.
 */
TRI_API enum tri_err tri_reader_open(tri_reader **out, const struct tri_reader_options *options);

/** Changes which frame comes next, from the next tri_reader_acquire() on. */
TRI_API void tri_reader_set_mode(tri_reader *reader, enum tri_reader_mode mode);

/**
 * Borrow the next frame: the newest one, or the oldest unseen one, as `mode` says.
 *
 * Lends the frame without copying. With permission to alter the semaphores (the writer's own user)
 * the slot is locked and stays as it is, from the moment in which the frame is seen: a reader that
 * waits has locked it before. With read permission only it may be overwritten two or more frames
 * later, which tri_reader_is_intact() tells.
 *
 * @param frame       all zero, or a frame still on loan: it is given back with the same system call
 *                    that takes the new one. Unchanged unless the result is TRI_OK; but during
 *                    the call no other thread should use it, as its lock may be given up meanwhile.
 * @param timeout_ms  longest wait in milliseconds; 0 looks once, -1 waits for ever
 *
 * @return TRI_OK; TRI_ERR_TIMEOUT, nothing newer in time; TRI_ERR_INTERRUPTED, a signal handler ran
 *         during the wait, or the process was stopped and goes on: what TRI_WAIT_SPIN does not notice
 *         in its first 100 ms; TRI_ERR_NO_WRITER, the writer has closed or died: said once, at
 *         once, then further calls wait for its return;
 *         TRI_ERR_DENIED, TRI_ERR_VERSION, TRI_ERR_FOREIGN,
 *         TRI_ERR_COLLISION, TRI_ERR_CORRUPT: a stream of this name exists but is of no use: the
 *         log says why; trying again is harmless, and right when the stream may be replaced.
 */
TRI_API enum tri_err tri_reader_acquire(tri_reader *reader, struct tri_frame *frame,
                                        int timeout_ms);

/** Whether a borrowed frame's memory still is that frame. Ask after use and before showing what was
 *  made of it; a false is counted as torn. Always true for a locked slot not taken back. With NULL
 *  for the reader it tells of a frame that has outlived its reader, and counts nothing. */
TRI_API bool tri_reader_is_intact(tri_reader *reader, const struct tri_frame *frame);

/** Whether the frame's slot is locked against its writer: then it needs no check after use. */
TRI_API bool tri_frame_is_locked(const struct tri_frame *frame);

/** Gives a frame back and zeroes it. Accepts an all-zero frame. In any order, from any thread. With
 *  NULL for the reader it gives back a frame that has outlived its reader. */
TRI_API void tri_reader_release(tri_reader *reader, struct tri_frame *frame);

/**
 * Borrow, copy, check, give back: a whole frame in memory of the caller's own, or none.
 *
 * @param frame   as in tri_reader_acquire(), given back on entry; on TRI_OK its data points into
 *                `buffer` and it must not be given back
 * @param buffer  at least frame->shape.bytes bytes, laid out as in the slot
 *
 * @return as tri_reader_acquire(), and TRI_ERR_TOO_SMALL with frame->shape.bytes set to the need.
 *         A torn copy is counted and done again with the newest frame.
 */
TRI_API enum tri_err tri_reader_copy(tri_reader *reader, struct tri_frame *frame, void *buffer,
                                     size_t bytes, int timeout_ms);

enum tri_reader_state {
    TRI_STATE_WAITING, // there is no such stream yet, or no frame in it
    TRI_STATE_LIVE,
    TRI_STATE_NO_WRITER, // there was a writer; it has closed or died
};

/** What a reader has seen so far. `skipped` never counts what the writer or driver dropped. */
struct tri_reader_stats {
    uint64_t frames;         // handed over
    uint64_t skipped;        // published, but replaced before this reader came to look
    uint64_t torn;           // borrowed or copied, then found overwritten
    uint64_t dropped_driver; // by the driver while this reader watched
    uint64_t dropped_writer; // by the writer while this reader watched
    uint64_t restarts;       // times a writer came (back) after the first
    enum tri_reader_state state;
    uint32_t slots; // of the stream, 0 while there is none
    bool can_lock;  // whether slots can be locked: zero copies without a check
};

TRI_API void tri_reader_get_stats(const tri_reader *reader, struct tri_reader_stats *counts);

/** Frees the reader, sets *reader to NULL. Frames on loan stay valid until they are given back. Accepts
 *  NULL. Keeps errno. */
TRI_API void tri_reader_close(tri_reader **reader);

TRI_END

#endif
