/* SPDX-License-Identifier: MIT */
/** A reader's fields, shared by reader.c (frames), reader_state.c and reader_attach.c (the stream). */
#ifndef TRI_READER_PRIVATE_H
#define TRI_READER_PRIVATE_H

#include "doorbell.h"
#include "entry.h"
#include "mapping.h"
#include "reader_pacing.h"
#include "reader_sleep.h"
#include "semset.h"

#include <triptych/reader.h>

/**
 * A reader's phase. It is attached in JOINED, LIVE and ORPHANED.
 *
 *   | phase    | tri_reader_state | waits for                                  |
 *   | SEEKING  | WAITING          | the stream                                 |
 *   | JOINED   | WAITING          | its first frame                            |
 *   | LIVE     | LIVE             | the next frame                             |
 *   | MOVING   | LIVE             | the segment that replaces the last one     |
 *   | ORPHANED | NO_WRITER        | a writer: the stream's semaphores are there |
 *   | LOST     | NO_WRITER        | the stream                                 |
 */
enum tri_reader_phase {
    READER_SEEKING = 1,
    READER_JOINED,
    READER_LIVE,
    READER_MOVING,
    READER_ORPHANED,
    READER_LOST,
    READER_PHASES,
};

/** Events that change the phase. */
enum tri_reader_event {
    READER_ATTACHED,  // to a stream with a writer, or with frames not seen yet
    READER_FRAME,     // acquired
    READER_NO_WRITER, // attached, without a writer
    READER_WRITER,    // it is back
    READER_REPLACED,  // the segment has lost its key; the stream continues in another one
    READER_ENDED,     // closed, or its semaphores were removed
    READER_EVENTS,
};

#define TRI_SLEEP_NS      100000000  // longest sleep: a wake-up may be missed because gates repeat
#define TRI_SLEEP_IDLE_NS 1000000000 // of a reader that has had no frame for the time above
#define TRI_LOOKUP_NS     50000000   // interval of lookups where no doorbell announces the stream

struct tri_reader_fd;

struct tri_reader {
    char name[TRI_NAME_MAX + 1];
    key_t key;
    enum tri_reader_mode mode;
    enum tri_reader_wait wait;
    bool wants_lock;     // as opened
    bool can_lock;       // until the kernel refuses; tried again with each writer
    bool wants_retained; // also frames of a writer that died before this reader was opened
    tri_log log;
    unsigned fork_depth; // of the process that opened it, see sys_fork.h

    enum tri_reader_phase phase; // changed by tri_reader_enter() only
    struct tri_mapping *mapping; // NULL while not attached
    struct tri_doorbell bell;    // while not attached
    uint32_t layout_version;     // of the segment at the last lookup, 0: unknown
    enum tri_err refused;        // error of the stream at the last lookup, TRI_OK: none
    uint64_t prelocked;          // the prelocked frame, 0: none
    uint64_t stream_id;          // of the numbering that `last` belongs to
    uint64_t seen_stream;        // of the last frame handed over
    uint64_t seen_generation;    // of that frame
    uint64_t last;               // number of the newest frame handed over or skipped
    bool fresh;                  // joined in mid-stream, no frame yet: no base for counting
    bool begun;                  // in this mode: a frame was handed over
    bool last_is_key;            // that frame can be decoded without others
    uint64_t idle_head;          // the newest frame at the last wait without a result,
    int64_t idle_ns;             // and the total length of such waits since
    bool must_check;             // check for the writer even without a wait,
    int64_t checked_ns;          // and time of the last check
    struct tri_reader_fd *fd;    // NULL: no event loop waits for this reader
    struct tri_sleep sleep;
    struct tri_pacing pace;
    struct tri_entry_known known;

    uint64_t frames;
    uint64_t skipped;
    uint64_t restarts;
    uint64_t base_driver; // the stream's drops when this reader joined
    uint64_t base_writer;
    uint64_t dropped_driver; // since then
    uint64_t dropped_writer;
    _Atomic uint64_t torn; // also counted by threads that only check
};

/**
 * Changes the phase; detaches if the new one is not attached.
 *
 * @return TRI_ERR_NO_WRITER if tri_reader_acquire() has to return that the writer is gone,
 * otherwise TRI_OK
 */
enum tri_err tri_reader_enter(tri_reader *r, enum tri_reader_event event);

/** The phase as the public statistics name it. */
enum tri_reader_state tri_reader_state_of(const tri_reader *r);

/** Looks the name up and attaches. @return TRI_OK; TRI_ERR_NO_STREAM; the stream's error (logged
 *  once). */
enum tri_err tri_reader_attach(tri_reader *r);

/**
 * Sleeps on an attached stream until there may be a new frame, and follows the stream when it has
 * moved, been removed or lost its writer.
 *
 * @param head  the newest frame that is already known
 *
 * @return TRI_OK to try again; TRI_ERR_NO_WRITER, the writer is gone; TRI_ERR_INTERRUPTED;
 * TRI_ERR_SYSTEM.
 */
enum tri_err tri_reader_await(tri_reader *r, uint64_t head, int64_t ns);

/** Takes frame `head` once more, and changes nothing: after a sleep neither the code of a hand-over nor
 *  its data is cached, and this fetches them before the next frame. */
void tri_reader_rehearse(const tri_reader *r, uint64_t head);

/** Whether waits for a frame after `head` have had no result for so long that frames seem to have
 *  stopped. */
static inline bool tri_reader_is_idle(const struct tri_reader *r, uint64_t head)
{
    return r->idle_head == head && r->idle_ns >= TRI_SLEEP_NS;
}

/** Whether the last two frames came so quickly that a sleep would take longer than the next one. */
static inline bool tri_reader_is_fast(const struct tri_reader *r)
{
    return r->pace.gap_ns > 0 && r->pace.gap_ns < TRI_FAST_NS;
}

/** Logs the stream's error, once for each change. */
void tri_reader_refuse(tri_reader *r, enum tri_err err);

#endif
