/* SPDX-License-Identifier: MIT */
/* Which slot a writer's next frame gets. */
#include "writer_private.h"

#include <stdio.h>
#include <string.h>

#define ROUNDS         4          // over the slots, before a frame is dropped
#define NO_SLOT_SAY_NS 1000000000 // drops for want of a slot are told at most this often
#define REST_MOST      3 // a slot that refuses is let alone for 1, 2, 4, then each time 8 frames

/** How many slots there are. Bounded once more, for compilers that see the shifts by a slot's index. */
static uint32_t slots_of(const struct tri_writer *w)
{
    const uint32_t slots = w->mapping->segment.geometry.slots;
    return slots < TRI_SLOTS_MAX ? slots : TRI_SLOTS_MAX;
}

/** The lock of the frame that lies in a slot. */
static uint32_t lock_of(const struct tri_writer *w, uint32_t slot)
{
    return tri_lock(slot, w->slot[slot].side);
}

void tri_writer_log_no_slot(struct tri_writer *w)
{
    const int64_t now = tri_now_ns();
    if (now < w->say_ns)
        return;
    w->say_ns = now + NO_SLOT_SAY_NS;

    char pids[256] = "";
    size_t length = 0;
    for (uint32_t i = 0; i < slots_of(w) && length < sizeof(pids) - 16; i++) {
        int held;
        const pid_t pid = tri_semset_holder(w->sem_id, lock_of(w, i), &held);
        if (held > 0)
            length += (size_t)snprintf(pids + length, sizeof(pids) - length, " %d", (int)pid);
    }
    tri_log_write(w->log, TRI_LOG_WARN, "writer",
                  "%s: frame dropped, readers hold every free slot (last takers: pid%s); use more "
                  "--buffers",
                  w->name, length ? pids : " unknown");
}

/**
 * Makes the slot ours although a reader holds it: its holder learns so from tri_reader_is_intact(), as
 * the number of its frame is gone. Its hold is the reader's to undo, and counts no more until then.
 */
static enum tri_err take_by_force(struct tri_writer *w, uint32_t slot)
{
    int held;
    const pid_t pid = tri_semset_holder(w->sem_id, lock_of(w, slot), &held);
    uint32_t stale = held > 0 ? (uint32_t)held : 0;
    const enum tri_err err = tri_semset_take(w->sem_id, lock_of(w, slot), &stale);
    if (err != TRI_OK)
        return err; // one more has just come
    w->slot[slot].stale[w->slot[slot].side] = stale;
    w->slot[slot].lock = lock_of(w, slot);
    tri_log_write(w->log, TRI_LOG_WARN, "writer",
                  "%s: slot %u taken back from pid %d, which held it for more than %lld ms",
                  w->name, slot, (int)pid, (long long)(w->reclaim_ns / 1000000));
    w->reclaimed++;
    return TRI_OK;
}

/** Whether the frame in a slot is one of the newest, which are kept for readers. */
static bool is_history(const struct tri_writer *w, uint32_t slot)
{
    return w->history == 0 || w->slot[slot].number + w->history > w->number;
}

/** Whether slot `a` is to be written before slot `b`: the one that left the history last, as it may
 *  still be in the processor's cache; within the history the one with the oldest frame. */
static bool goes_before(const struct tri_writer *w, uint32_t a, uint32_t b)
{
    const bool kept = is_history(w, a);
    if (kept != is_history(w, b))
        return !kept;
    return kept ? w->slot[a].number < w->slot[b].number : w->slot[a].number > w->slot[b].number;
}

/** The slot to write next, of those that are neither the newest, nor in use, nor in `tried`. */
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
    if (s->lock != TRI_NO_LOCK &&
        tri_semset_give(w->sem_id, s->lock, s->stale[s->lock / TRI_SLOTS_MAX]) == TRI_OK)
        s->lock = TRI_NO_LOCK;
}

/** Takes the lock of the frame in a slot, against which it will be overwritten. */
static enum tri_err lock(struct tri_writer *w, uint32_t slot)
{
    struct tri_writer_slot *s = &w->slot[slot];
    const uint32_t wanted = lock_of(w, slot);
    if (s->lock == wanted)
        return TRI_OK;
    tri_writer_unlock(w, slot); // nearly always there is nothing
    if (s->lock != TRI_NO_LOCK)
        return TRI_ERR_BUSY;
    const enum tri_err err = tri_semset_take(w->sem_id, wanted, &s->stale[s->side]);
    if (err == TRI_ERR_BUSY && w->number >= s->retry) {
        s->retry = w->number + (UINT64_C(1) << s->refusals);
        s->refusals += s->refusals < REST_MOST;
    }
    if (err == TRI_OK) {
        s->refusals = 0;
        s->lock = wanted;
    }
    return err;
}

/** Slots that readers have held for long, a bit for each: to ask for them again takes a call. */
static uint64_t resting(const struct tri_writer *w)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < slots_of(w); i++)
        bits |= (uint64_t)(w->slot[i].refusals > 0 && w->number < w->slot[i].retry) << i;
    return bits;
}

/** Tries every slot not in `tried` once, the best first. @return TRI_ERR_NO_SLOT
 *  for none. */
static enum tri_err try_slots(struct tri_writer *w, uint64_t tried, uint32_t *taken)
{
    for (;;) {
        const uint32_t slot = best_slot(w, tried);
        if (slot == NO_SLOT)
            return TRI_ERR_NO_SLOT;
        const enum tri_err err = lock(w, slot);
        if (err != TRI_ERR_BUSY) {
            *taken = slot;
            return err;
        }
        tried |= 1ull << slot;
    }
}

/** All slots are held: takes one back if its time is over. */
static enum tri_err do_without(struct tri_writer *w, uint32_t *taken)
{
    const int64_t now = tri_now_ns();
    uint32_t overdue = NO_SLOT;
    for (uint32_t i = 0; i < slots_of(w); i++) {
        struct tri_writer_slot *slot = &w->slot[i];
        if (i == w->newest || slot->taken)
            continue;
        if (slot->refused_ns == 0)
            slot->refused_ns = now;
        else if (w->reclaim_ns && now - slot->refused_ns >= w->reclaim_ns)
            overdue = i;
    }
    if (overdue == NO_SLOT)
        return TRI_ERR_NO_SLOT;
    *taken = overdue;
    const enum tri_err err = take_by_force(w, overdue);
    return err == TRI_ERR_BUSY ? TRI_ERR_NO_SLOT : err;
}

void tri_writer_announce_next(struct tri_writer *w)
{
    uint32_t next = NO_SLOT;
    uint64_t refused = 0; // a bit for each slot: may be, again
    for (uint32_t i = 0; i < slots_of(w); i++) {
        const struct tri_writer_slot *slot = &w->slot[i];
        if (slot->begun && (next == NO_SLOT || slot->begun < w->slot[next].begun))
            next = i;
        refused |= (uint64_t)(slot->refusals > 0) << i;
    }
    if (next == NO_SLOT)
        next = best_slot(w, refused);
    if (next == NO_SLOT)
        next = best_slot(w, 0);
    const uint64_t planned =
        next == NO_SLOT ? 0 : tri_word(w->number + 1, !w->slot[next].side, next);
    if (planned == w->planned)
        return;
    w->planned = planned;
    atomic_store_explicit(&w->mapping->segment.header->next, planned, memory_order_relaxed);
}

enum tri_err tri_writer_take_slot(struct tri_writer *w, uint32_t *taken)
{
    // More than one round: a reader that moves from one slot to another while we try them in turn
    // can be met in both.
    for (int round = 0; round < ROUNDS; round++) {
        const enum tri_err err = try_slots(w, round == 0 ? resting(w) : 0, taken);
        if (err != TRI_ERR_NO_SLOT)
            return err;
    }
    return do_without(w, taken);
}
