/* SPDX-License-Identifier: MIT */
/* Choice of the slot for a writer's next frame. */
#include "writer_private.h"

#include "entry.h"
#include "sys_memory.h"

#include <stdio.h>
#include <string.h>

#define SNAPSHOTS_MAX  4          // of the locks: a reader may lock the free slot after each
#define NO_SLOT_LOG_NS 1000000000 // shortest interval of log lines about locks of all slots
#define EXTRA_KEEP_NS  5000000000 // time without use after which an additional slot is closed
#define BACKOFF_MAX    3          // a busy slot is retried after 1, 2, 4, then every 8 frames
#define HOLDERS_MAX    TRI_SLOTS_MAX
#define NONE_FREE      "no slot is free"

/** Number of open slots, bounded again for compilers that see shifts by a slot's index. */
static uint32_t slots_of(const struct tri_writer *w)
{
    const uint32_t slots = tri_segment_open_slots(&w->mapping->segment);
    return slots < TRI_SLOTS_MAX ? slots : TRI_SLOTS_MAX;
}

/** The lock of the frame in a slot. */
static uint32_t lock_of(const struct tri_writer *w, uint32_t slot)
{
    return tri_lock(slot, w->slot[slot].parity);
}

/** A process that locks slots. */
struct holder {
    pid_t pid;
    int64_t since_ns;
    uint64_t number; // of the oldest frame that it locks
};

static bool has_longer(const struct holder *a, const struct holder *b)
{
    return a->since_ns < b->since_ns || (a->since_ns == b->since_ns && a->number < b->number);
}

/** Lists the processes that lock slots, each once, the oldest lock first. @return their number */
static size_t find_holders(const struct tri_writer *w, int64_t now, struct holder *holders)
{
    size_t count = 0;
    for (uint32_t i = 0; i < slots_of(w); i++) {
        int locks;
        const struct tri_writer_slot *slot = &w->slot[i];
        struct holder one = { .pid = tri_semset_holder(w->sem_id, lock_of(w, i), &locks),
                              .since_ns =
                                  slot->busy_ns[slot->parity] ? slot->busy_ns[slot->parity] : now,
                              .number = slot->number };
        size_t known = 0;
        while (known < count && holders[known].pid != one.pid)
            known++;
        if (locks <= 0 || (known < count && has_longer(&holders[known], &one)))
            continue;
        count += known == count;
        for (; known > 0 && has_longer(&one, &holders[known - 1]); known--)
            holders[known] = holders[known - 1];
        holders[known] = one;
    }
    return count;
}

void tri_writer_log_no_slot(struct tri_writer *w, const char *cost)
{
    const int64_t now = tri_now_ns();
    if (now < w->log_ns)
        return;
    w->log_ns = now + NO_SLOT_LOG_NS;

    struct holder holders[HOLDERS_MAX];
    const size_t count = find_holders(w, now, holders);
    char text[512] = "";
    size_t length = 0;
    for (size_t i = 0; i < count && length < sizeof(text) - 40; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s pid %d for %.1f s",
                                   i ? "," : "", (int)holders[i].pid,
                                   (double)(now - holders[i].since_ns) / 1e9);
    tri_log_write(&w->log, TRI_LOG_WARN, "writer",
                  "%s: %s: readers lock all %u slots:%s; end or continue a reader that is stopped, "
                  "or use more --buffers-max",
                  w->name, cost, slots_of(w), count ? text : " unknown pids");
}

/** Whether the frame in a slot belongs to the history that is kept for readers. */
static bool is_history(const struct tri_writer *w, uint32_t slot)
{
    return w->history == 0 || w->slot[slot].number + w->history > w->number;
}

/** Number of the newest frames that are kept for readers in mode `next`. */
static uint32_t kept_frames(const struct tri_writer *w)
{
    return w->history ? w->history : w->mapping->segment.geometry.slots;
}

static bool is_fast(const struct tri_writer *w)
{
    return w->fast_frames >= FAST_FRAMES;
}

/** Whether slot `a` is preferred to slot `b`: the one that is locked already; one of the first slots,
 *  of which a fast stream has one more, to one that was opened for readers; then the one that left the
 *  history last, because it may still be cached; within the history the one with the oldest frame. */
static bool goes_before(const struct tri_writer *w, uint32_t a, uint32_t b)
{
    const bool has_lock = w->slot[a].lock == lock_of(w, a);
    if (has_lock != (w->slot[b].lock == lock_of(w, b)))
        return has_lock;
    const uint32_t first = w->mapping->segment.geometry.slots + is_fast(w);
    if ((a < first) != (b < first))
        return a < first;
    const bool kept = is_history(w, a);
    if (kept != is_history(w, b))
        return !kept;
    return kept ? w->slot[a].number < w->slot[b].number : w->slot[a].number > w->slot[b].number;
}

/** The preferred slot among those that are neither the newest, nor in use, nor in `tried`. */
static uint32_t best_slot(const struct tri_writer *w, uint64_t tried)
{
    uint32_t best = NO_SLOT;
    for (uint32_t i = 0; i < slots_of(w); i++) {
        if (i != w->newest && !w->slot[i].taken && !(tried >> i & 1) &&
            (best == NO_SLOT || goes_before(w, i, best)))
            best = i;
    }
    return best;
}

void tri_writer_unlock(struct tri_writer *w, uint32_t slot)
{
    struct tri_writer_slot *s = &w->slot[slot];
    if (s->lock != TRI_NO_LOCK && tri_semset_give(w->sem_id, s->lock) == TRI_OK)
        s->lock = TRI_NO_LOCK;
}

void tri_writer_unlock_ahead(struct tri_writer *w)
{
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++) {
        if (w->slot[i].taken)
            continue;
        tri_writer_unlock(w, i);
        w->slot[i].lock = TRI_NO_LOCK; // if that failed, another process has released it
    }
}

/** Notes whether the lock of the frame in a slot could be taken: if not, when to try again. */
static void note_result(struct tri_writer *w, uint32_t slot, bool taken)
{
    struct tri_writer_slot *s = &w->slot[slot];
    if (taken) {
        s->busy_count = 0;
        s->busy_ns[s->parity] = 0;
        s->lock = lock_of(w, slot);
        w->reclaims[s->lock] = 0;
    } else if (w->number >= s->retry) {
        s->retry = w->number + (UINT64_C(1) << s->busy_count);
        s->busy_count += s->busy_count < BACKOFF_MAX;
    }
}

/** Takes the lock of the frame in a slot before overwriting it. */
static enum tri_err lock(struct tri_writer *w, uint32_t slot)
{
    struct tri_writer_slot *s = &w->slot[slot];
    const uint32_t wanted = lock_of(w, slot);
    if (s->lock == wanted)
        return TRI_OK;
    tri_writer_unlock(w, slot); // nearly always none
    if (s->lock != TRI_NO_LOCK)
        return TRI_ERR_BUSY;
    const enum tri_err err = tri_semset_take(w->sem_id, wanted);
    if (err == TRI_OK || err == TRI_ERR_BUSY)
        note_result(w, slot, err == TRI_OK);
    return err;
}

/** The announced slot if it may be taken before the next frame is begun: no reader in mode `next` has
 *  to miss the frame in it if none follows. @return NO_SLOT: it may not */
static uint32_t slot_ahead(const struct tri_writer *w)
{
    const uint32_t at = tri_head_slot(w->planned);
    if (!is_fast(w) || w->planned == 0 || w->slot[at].lock != TRI_NO_LOCK)
        return NO_SLOT;
    return w->slot[at].number + kept_frames(w) <= w->number ? at : NO_SLOT;
}

enum tri_err tri_writer_turn_gates(struct tri_writer *w)
{
    struct tri_writer_slot *newest = &w->slot[w->newest];
    const uint32_t ahead = slot_ahead(w);
    uint32_t take = ahead == NO_SLOT ? TRI_NO_LOCK : lock_of(w, ahead);
    const enum tri_err err = tri_semset_publish(w->sem_id, newest->lock, &take, w->number);
    if (err != TRI_OK)
        return err;
    newest->lock = TRI_NO_LOCK;
    if (ahead != NO_SLOT)
        note_result(w, ahead, take != TRI_NO_LOCK);
    return TRI_OK;
}

/** Bitmask of slots that readers have locked for long: a retry costs a system call. */
static uint64_t resting(const struct tri_writer *w)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < slots_of(w); i++)
        bits |= (uint64_t)(w->slot[i].busy_count > 0 && w->number < w->slot[i].retry) << i;
    return bits;
}

/** Bitmask of the slots that readers lock now: read in one call, so that a reader that exchanges
 *  locks is seen with one of them. */
static enum tri_err find_locked(struct tri_writer *w, uint64_t *locked)
{
    uint16_t value[TRI_LOCKS];
    *locked = 0;
    const enum tri_err err = tri_semset_locks(w->sem_id, value);
    if (err != TRI_OK)
        return err;
    const int64_t now = tri_now_ns();
    for (uint32_t i = 0; i < slots_of(w); i++) {
        struct tri_writer_slot *slot = &w->slot[i];
        for (uint32_t parity = 0; parity < 2; parity++) {
            const uint32_t lock = tri_lock(i, parity);
            const bool busy = slot->lock != lock && value[lock] < TRI_LOCK_WHOLE;
            if (!busy || slot->busy_ns[parity] == 0)
                slot->busy_ns[parity] = busy ? now : 0;
            *locked |= (uint64_t)(busy && parity == slot->parity) << i;
        }
    }
    return TRI_OK;
}

/** Opens one more slot for this frame or the next: the first `slots` when needed, more for the reason
 *  `why`. @return NO_SLOT: at the limit, or out of memory */
static uint32_t open_slot(struct tri_writer *w, const char *why)
{
    const struct tri_segment *segment = &w->mapping->segment;
    const uint32_t slot = slots_of(w);
    const uint64_t bytes = segment->geometry.slot_bytes;
    const int64_t now = tri_now_ns();
    if (slot >= segment->geometry.slots_max || now < w->open_ns)
        return NO_SLOT;
    const bool extra = slot >= segment->geometry.slots;
    if (!tri_memory_allows(extra ? NULL : &w->log, w->name, bytes, 0) ||
        (!tri_segment_populate(segment, tri_segment_slot_at(segment, slot), bytes, true) &&
         extra)) {
        w->open_ns = now + TRI_WRITER_RETRY_NS;
        return NO_SLOT;
    }
    // Release: pairs with the acquire in tri_segment_open_slots().
    atomic_store_explicit(&segment->header->slots_open, slot + 1, memory_order_release);
    if (!extra)
        return slot;
    w->extra_ns = now;
    tri_log_write(&w->log, TRI_LOG_INFO, "writer", "%s: %s: opened slot %u of at most %u", w->name,
                  why, slot + 1, segment->geometry.slots_max);
    return slot;
}

void tri_writer_keep_spare(struct tri_writer *w)
{
    const struct tri_geometry *geometry = &w->mapping->segment.geometry;
    const uint32_t open = slots_of(w);
    uint64_t locked;
    const bool fast = is_fast(w) && open == kept_frames(w) && open < geometry->slots_max;
    if (open < geometry->slots || fast) {
        if (open_slot(w, "frames follow each other within 10 us") != NO_SLOT)
            tri_writer_announce_next(w);
    } else if (w->contended && open < geometry->slots_max && find_locked(w, &locked) == TRI_OK &&
               best_slot(w, locked) == NO_SLOT) {
        open_slot(w, NONE_FREE);
    }
}

void tri_writer_close_idle_slot(struct tri_writer *w, int64_t now)
{
    const struct tri_segment *segment = &w->mapping->segment;
    const uint32_t last = slots_of(w) - 1;
    // The device's driver has pinned the pages of its slots: it would write into memory that no
    // reader maps.
    if (w->device_access || last < segment->geometry.slots || now < w->extra_ns + EXTRA_KEEP_NS ||
        last == w->newest || w->slot[last].taken || lock(w, last) != TRI_OK)
        return;
    tri_entry_begin(tri_segment_entry(segment, last), w->slot[last].parity);
    w->slot[last].number = 0;
    atomic_store_explicit(&segment->header->slots_open, last, memory_order_release);
    tri_segment_free_slot(segment, last);
    tri_writer_unlock(w, last);
    tri_writer_announce_next(w);
}

/**
 * Reclaims the slot with the oldest frame when all slots are locked and none can be opened. Its
 * lock does not change: readers detect by the slot's number that their frame is gone, and release
 * what they took.
 *
 * @return NO_SLOT: none may be reclaimed
 */
static uint32_t reclaim(struct tri_writer *w)
{
    const int64_t now = tri_now_ns();
    uint32_t oldest = NO_SLOT;
    for (uint32_t i = 0; i < slots_of(w); i++) {
        const struct tri_writer_slot *slot = &w->slot[i];
        const int64_t busy_ns = slot->busy_ns[slot->parity];
        if (i != w->newest && !slot->taken && (busy_ns ? now - busy_ns : 0) >= w->reclaim_ns &&
            (oldest == NO_SLOT || slot->number < w->slot[oldest].number))
            oldest = i;
    }
    if (oldest == NO_SLOT)
        return NO_SLOT;
    tri_writer_unlock(w, oldest); // of its other parity, if that was left locked
    w->reclaims[lock_of(w, oldest)]++;
    w->reclaimed++;
    tri_writer_log_no_slot(w, "locked frame overwritten");
    return oldest;
}

void tri_writer_announce_next(struct tri_writer *w)
{
    uint32_t next = NO_SLOT;
    uint64_t refused = 0; // bitmask of slots to try again
    for (uint32_t i = 0; i < slots_of(w); i++) {
        const struct tri_writer_slot *slot = &w->slot[i];
        if (slot->begun && (next == NO_SLOT || slot->begun < w->slot[next].begun))
            next = i;
        refused |= (uint64_t)(slot->busy_count > 0) << i;
    }
    if (next == NO_SLOT)
        next = best_slot(w, refused);
    if (next == NO_SLOT)
        next = best_slot(w, 0);
    const uint64_t planned =
        next == NO_SLOT ? 0 : tri_head(w->number + 1, !w->slot[next].parity, next);
    if (planned == w->planned)
        return;
    w->planned = planned;
    atomic_store_explicit(&w->mapping->segment.header->next, planned, memory_order_relaxed);
}

/** Takes the lock of a slot that no reader has locked. @return TRI_ERR_NO_SLOT: there is none */
static enum tri_err take_free(struct tri_writer *w, uint32_t *taken)
{
    const uint64_t rested = resting(w);
    w->contended = false;
    *taken = best_slot(w, rested);
    enum tri_err err = *taken == NO_SLOT ? TRI_ERR_BUSY : lock(w, *taken);
    for (int i = 0; i < SNAPSHOTS_MAX && err == TRI_ERR_BUSY; i++) {
        uint64_t locked;
        w->contended = true;
        err = find_locked(w, &locked);
        if (err != TRI_OK)
            return err;
        *taken = best_slot(w, locked);
        err = *taken == NO_SLOT ? TRI_ERR_NO_SLOT : lock(w, *taken);
    }
    if (err == TRI_OK && *taken >= w->mapping->segment.geometry.slots && *taken + 1 == slots_of(w))
        w->extra_ns = tri_now_ns();
    return err == TRI_ERR_BUSY ? TRI_ERR_NO_SLOT : err;
}

enum tri_err tri_writer_take_slot(struct tri_writer *w, uint32_t *taken)
{
    enum tri_err err = take_free(w, taken);
    if (err != TRI_ERR_NO_SLOT)
        return err;
    while ((*taken = open_slot(w, NONE_FREE)) != NO_SLOT) {
        err = lock(w, *taken); // a reader with a frame of an earlier segment may hold it
        if (err != TRI_ERR_BUSY)
            return err;
    }
    *taken = reclaim(w);
    return *taken == NO_SLOT ? TRI_ERR_NO_SLOT : TRI_OK;
}
