/* SPDX-License-Identifier: MIT */
/**
 * What a reader has locked: the frame on loan, or, while it waits, the frame that is to come. Its
 * writer says where that will lie; it is locked when it is seen, and no system call lies between.
 */
#ifndef TRI_READER_LOCK_H
#define TRI_READER_LOCK_H

#include "reader_private.h"

/** tri_lease.state. */
enum {
    LEASE_CHECKED, // not locked: checked after use
    LEASE_HELD,
    LEASE_LENT, // its lock was given up within tri_reader_acquire(), which brings it back if it fails
};

/**
 * Before a wait: locks the frame after `newest` if its writer says where it will be, and gives up
 * the lock on the caller's frame in the same call if that is `newest`. One system call; none if all
 * is done.
 */
void tri_reader_prelock(struct tri_reader *r, struct tri_lease *lease, uint64_t newest);

/**
 * Locks frame `word`, giving up the lock on an older one in the same call; no call if it was locked
 * ahead.
 *
 * @return TRI_OK; TRI_ERR_BUSY, its writer has just taken it; any other: it cannot be locked.
 */
enum tri_err tri_reader_lock_take(struct tri_reader *r, struct tri_lease *old, uint64_t word);

/** Gives up what was locked ahead. */
void tri_reader_lock_drop(struct tri_reader *r);

/** After a borrow that brought nothing: gives up what was locked ahead, and the caller's frame has
 *  its lock again. @return false: it was overwritten meanwhile, so there is a newer frame. */
bool tri_reader_lock_back(struct tri_reader *r, struct tri_lease *lease);

#endif
