/* SPDX-License-Identifier: MIT */
/** A reader: one of any number of consumers of a stream. */
#ifndef TRIPTYCH_READER_H
#define TRIPTYCH_READER_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>

TRI_BEGIN

/** Which frame tri_reader_acquire() returns. */
enum tri_reader_mode {
    TRI_MODE_LATEST, // always the newest frame; frames in between are skipped
    TRI_MODE_NEXT,   // the oldest frame that is newer than the last one and still in its slot; of a
                     // format whose frames need earlier ones (H264) it begins at a TRI_FRAME_KEY
};

/** How tri_reader_acquire() waits. */
enum tri_reader_wait {
    TRI_WAIT_BLOCK, // sleep in the kernel until the writer publishes
    TRI_WAIT_SPIN,  // poll: lowest latency, occupies a core; sleeps while no frame comes for 100 ms
    TRI_WAIT_PACED, // predict the next frame, sleep until shortly before it, then poll
};

/** Options of a reader. */
enum tri_reader_flags {
    TRI_READER_NO_LOCK = 1u << 0, // never lock a slot: read, then check tri_reader_is_intact()
    TRI_READER_RETAINED =
        1u << 1, // if the writer was dead before this reader was opened, return its last
                 // frame first, then TRI_ERR_NO_WRITER; default: new frames only
};

/** Read during tri_reader_open() only. Nothing in it has to outlive the call except `log->user`. */
struct tri_reader_options {
    const char *name;                // NULL: "cam0"
    enum tri_reader_mode mode;       // which frame to acquire
    enum tri_reader_wait wait;       // how to wait for it
    uint32_t flags;                  // enum tri_reader_flags
    const tri_log *log;              // copied; NULL: silent
    uint64_t reserved[TRI_RESERVED]; // zero
};

/** Opaque. Threads: one at a time for one reader, except tri_reader_release(), tri_reader_is_intact()
 *  and tri_reader_interrupt(), which any thread may call. Processes: the one that opened it; in a
 *  forked child tri_reader_acquire() returns TRI_ERR_FORKED; the child may read the frames that its
 *  parent has acquired, and release them and close the reader without effect on the parent. */
typedef struct tri_reader tri_reader;

/**
 * Opens a reader of the stream `name`. The stream need not exist: the reader waits for it, follows
 * it through restarts and needs opening only once.
 *
 * Ownership: *out belongs to the caller, who closes it with tri_reader_close(); NULL on failure.
 * Threads:   any.
 * Cost:      no system call; the stream is attached by the first tri_reader_acquire().
 *
 * @return TRI_OK; TRI_ERR_INVALID, the name or an option is out of range, or a reserved word is not
 *         zero (see the log);
 *         TRI_ERR_NO_RESOURCES, out of memory.
 */
TRI_API enum tri_err tri_reader_open(tri_reader **out, const struct tri_reader_options *options);

/** Changes which frame the next tri_reader_acquire() returns. Threads: as tri_reader_acquire(). Cost:
 *  no system call. */
TRI_API void tri_reader_set_mode(tri_reader *reader, enum tri_reader_mode mode);

/**
 * Acquires the next frame without copying it: the newest one or the oldest unseen one, by `mode`.
 *
 * With permission to alter the semaphores (same user as the writer) the reader locks the slot, and
 * its contents do not change until tri_reader_release(). A reader that waits takes the lock before
 * the frame is published, so the frame is locked from the moment it is visible. With read permission
 * only, the writer may overwrite the slot two or more frames later; tri_reader_is_intact() detects
 * that.
 *
 * @param frame       all zero, or a frame of this reader: the call releases it with the system call
 *                    that locks the new one. Unchanged unless the result is TRI_OK. No other thread
 *                    may use it during the call, because its lock may be released meanwhile.
 * @param timeout_ms  longest wait in milliseconds; 0 polls once, -1 waits indefinitely
 *
 * @return TRI_OK; TRI_ERR_TIMEOUT, nothing newer within the time limit; TRI_ERR_INTERRUPTED,
 *         tri_reader_interrupt() was called, or another signal handler ran while this thread slept,
 *         or the process was stopped and continued; TRI_ERR_NO_WRITER, the writer has closed or died:
 *         reported once, without delay, then further calls wait for its return;
 *         TRI_ERR_DENIED, TRI_ERR_VERSION, TRI_ERR_FOREIGN, TRI_ERR_COLLISION, TRI_ERR_CORRUPT: a
 *         stream of this name exists but cannot be used (see the log); TRI_ERR_NO_RESOURCES;
 *         TRI_ERR_FORKED, see tri_reader; TRI_ERR_SYSTEM. Calling again is safe after each of them,
 *         and succeeds once the stream has been replaced.
 *
 * Ownership: the memory stays the segment's; release the frame with tri_reader_release().
 * Threads:   one at a time for one reader.
 * Cost:      no system call if nothing is newer and timeout_ms is 0, except for one in 100 ms that
 *            checks for the writer; otherwise at most three; independent of the frame's size.
 */
TRI_API enum tri_err tri_reader_acquire(tri_reader *reader, struct tri_frame *frame,
                                        int timeout_ms);

/**
 * Returns a file descriptor for event loops (epoll, GLib, Qt, libuv, asyncio): readable whenever
 * tri_reader_acquire() with timeout_ms 0 would return something else than TRI_ERR_TIMEOUT. Call that
 * when the descriptor is readable, and do not read the descriptor yourself. It is readable at first.
 * Sometimes the call returns TRI_ERR_TIMEOUT nevertheless. An error that lasts makes it readable once.
 *
 * System V semaphores have no descriptor: the first call starts a thread, which sleeps where the
 * reader would and writes an eventfd. The thread receives no signal but SIGURG.
 *
 * Ownership: the reader owns the descriptor and closes it in tri_reader_close(); remove it from the
 *            event loop before that. A forked child has no such thread.
 * Threads:   as tri_reader_acquire().
 * Cost:      a thread wakes for each frame and makes two system calls; tri_reader_acquire() makes one
 *            more. No cost for a reader without a descriptor.
 *
 * @return the descriptor, the same at each call; TRI_ERR_NO_RESOURCES, no memory, thread or
 *         descriptor left.
 */
TRI_API int tri_reader_fd(tri_reader *reader);

/**
 * Interrupts the tri_reader_acquire() or tri_reader_copy() in progress, or the next one that waits: it
 * returns TRI_ERR_INTERRUPTED within 20 ms in every wait mode, also while there is no stream. A call
 * that finds a frame, or whose timeout_ms is 0, returns as usual; the interrupt then stays requested.
 * Several interrupts before a call returns TRI_ERR_INTERRUPTED count as one.
 *
 * The waiting thread gets SIGURG, which is unblocked in it while it sleeps. The first interrupt
 * installs an empty handler for SIGURG, unless the process has one; a process that never
 * interrupts a reader keeps the signal untouched.
 *
 * Ownership: the reader must stay open until the call returns.
 * Threads:   any; also signal handlers (async-signal-safe). Keeps errno.
 * Cost:      two system calls if a thread waits, otherwise none. A reader that is never
 *            interrupted makes no additional system calls and wake-ups.
 */
TRI_API void tri_reader_interrupt(tri_reader *reader);

/**
 * Returns whether the memory of `frame` still holds that frame. Call it after using the pixels and
 * before presenting the result; false counts as torn. Always true for a locked slot unless the
 * writer has reclaimed it.
 *
 * @param reader  NULL if the frame has outlived its reader: then nothing is counted
 *
 * Threads: any. Cost: no system call.
 */
TRI_API bool tri_reader_is_intact(tri_reader *reader, const struct tri_frame *frame);

/** Returns whether the frame's slot is locked: then its contents change only if the writer reclaims it,
 *  which it does where readers lock every slot that it can open. Threads: any. Cost: no system call. */
TRI_API bool tri_frame_is_locked(const struct tri_frame *frame);

/**
 * Returns the id of the System V segment that contains a frame, for a process that shall attach it:
 * an X server by XShmAttach(), for example. The frame must stay locked while that process reads it.
 *
 * @param offset  set to the place of data[0] in the segment, in bytes
 *
 * @return -1: an all-zero frame
 *
 * Threads: any. Cost: no system call.
 */
TRI_API int tri_frame_get_shm(const struct tri_frame *frame, size_t *offset);

/**
 * Releases a frame and zeroes it. Accepts an all-zero frame. Frames may be released in any order.
 *
 * @param reader  NULL if the frame has outlived its reader
 *
 * Threads: any. Cost: one system call if the slot is locked, otherwise none.
 */
TRI_API void tri_reader_release(tri_reader *reader, struct tri_frame *frame);

/**
 * Acquires a frame, copies it into `buffer`, checks it and releases it. A torn copy is counted and
 * repeated with the newest frame.
 *
 * @param frame   all zero or a frame of this reader, which is released first; on TRI_OK its data
 *                points into `buffer`, and it must not be released
 * @param buffer  the caller's memory, laid out as the slot
 * @param bytes   size of `buffer`
 *
 * @return as tri_reader_acquire(); TRI_ERR_TOO_SMALL, `buffer` is smaller than
 *         tri_copy_frame_bytes(): frame->shape.bytes is set to that size, the rest to zero.
 *
 * Ownership: `buffer` stays the caller's.
 * Threads:   as tri_reader_acquire().
 * Cost:      as tri_reader_acquire() and tri_reader_release(), and one copy of the frame.
 */
TRI_API enum tri_err tri_reader_copy(tri_reader *reader, struct tri_frame *frame, void *buffer,
                                     size_t bytes, int timeout_ms);

/** State of the stream, as the reader last saw it. */
enum tri_reader_state {
    TRI_STATE_WAITING, // no such stream yet, or no frame in it
    TRI_STATE_LIVE,
    TRI_STATE_NO_WRITER, // the writer has closed or died
};

/** Counters of a reader since it was opened. */
struct tri_reader_stats {
    uint64_t frames;             // acquired
    uint64_t skipped;            // published, but replaced before this reader acquired them
    uint64_t torn;               // acquired or copied, then found overwritten
    uint64_t dropped_driver;     // by the driver while this reader was attached
    uint64_t dropped_writer;     // by the writer while this reader was attached
    uint64_t restarts;           // writers after the first: it returned, or another one replaced it
    enum tri_reader_state state; // of the stream
    uint32_t slots;              // of the stream at first; 0 while there is none
    uint32_t slots_open;         // now: more while readers lock the others
    uint32_t slots_max;          // at most
    bool can_lock;               // whether this reader may lock slots: zero copies without a check
    uint64_t reserved[TRI_RESERVED]; // zero
};

/** Fills *stats. Threads: as tri_reader_acquire(). Cost: no system call. */
TRI_API void tri_reader_get_stats(const tri_reader *reader, struct tri_reader_stats *stats);

/** Frees the reader and sets *reader to NULL. Acquired frames stay valid until they are released.
 *  Accepts a NULL *reader. Keeps errno. Threads: one, when no other uses the reader. Cost: a few system
 *  calls; with a descriptor, waits until its thread has ended. */
TRI_API void tri_reader_close(tri_reader **reader);

TRI_END

#endif
