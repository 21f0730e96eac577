/* SPDX-License-Identifier: MIT */
#include "reader_wait.h"

#include "reader_private.h"
#include "semset.h"

#define SPINS_PER_CLOCK 64       // polls between two readings of the clock
#define SPIN_CHECK_NS   10000000 // interval at which a spinning reader checks for the writer

static const struct timespec no_time;

/** Polls until `until_ns`. @return TRI_OK, there is a frame or the segment ended; TRI_ERR_TIMEOUT;
 *  TRI_ERR_INTERRUPTED. */
static enum tri_err spin(const struct tri_mapping *mapping, const struct tri_sleep *sleep,
                         uint64_t head, int64_t until_ns)
{
    const struct tri_header *header = mapping->segment.header;
    do {
        for (int i = 0; i < SPINS_PER_CLOCK; i++) {
            if (atomic_load_explicit(&header->latest, memory_order_relaxed) != head ||
                atomic_load_explicit(&header->state, memory_order_relaxed) != 0)
                return TRI_OK;
            tri_relax();
        }
        if (tri_sleep_is_interrupted(sleep))
            return TRI_ERR_INTERRUPTED;
    } while (tri_now_ns() < until_ns);
    return TRI_ERR_TIMEOUT;
}

/** Sleeps until frame `number` is published. A limit of 0 is no sleep, and cannot be interrupted. */
static enum tri_err sleep_on_gate(tri_reader *r, uint64_t number, int64_t ns)
{
    if (ns == 0)
        return tri_semset_wait_frame(r->mapping->sem_id, number, &no_time);
    if (!tri_sleep_begin(&r->sleep, ns))
        return TRI_ERR_INTERRUPTED;
    const enum tri_err err = tri_semset_wait_frame(r->mapping->sem_id, number, &r->sleep.limit);
    tri_sleep_end(&r->sleep);
    return err;
}

enum tri_err tri_wait_writer(tri_reader *r, int64_t ns)
{
    if (ns == 0)
        return tri_semset_wait_writer(r->mapping->sem_id, &no_time);
    if (!tri_sleep_begin(&r->sleep, ns))
        return TRI_ERR_INTERRUPTED;
    const enum tri_err err = tri_semset_wait_writer(r->mapping->sem_id, &r->sleep.limit);
    tri_sleep_end(&r->sleep);
    return err;
}

static enum tri_err wait_spinning(const tri_reader *r, uint64_t head, int64_t ns)
{
    const struct tri_mapping *mapping = r->mapping;
    const uint64_t next = tri_head_number(head) + 1;
    int64_t now = tri_now_ns();
    const int64_t end = now + ns;
    do {
        const int64_t check = now + SPIN_CHECK_NS;
        enum tri_err err = spin(mapping, &r->sleep, head, check < end ? check : end);
        if (err == TRI_ERR_TIMEOUT)
            err = tri_semset_wait_frame(mapping->sem_id, next, &(struct timespec){ 0 });
        if (err != TRI_ERR_TIMEOUT)
            return err;
        now = tri_now_ns();
    } while (now < end);
    return TRI_ERR_TIMEOUT;
}

static enum tri_err wait_paced(tri_reader *r, uint64_t head, int64_t ns)
{
    struct tri_pacing *pace = &r->pace;
    const uint64_t next = tri_head_number(head) + 1;
    int64_t now = tri_now_ns();
    const int64_t end = now + ns;
    struct tri_pacing_window window;
    while (tri_pacing_next(pace, now, &window) && window.start_ns < end) {
        // Sleeps on the gate, so that an early frame or the writer's death still wakes the reader.
        if (window.start_ns > now) {
            const enum tri_err err = sleep_on_gate(r, next, window.start_ns - now);
            now = tri_now_ns();
            tri_pacing_slept(pace, window.start_ns, now, err != TRI_ERR_TIMEOUT);
            if (err != TRI_ERR_TIMEOUT)
                return err;
            tri_reader_rehearse(r, head);
        }
        const enum tri_err err =
            spin(r->mapping, &r->sleep, head, window.stop_ns < end ? window.stop_ns : end);
        const int64_t after = tri_now_ns();
        tri_pacing_spun(pace, after - now);
        if (err != TRI_ERR_TIMEOUT)
            return err;
        now = after;
    }
    return now < end ? sleep_on_gate(r, next, end - now) : TRI_ERR_TIMEOUT;
}

bool tri_wait_polling(const tri_reader *r, uint64_t head)
{
    const struct tri_mapping *mapping = r->mapping;
    // Only tri_reader_await() determines what follows a segment that ended.
    return spin(mapping, &r->sleep, head, tri_now_ns() + TRI_FAST_NS) == TRI_OK &&
           atomic_load_explicit(&mapping->segment.header->state, memory_order_relaxed) == 0;
}

enum tri_err tri_wait_frame(tri_reader *r, enum tri_reader_wait how, uint64_t head, int64_t ns)
{
    switch (ns > 0 ? how : TRI_WAIT_BLOCK) {
    case TRI_WAIT_SPIN:
        return wait_spinning(r, head, ns);
    case TRI_WAIT_PACED:
        return wait_paced(r, head, ns);
    case TRI_WAIT_BLOCK:
        break;
    }
    return sleep_on_gate(r, tri_head_number(head) + 1, ns);
}
