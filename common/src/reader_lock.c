/* SPDX-License-Identifier: MIT */
#include "reader_lock.h"

#include "errno_map.h"
#include "semset.h"

/** Releases one lock of the attached set and takes another; either may be TRI_NO_LOCK. */
static enum tri_err exchange(struct tri_reader *r, uint32_t give, uint32_t take)
{
    if (give == TRI_NO_LOCK && take == TRI_NO_LOCK)
        return TRI_OK;
    const enum tri_err err = tri_semset_exchange(r->mapping->sem_id, give, take);
    if (err == TRI_ERR_DENIED)
        r->can_lock = false; // read permission only: from now on frames are checked after use
    return err;
}

/** Whether the lease has a lock of the set that the reader is attached to. */
static bool locks_here(const struct tri_reader *r, const struct tri_lease *lease)
{
    return lease->mapping && lease->state == LEASE_LOCKED &&
           lease->mapping->sem_id == r->mapping->sem_id;
}

void tri_reader_prelock(struct tri_reader *r, struct tri_lease *lease, uint64_t newest)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const uint64_t next = atomic_load_explicit(&segment->header->next, memory_order_relaxed);
    if (!r->can_lock || r->phase == READER_ORPHANED || next == r->prelocked ||
        tri_head_number(next) != tri_head_number(newest) + 1 ||
        tri_head_slot(next) >= segment->geometry.slots_max)
        return;

    // The caller's acquired frame is the newest, which no writer takes: it needs no lock now.
    const bool surrender = r->prelocked == 0 && lease->mapping == r->mapping &&
                           lease->head == newest && locks_here(r, lease);
    uint32_t give = TRI_NO_LOCK;
    if (r->prelocked)
        give = tri_head_lock(r->prelocked);
    else if (surrender)
        give = tri_head_lock(newest);
    if (exchange(r, give, tri_head_lock(next)) != TRI_OK)
        return; // failed, for any reason: the frame will be locked when it is seen
    r->prelocked = next;
    if (surrender)
        lease->state = LEASE_SURRENDERED;
}

void tri_reader_lock_drop(struct tri_reader *r)
{
    if (r->prelocked)
        exchange(r, tri_head_lock(r->prelocked), TRI_NO_LOCK);
    r->prelocked = 0;
}

enum tri_err tri_reader_lock_take(struct tri_reader *r, struct tri_lease *old, uint64_t head)
{
    if (!r->can_lock)
        return TRI_ERR_DENIED;
    if (r->prelocked == head) { // locked before it was published
        r->prelocked = 0;
        return TRI_OK;
    }
    const bool surrender = locks_here(r, old);
    uint32_t give = TRI_NO_LOCK;
    if (surrender)
        give = tri_head_lock(old->head);
    else if (r->prelocked)
        give = tri_head_lock(r->prelocked);
    const enum tri_err err = exchange(r, give, tri_head_lock(head));
    if (err != TRI_OK)
        return err;
    if (surrender) {
        old->state = LEASE_SURRENDERED;
        tri_reader_lock_drop(r);
    }
    r->prelocked = 0;
    return TRI_OK;
}

bool tri_reader_lock_back(struct tri_reader *r, struct tri_lease *lease)
{
    if (!lease->mapping || lease->state != LEASE_SURRENDERED) {
        tri_reader_lock_drop(r);
        return true;
    }
    const struct tri_mapping *mapping = lease->mapping;
    const uint32_t lock = tri_head_lock(lease->head);
    uint32_t give = TRI_NO_LOCK;
    if (r->prelocked && r->mapping->sem_id == mapping->sem_id) {
        give = tri_head_lock(r->prelocked);
        r->prelocked = 0;
    }
    tri_reader_lock_drop(r);
    enum tri_err err = tri_semset_exchange(mapping->sem_id, give, lock);
    if (err == TRI_ERR_BUSY && give != TRI_NO_LOCK)
        tri_semset_exchange(mapping->sem_id, give, TRI_NO_LOCK);
    lease->state = LEASE_CHECKED;
    if (err != TRI_OK && err != TRI_ERR_REMOVED)
        return false;
    // A segment without its semaphores has no writer and never gets one again.
    const struct tri_entry *entry = tri_segment_entry(&mapping->segment, lease->slot);
    if (tri_entry_still(entry, tri_head_number(lease->head))) {
        lease->state = LEASE_LOCKED;
        return true;
    }
    tri_semset_exchange(mapping->sem_id, lock, TRI_NO_LOCK);
    return false;
}
