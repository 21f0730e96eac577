/* SPDX-License-Identifier: MIT */
#include "reader_wait.h"

#include "semset.h"

#define POLL_NS         10000    // about what a sleep costs, both sides together
#define SPINS_PER_CLOCK 64       // looks between two readings of the clock
#define SPIN_ASKS_NS    10000000 // how often a spinning reader asks the kernel for the writer

/** Looks without pause until `until_ns`. @return whether there is a frame, or the segment ended. */
static bool spin(const struct tri_mapping *mapping, uint64_t word, int64_t until_ns)
{
    const struct tri_header *header = mapping->segment.header;
    do {
        for (int i = 0; i < SPINS_PER_CLOCK; i++) {
            if (atomic_load_explicit(&header->latest, memory_order_relaxed) != word ||
                atomic_load_explicit(&header->state, memory_order_relaxed) != 0)
                return true;
            tri_relax();
        }
    } while (tri_now_ns() < until_ns);
    return false;
}

static enum tri_err wait_spinning(const struct tri_mapping *mapping, uint64_t word, int64_t ns)
{
    const int64_t end = tri_now_ns() + ns;
    int64_t now;
    do {
        now = tri_now_ns();
        const int64_t ask = now + SPIN_ASKS_NS;
        if (spin(mapping, word, ask < end ? ask : end))
            return TRI_OK;
        const enum tri_err err = tri_semset_has_writer(mapping->sem_id);
        if (err != TRI_OK)
            return err == TRI_ERR_BUSY ? TRI_OK : err;
        now = tri_now_ns();
    } while (now < end);
    return TRI_ERR_TIMEOUT;
}

/** Goes through what follows the wait, with the frame before: after a sleep neither its code nor its
 *  lines are in the cache, and now there is time to fetch them. */
static void warm_up(struct tri_mapping *mapping, struct tri_entry_known *known, uint64_t word)
{
    const struct tri_segment *segment = &mapping->segment;
    const uint32_t slot = tri_word_slot(word);
    if (slot >= segment->geometry.slots_max)
        return;
    struct tri_frame frame = { .lease = { .word = word, .slot = slot } };
    tri_entry_read(tri_segment_entry(segment, slot), tri_word_number(word),
                   segment->geometry.slot_bytes, known, &frame.info, &frame.shape);
    struct tri_mapping *reference = tri_mapping_ref(mapping);
    frame.lease.mapping = reference;
    tri_reader_is_intact(NULL, &frame);
    tri_mapping_unref(&reference);
}

static enum tri_err wait_paced(struct tri_pacing *pace, struct tri_mapping *mapping,
                               struct tri_entry_known *known, uint64_t word, int64_t ns)
{
    const uint64_t next = tri_word_number(word) + 1;
    int64_t now = tri_now_ns();
    const int64_t end = now + ns;
    struct tri_pacing_window window;
    while (tri_pacing_next(pace, now, &window) && window.start_ns < end) {
        // Asleep on the gate, so that an early frame or a death still wakes us.
        if (window.start_ns > now) {
            const enum tri_err err =
                tri_semset_wait_frame(mapping->sem_id, next, window.start_ns - now);
            now = tri_now_ns();
            tri_pacing_slept(pace, window.start_ns, now, err != TRI_ERR_TIMEOUT);
            if (err != TRI_ERR_TIMEOUT)
                return err;
            warm_up(mapping, known, word);
        }
        const bool found = spin(mapping, word, window.stop_ns < end ? window.stop_ns : end);
        const int64_t after = tri_now_ns();
        tri_pacing_spun(pace, after - now);
        if (found)
            return TRI_OK;
        now = after;
    }
    return now < end ? tri_semset_wait_frame(mapping->sem_id, next, end - now) : TRI_ERR_TIMEOUT;
}

bool tri_wait_polling(const struct tri_pacing *pace, const struct tri_mapping *mapping,
                      uint64_t word)
{
    // What a segment that ended is followed by, only tri_reader_await() finds out.
    return pace->gap_ns > 0 && pace->gap_ns < POLL_NS &&
           spin(mapping, word, tri_now_ns() + POLL_NS) &&
           atomic_load_explicit(&mapping->segment.header->state, memory_order_relaxed) == 0;
}

enum tri_err tri_wait_frame(enum tri_reader_wait how, struct tri_pacing *pace,
                            struct tri_mapping *mapping, struct tri_entry_known *known,
                            uint64_t word, int64_t ns)
{
    switch (how) {
    case TRI_WAIT_SPIN:
        return wait_spinning(mapping, word, ns);
    case TRI_WAIT_PACED:
        return wait_paced(pace, mapping, known, word, ns);
    case TRI_WAIT_BLOCK:
        break;
    }
    return tri_semset_wait_frame(mapping->sem_id, tri_word_number(word) + 1, ns);
}
