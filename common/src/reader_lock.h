/* SPDX-License-Identifier: MIT */
/**
 * A reader's locks: the acquired frame, or, while it waits, the next frame (prelock). The writer
 * announces the slot of that frame, so it is locked when it becomes visible, without another
 * system call.
 */
#ifndef TRI_READER_LOCK_H
#define TRI_READER_LOCK_H

#include "reader_private.h"

/** tri_lease.state. */
enum {
    LEASE_CHECKED, // not locked: checked after use
    LEASE_LOCKED,
    LEASE_SURRENDERED, // its lock was surrendered within tri_reader_acquire(), which restores it on
                       // failure
};

/**
 * Before a wait: prelocks the frame after `newest` if its slot is announced, and in the same call
 * surrenders the lock of the caller's frame if that is `newest`. One system call; none if already
 * done.
 */
void tri_reader_prelock(struct tri_reader *r, struct tri_lease *lease, uint64_t newest);

/**
 * Locks frame `head` and releases the lock of an older one in the same call; no call if it was
 * prelocked.
 *
 * @return TRI_OK; TRI_ERR_BUSY, its writer has just taken it; any other: it cannot be locked.
 */
enum tri_err tri_reader_lock_take(struct tri_reader *r, struct tri_lease *old, uint64_t head);

/** Releases the prelock. */
void tri_reader_lock_drop(struct tri_reader *r);

/** After an acquire without a result: releases the prelock and locks the caller's frame again.
 *  @return false: it was overwritten in the meantime, so there is a newer frame. */
bool tri_reader_lock_back(struct tri_reader *r, struct tri_lease *lease);

#endif
