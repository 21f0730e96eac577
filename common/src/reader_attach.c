/* SPDX-License-Identifier: MIT */
/* How a reader follows its stream: lookup by name, loss, move to a larger segment, return. */
#include "reader_private.h"

#include "errno_map.h"
#include "reader_wait.h"
#include "semset.h"
#include "sys_owner.h"

#include <time.h>
#include <unistd.h>

#define SETTLE_NS 200000 // a writer is taking over: its gates are not closed yet

/** A new numbering of frames begins: counters of the old one do not apply. */
static void join(struct tri_reader *r)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const bool from_the_start =
        atomic_load_explicit(&segment->header->latest, memory_order_relaxed) == 0;
    r->stream_id = segment->geometry.stream_id;
    r->last = 0;
    r->fresh = !from_the_start; // otherwise even a missed first frame counts
    r->base_driver = -r->dropped_driver;
    r->base_writer = -r->dropped_writer;
    r->pace = (struct tri_pacing){ 0 };
}

/** Whether the newest frame was published by an earlier writer than the present one. */
static bool is_retained(const struct tri_reader *r, uint64_t head)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const uint64_t number = tri_head_number(head);
    if (tri_head_slot(head) >= segment->geometry.slots_max)
        return false;
    if (!tri_semset_gate_is_closed(r->mapping->sem_id, number + 1))
        return atomic_load_explicit(&segment->header->latest, memory_order_relaxed) == head;
    struct tri_entry_known known = { 0 };
    struct tri_frame_info info;
    struct tri_shape shape;
    // The gates are closed after the generation is stored.
    return tri_entry_read(tri_segment_entry(segment, tri_head_slot(head)), number,
                          segment->geometry.slot_bytes, &known, &info, &shape) == TRI_OK &&
           info.generation !=
               atomic_load_explicit(&segment->header->generation, memory_order_relaxed);
}

static enum tri_err find_and_attach(struct tri_reader *r)
{
    int sem_id;
    uid_t owner;
    const enum tri_err set_err = tri_semset_find(&sem_id, &owner, r->key);
    if (set_err != TRI_OK && set_err != TRI_ERR_COLLISION)
        return set_err;
    struct tri_segment segment;
    enum tri_err err = tri_segment_find(&segment, r->key, r->name, SHM_RDONLY);
    r->layout_version = segment.version;
    if (set_err != TRI_OK && err != TRI_ERR_VERSION) { // of another version: both are unknown
        tri_segment_detach(&segment);
        return set_err;
    }
    if (segment.owner != owner && segment.owner != TRI_OWNER_NONE) {
        tri_segment_detach(&segment); // objects of two users: the frames could be either's
        return TRI_ERR_FOREIGN;
    }
    if (err != TRI_OK)
        return err;
    if (atomic_load_explicit(&segment.header->state, memory_order_relaxed) != 0) {
        tri_segment_detach(&segment); // being removed, or left so by a writer that died
        return TRI_ERR_NO_STREAM;
    }
    tri_segment_populate_entries(&segment);
    r->mapping = tri_mapping_new(&segment, sem_id);
    if (!r->mapping)
        return TRI_ERR_NO_RESOURCES;

    tri_doorbell_close(&r->bell);
    if (r->phase != READER_MOVING)
        tri_doorbell_ring(tri_doorbell_readers_of(r->key));
    if (owner != geteuid())
        tri_owner_log(&r->log, r->name, owner);
    const bool joined = r->mapping->segment.geometry.stream_id != r->stream_id;
    if (joined)
        join(r);
    const bool live = tri_semset_has_writer(sem_id);
    const uint64_t head =
        atomic_load_explicit(&r->mapping->segment.header->latest, memory_order_acquire);
    if (joined && !r->wants_retained && (!live || is_retained(r, head)))
        r->last = tri_head_number(head); // left by a dead writer: nothing new
    const bool news = tri_head_number(head) > r->last && tri_head_slot(head) != TRI_HEAD_NO_SLOT;
    return tri_reader_enter(r, live || news ? READER_ATTACHED : READER_NO_WRITER);
}

/** Leaves an attached stream that has ended, unless it has a frame newer than `head`: the last
 *  frames may have come after the check that found nothing. */
static enum tri_err leave(struct tri_reader *r, uint64_t head, enum tri_reader_event event)
{
    const struct tri_header *header = r->mapping->segment.header;
    if (atomic_load_explicit(&header->latest, memory_order_relaxed) != head)
        return TRI_OK;
    return tri_reader_enter(r, event);
}

/** Determines why a wait ended without a frame. @return TRI_OK to continue, TRI_ERR_NO_WRITER to
 *  report it, TRI_ERR_INTERRUPTED. */
static enum tri_err find_cause(struct tri_reader *r)
{
    if (!tri_semset_has_writer(r->mapping->sem_id))
        return tri_reader_enter(r, READER_NO_WRITER);
    if (tri_segment_removed(&r->mapping->segment))
        return tri_reader_enter(r, READER_REPLACED);
    const struct timespec span = { .tv_nsec = SETTLE_NS };
    return nanosleep(&span, NULL) == 0 ? TRI_OK : TRI_ERR_INTERRUPTED;
}

enum tri_err tri_reader_await(tri_reader *r, uint64_t head, int64_t ns)
{
    const struct tri_header *header = r->mapping->segment.header;
    const uint32_t state = atomic_load_explicit(&header->state, memory_order_acquire);
    if (state & (TRI_SEGMENT_REPLACED | TRI_SEGMENT_CLOSED))
        return leave(r, head, state & TRI_SEGMENT_CLOSED ? READER_ENDED : READER_REPLACED);

    enum tri_err err;
    if (r->phase == READER_ORPHANED) {
        err = tri_wait_writer(r, ns);
        if (err == TRI_OK)
            tri_reader_enter(r, READER_WRITER);
    } else {
        // Without frames latency does not matter, and only a sleep ends at a signal.
        err = tri_wait_frame(r, tri_reader_is_idle(r, head) ? TRI_WAIT_BLOCK : r->wait, head, ns);
        if (err == TRI_ERR_TIMEOUT) {
            r->idle_ns = ns + (r->idle_head == head ? r->idle_ns : 0);
            r->idle_head = head;
        }
        const uint64_t now = atomic_load_explicit(&header->latest, memory_order_relaxed);
        if (err == TRI_OK && now == head)
            return find_cause(r);
    }
    if (err == TRI_ERR_REMOVED)
        return leave(r, head, READER_ENDED);
    return err == TRI_ERR_TIMEOUT ? TRI_OK : err;
}

/** What to do about an error that needs no text of its own. */
static const char *remedy_of(enum tri_err err)
{
    switch (err) {
    case TRI_ERR_NO_RESOURCES:
        return "; raise `ulimit -v`, use a 64-bit program, or fewer buffers";
    case TRI_ERR_DENIED:
        return "; its writer must allow this user's group: --mode 0640 --group GROUP";
    case TRI_ERR_COLLISION:
        return "; choose another name for one of them";
    case TRI_ERR_CORRUPT:
        return "; restart its writer, or remove it with `triptych-info remove`";
    default:
        return "";
    }
}

void tri_reader_refuse(tri_reader *r, enum tri_err err)
{
    const bool is_news = err != TRI_OK && err != TRI_ERR_NO_STREAM && err != r->refused;
    r->refused = err;
    if (!is_news)
        return;
    if (err == TRI_ERR_FOREIGN)
        tri_owner_explain(&r->log, r->name, r->key);
    else if (err == TRI_ERR_VERSION)
        tri_log_write(&r->log, TRI_LOG_ERROR, "reader",
                      "%s: the stream has layout version %u, this program reads version %u; run "
                      "writer and readers with the same version of triptych",
                      r->name, r->layout_version, TRI_LAYOUT_VERSION);
    else
        tri_log_write(&r->log, TRI_LOG_ERROR, "reader", "%s: %s%s%s", r->name,
                      err == TRI_ERR_NO_RESOURCES ? "cannot map the segment: " : "",
                      tri_strerror(err), remedy_of(err));
}

/** Whether the set of a key exists and has a writer. */
static bool has_writer(key_t key)
{
    int sem_id;
    uid_t owner;
    return tri_semset_find(&sem_id, &owner, key) == TRI_OK && tri_semset_has_writer(sem_id);
}

enum tri_err tri_reader_attach(tri_reader *r)
{
    enum tri_err err = find_and_attach(r);
    // Its writer died before it had created the segment that replaces the last one.
    if (err == TRI_ERR_NO_STREAM && r->phase == READER_MOVING && !has_writer(r->key))
        err = tri_reader_enter(r, READER_ENDED);
    tri_reader_refuse(r, err == TRI_ERR_NO_WRITER ? TRI_OK : err); // attached, even so
    return err;
}
