/* SPDX-License-Identifier: MIT */
#include "reader_fd.h"
#include "reader_lock.h"

/** Zero: the event has no effect in that phase. */
static const uint8_t next_phase[READER_PHASES][READER_EVENTS] = {
    [READER_SEEKING] = { [READER_ATTACHED] = READER_JOINED, [READER_NO_WRITER] = READER_ORPHANED },
    [READER_JOINED] = { [READER_FRAME] = READER_LIVE,
                        [READER_NO_WRITER] = READER_ORPHANED,
                        [READER_REPLACED] = READER_SEEKING,
                        [READER_ENDED] = READER_LOST },
    [READER_LIVE] = { [READER_NO_WRITER] = READER_ORPHANED,
                      [READER_REPLACED] = READER_MOVING,
                      [READER_ENDED] = READER_LOST },
    [READER_MOVING] = { [READER_ATTACHED] = READER_LIVE,
                        [READER_NO_WRITER] = READER_ORPHANED,
                        [READER_ENDED] = READER_LOST },
    [READER_ORPHANED] = { [READER_FRAME] = READER_LIVE,
                          [READER_WRITER] = READER_LIVE,
                          [READER_REPLACED] = READER_LOST,
                          [READER_ENDED] = READER_LOST },
    [READER_LOST] = { [READER_ATTACHED] = READER_ORPHANED, [READER_NO_WRITER] = READER_ORPHANED },
};

enum tri_reader_state tri_reader_state_of(const tri_reader *r)
{
    static const uint8_t state[READER_PHASES] = {
        [READER_SEEKING] = TRI_STATE_WAITING,    [READER_JOINED] = TRI_STATE_WAITING,
        [READER_LIVE] = TRI_STATE_LIVE,          [READER_MOVING] = TRI_STATE_LIVE,
        [READER_ORPHANED] = TRI_STATE_NO_WRITER, [READER_LOST] = TRI_STATE_NO_WRITER,
    };
    return (enum tri_reader_state)state[r->phase];
}

enum tri_err tri_reader_enter(tri_reader *r, enum tri_reader_event event)
{
    const enum tri_reader_state before = tri_reader_state_of(r);
    const uint8_t next = next_phase[r->phase][event];
    if (next != 0)
        r->phase = (enum tri_reader_phase)next;
    if (event == READER_REPLACED || event == READER_ENDED) {
        tri_reader_lock_drop(r);
        tri_mapping_unref(&r->mapping);
    }
    if (next != 0 && r->fd)
        tri_reader_fd_follow(r);
    const bool lost = before == TRI_STATE_LIVE && tri_reader_state_of(r) == TRI_STATE_NO_WRITER;
    return lost ? TRI_ERR_NO_WRITER : TRI_OK;
}
