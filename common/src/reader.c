/* SPDX-License-Identifier: MIT */
#include "reader_private.h"

#include "entry.h"
#include "name.h"
#include "reader_fd.h"
#include "reader_lock.h"
#include "reader_wait.h"
#include "reserved.h"
#include "semset.h"

#include <triptych/copy.h>
#include <triptych/stream.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_BELL_LOOKUP_NS 10000000  // interval of lookups by a reader that can have no doorbell
#define WRITER_CHECK_NS   100000000 // interval of writer checks by a reader that never waits
#define COPIES_MAX        4         // consecutive torn frames, after the time limit
#define TRIES_MAX         64        // frames overwritten while being taken, before a wait

enum tri_err tri_reader_open(tri_reader **out, const struct tri_reader_options *options)
{
    *out = NULL;
    const char *name = options->name ? options->name : TRI_NAME_DEFAULT;
    if (!tri_name_valid(name)) {
        tri_log_write(options->log, TRI_LOG_ERROR, "reader",
                      "stream name \"%s\": a name is " TRI_NAME_RULE, name);
        return TRI_ERR_INVALID;
    }
    if (!TRI_RESERVED_ARE_ZERO(options)) {
        tri_log_write(options->log, TRI_LOG_ERROR, "reader",
                      "options of stream \"%s\": " TRI_RESERVED_TEXT, name);
        return TRI_ERR_INVALID;
    }
    if (options->mode > TRI_MODE_NEXT || options->wait > TRI_WAIT_PACED ||
        (options->flags & ~(uint32_t)(TRI_READER_NO_LOCK | TRI_READER_RETAINED))) {
        tri_log_write(options->log, TRI_LOG_ERROR, "reader",
                      "%s: mode %d, wait %d or flags %#x: there is no such option", name,
                      (int)options->mode, (int)options->wait, (unsigned)options->flags);
        return TRI_ERR_INVALID;
    }
    tri_reader *r = malloc(sizeof(*r));
    if (!r)
        return TRI_ERR_NO_RESOURCES;
    *r = (tri_reader){ .phase = READER_SEEKING,
                       .key = tri_name_key(name),
                       .mode = options->mode,
                       .wait = options->wait,
                       .wants_lock = !(options->flags & TRI_READER_NO_LOCK),
                       .can_lock = !(options->flags & TRI_READER_NO_LOCK),
                       .wants_retained = (options->flags & TRI_READER_RETAINED) != 0,
                       .idle_head = UINT64_MAX,
                       .fork_depth = tri_fork_watch(),
                       .log = options->log ? *options->log : (tri_log){ 0 },
                       .fresh = true };
    strcpy(r->name, name);
    *out = r;
    return TRI_OK;
}

void tri_reader_set_mode(tri_reader *r, enum tri_reader_mode mode)
{
    if (mode != r->mode)
        r->begun = r->last_is_key;
    r->mode = mode;
}

/** The head word of the oldest intact frame after frame `after`, no newer than `latest`. */
static uint64_t oldest_after(const struct tri_reader *r, uint64_t after, uint64_t latest)
{
    uint64_t best = latest;
    for (uint32_t i = 0; i < tri_segment_open_slots(&r->mapping->segment); i++) {
        const uint64_t stamp = tri_entry_stamp(tri_segment_entry(&r->mapping->segment, i));
        const uint64_t number = tri_stamp_number(stamp);
        if (number > after && number < tri_head_number(best))
            best = tri_head(number, tri_stamp_parity(stamp), i);
    }
    return best;
}

/** Whether this reader needs a key frame: in mode `next`, before the first frame of this writer. */
static bool needs_key(const struct tri_reader *r)
{
    const struct tri_header *header = r->mapping->segment.header;
    return r->mode == TRI_MODE_NEXT &&
           (!r->begun ||
            r->seen_generation != atomic_load_explicit(&header->generation, memory_order_relaxed));
}

/** Whether a frame can be decoded only with earlier ones. The entry may be overwritten during the
 *  read: its number shows that. */
static bool is_delta(const struct tri_entry *entry)
{
    const struct tri_format *format = tri_format_find(entry->fourcc);
    return format && format->delta && !(entry->flags & TRI_FRAME_KEY);
}

/** Returns the head word of this writer's newest key frame that is still in its slot, 0 if there is
 *  none. A reader that has counted frames does not go back. */
static uint64_t newest_key(const struct tri_reader *r, uint64_t latest)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const uint64_t generation = tri_segment_entry(segment, tri_head_slot(latest))->generation;
    const uint64_t after = r->fresh ? 0 : r->last;
    uint64_t best = 0;
    for (uint32_t i = 0; i < tri_segment_open_slots(segment); i++) {
        const struct tri_entry *entry = tri_segment_entry(segment, i);
        const uint64_t stamp = tri_entry_stamp(entry);
        const uint64_t number = tri_stamp_number(stamp);
        if (number > after && number > tri_head_number(best) && number <= tri_head_number(latest) &&
            !is_delta(entry) && entry->generation == generation && tri_entry_still(entry, number))
            best = tri_head(number, tri_stamp_parity(stamp), i);
    }
    return best;
}

/** Adds what the driver and the writer lost between the last frame and this one. */
static void follow_drops(struct tri_reader *r, const struct tri_frame_info *info)
{
    if (r->fresh) { // joined in mid-stream: earlier losses do not count
        r->base_driver = info->dropped_driver - r->dropped_driver;
        r->base_writer = info->dropped_writer - r->dropped_writer;
    }
    r->dropped_driver = info->dropped_driver - r->base_driver;
    r->dropped_writer = info->dropped_writer - r->base_writer;
}

/** Maps the pages of a slot's frame once, before they are used. Not in another user's segment:
 *  mapping a page allocates it, and gigabytes may never have been touched. */
static void populate(struct tri_mapping *mapping, uint32_t slot, uint64_t bytes)
{
    if (mapping->populated >> slot & 1)
        return;
    mapping->populated |= 1ull << slot;
    if (mapping->segment.owner == geteuid())
        tri_segment_populate(&mapping->segment, tri_segment_slot_at(&mapping->segment, slot), bytes,
                             false);
}

/** Hands over frame `head` if it is still in its slot. */
static enum tri_err take(struct tri_reader *r, uint64_t head, struct tri_frame *frame)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const uint32_t slot = tri_head_slot(head);
    const uint64_t number = tri_head_number(head);
    if (slot >= segment->geometry.slots_max)
        return TRI_ERR_CORRUPT;

    const bool refused_before = !r->can_lock;
    enum tri_err err = tri_reader_lock_take(r, &frame->lease, head);
    if (err == TRI_ERR_BUSY &&
        atomic_load_explicit(&segment->header->latest, memory_order_relaxed) != head)
        return err; // being overwritten. The newest frame is not: its lock was tampered with
    const bool locked = err == TRI_OK; // if not, for any reason: read, and check after use
    struct tri_lease lease = { .mapping = r->mapping,
                               .head = head,
                               .slot = slot,
                               .state = locked ? LEASE_LOCKED : LEASE_CHECKED };
    struct tri_lease old = frame->lease;
    err = tri_entry_read(tri_segment_entry(segment, slot), number, segment->geometry.slot_bytes,
                         &r->known, &frame->info, &frame->shape);
    if (err != TRI_OK) {
        if (locked)
            tri_semset_exchange(r->mapping->sem_id, tri_head_lock(head), TRI_NO_LOCK);
        return err;
    }

    populate(r->mapping, slot, frame->shape.bytes);
    tri_mapping_ref(r->mapping);
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        frame->data[p] = p < frame->shape.planes
                             ? tri_segment_slot(segment, slot) + frame->shape.plane[p].offset
                             : NULL;
    frame->user = tri_segment_entry(segment, slot)->user;
    frame->lease = lease;
    if (old.mapping && old.state == LEASE_LOCKED)
        tri_semset_exchange(old.mapping->sem_id, tri_head_lock(old.head), TRI_NO_LOCK);
    tri_mapping_unref(&old.mapping);

    if (!r->fresh)
        r->skipped += number - r->last - 1;
    if (r->seen_stream != r->stream_id || r->seen_generation != frame->info.generation) {
        r->restarts += r->frames > 0;
        if (refused_before)
            r->can_lock = r->wants_lock; // this writer may allow what the previous one did not
    }
    r->seen_stream = r->stream_id;
    r->seen_generation = frame->info.generation;
    follow_drops(r, &frame->info);
    frame->info.capture_ns = tri_segment_local_time(segment, frame->info.capture_ns);
    frame->info.publish_ns = tri_segment_local_time(segment, frame->info.publish_ns);
    tri_pacing_see(&r->pace, number, frame->info.publish_ns,
                   frame->info.dropped_driver + frame->info.dropped_writer);
    r->fresh = false;
    r->begun = true;
    r->last_is_key = frame->info.flags & TRI_FRAME_KEY;
    r->last = number;
    r->frames++;
    tri_reader_enter(r, READER_FRAME);
    return TRI_OK;
}

void tri_reader_rehearse(const tri_reader *r, uint64_t head)
{
    tri_reader copy = *r;
    copy.can_lock = false;
    copy.fd = NULL;
    struct tri_frame frame = { 0 };
    take(&copy, head, &frame);
    tri_mapping_unref(&frame.lease.mapping);
}

/** Begins at a key frame. @return TRI_ERR_TIMEOUT if there is none yet */
static enum tri_err take_key(struct tri_reader *r, struct tri_frame *frame, uint64_t latest)
{
    const uint64_t key = newest_key(r, latest);
    if (key && take(r, key, frame) == TRI_OK)
        return TRI_OK;
    if (!r->fresh)
        r->skipped += tri_head_number(latest) - r->last;
    r->last = tri_head_number(latest);
    return TRI_ERR_TIMEOUT;
}

/** Takes a frame if there is a new one. @return TRI_ERR_TIMEOUT if there is none; *head is `latest`. */
static enum tri_err try_take(struct tri_reader *r, struct tri_frame *frame, uint64_t *head)
{
    // Acquire: pairs with the release in tri_writer_publish().
    *head = atomic_load_explicit(&r->mapping->segment.header->latest, memory_order_acquire);
    if (tri_head_number(*head) <= r->last || tri_head_slot(*head) == TRI_HEAD_NO_SLOT)
        return TRI_ERR_TIMEOUT;
    if (tri_head_slot(*head) >= r->mapping->segment.geometry.slots_max)
        return TRI_ERR_CORRUPT;
    if (needs_key(r) && is_delta(tri_segment_entry(&r->mapping->segment, tri_head_slot(*head))))
        return take_key(r, frame, *head);
    uint64_t wanted;
    uint64_t after = r->last;
    enum tri_err err = TRI_ERR_TORN;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX && (err == TRI_ERR_BUSY || err == TRI_ERR_TORN); i++) {
        wanted = r->mode == TRI_MODE_NEXT ? oldest_after(r, after, *head) : *head;
        err = take(r, wanted, frame);
        if (wanted == *head)
            break;
        after = tri_head_number(wanted); // if the writer has just taken its slot, it is lost
    }
    return err;
}

/** Tries once, and again if the writer has just taken the slot: then there is a newer frame. */
static enum tri_err retry_take(struct tri_reader *r, struct tri_frame *frame, uint64_t *head)
{
    enum tri_err err = TRI_ERR_BUSY;
    for (int i = 0; i < TRIES_MAX && (err == TRI_ERR_BUSY || err == TRI_ERR_TORN); i++)
        err = try_take(r, frame, head);
    if (err == TRI_ERR_CORRUPT) {
        tri_reader_refuse(r, err);
        r->last = tri_head_number(*head); // skip it: the next may be better
    }
    return err;
}

/** Whether a call that does not wait has to leave its segment, or to check for the writer in the
 *  kernel. */
static bool must_check(struct tri_reader *r, int64_t now)
{
    const bool ended = r->mapping && atomic_load_explicit(&r->mapping->segment.header->state,
                                                          memory_order_relaxed) != 0;
    const bool due =
        ended || r->must_check || (r->checked_ns && now - r->checked_ns > WRITER_CHECK_NS);
    if (due || r->checked_ns == 0)
        r->checked_ns = now;
    r->must_check = false;
    return due && r->mapping;
}

/** The longest sleep at this point. */
static int64_t longest_sleep(const struct tri_reader *r, uint64_t head)
{
    if (r->mapping) // gates repeat, the semaphore of an absent writer does not
        return r->phase == READER_ORPHANED || tri_reader_is_idle(r, head) ? TRI_SLEEP_IDLE_NS
                                                                          : TRI_SLEEP_NS;
    if (!r->bell.page)
        return NO_BELL_LOOKUP_NS;
    // A writer that dies while its stream moves to another segment rings no doorbell.
    return r->phase == READER_MOVING ? TRI_LOOKUP_NS : TRI_SLEEP_IDLE_NS;
}

/** tri_reader_acquire(), except for the acquired frame when there is no other. */
static enum tri_err next_frame(struct tri_reader *r, struct tri_frame *frame, int timeout_ms)
{
    int64_t deadline =
        timeout_ms < 0 ? INT64_MAX : 0; // the clock is read only when there is a wait
    bool checked = false;
    for (;;) {
        uint64_t head = 0;
        enum tri_err refused = TRI_OK;
        if (!r->mapping) {
            const enum tri_err before = r->refused;
            tri_doorbell_arm(&r->bell);
            refused = tri_reader_attach(r);
            if (refused != TRI_OK && refused != TRI_ERR_NO_STREAM && refused != before)
                return refused; // an error: returned at once
        }
        if (r->mapping) {
            const enum tri_err err = retry_take(r, frame, &head);
            if (err == TRI_OK || err == TRI_ERR_CORRUPT)
                return err;
            if (timeout_ms != 0 && tri_reader_is_fast(r)) {
                tri_reader_prelock(r, &frame->lease, head);
                if (tri_wait_polling(r, head))
                    continue;
            }
        }

        const int64_t now = tri_now_ns();
        if (deadline == 0)
            deadline = now + (int64_t)timeout_ms * 1000000;
        if (now >= deadline && (checked || !must_check(r, now)))
            return refused == TRI_OK || refused == TRI_ERR_NO_STREAM ? TRI_ERR_TIMEOUT : refused;
        r->must_check = false;
        if (now >= deadline) {
            checked = true;
            const enum tri_err err = tri_reader_await(r, head, 0);
            if (err != TRI_OK)
                return err;
            continue;
        }
        if (tri_sleep_take_interrupt(&r->sleep))
            return TRI_ERR_INTERRUPTED;
        if (!r->mapping && tri_doorbell_open(&r->bell, r->key))
            continue; // a stream that came earlier does not ring it
        int64_t ns = longest_sleep(r, head);
        if (ns > deadline - now)
            ns = deadline - now;

        enum tri_err err;
        if (r->mapping) {
            tri_reader_prelock(r, &frame->lease, head);
            err = tri_reader_await(r, head, ns);
        } else {
            err = tri_doorbell_wait(&r->bell, &r->sleep, ns);
        }
        if (err == TRI_ERR_INTERRUPTED)
            tri_sleep_take_interrupt(&r->sleep);
        if (err != TRI_OK)
            return err;
    }
}

enum tri_err tri_reader_acquire(tri_reader *r, struct tri_frame *frame, int timeout_ms)
{
    if (tri_forked_since(r->fork_depth))
        return TRI_ERR_FORKED;
    if (r->fd)
        tri_reader_fd_begin(r);
    enum tri_err err = next_frame(r, frame, timeout_ms);
    uint64_t head;
    if (err != TRI_OK && !tri_reader_lock_back(r, &frame->lease) && r->mapping &&
        retry_take(r, frame, &head) == TRI_OK)
        err = TRI_OK;
    if (r->fd)
        tri_reader_fd_end(r);
    return err;
}

void tri_reader_interrupt(tri_reader *r)
{
    tri_sleep_interrupt(&r->sleep);
}

bool tri_reader_is_intact(tri_reader *r, const struct tri_frame *frame)
{
    const struct tri_mapping *mapping = frame->lease.mapping;
    if (!mapping)
        return false;
    const bool whole = tri_entry_still(tri_segment_entry(&mapping->segment, frame->lease.slot),
                                       tri_head_number(frame->lease.head));
    if (!whole && r)
        atomic_fetch_add_explicit(&r->torn, 1, memory_order_relaxed);
    return whole;
}

bool tri_frame_is_locked(const struct tri_frame *frame)
{
    return frame->lease.mapping && frame->lease.state == LEASE_LOCKED;
}

int tri_frame_get_shm(const struct tri_frame *frame, size_t *offset)
{
    const struct tri_mapping *mapping = frame->lease.mapping;
    if (!mapping)
        return -1;
    *offset = (size_t)(frame->data[0] - (const uint8_t *)mapping->segment.header);
    return mapping->segment.shm_id;
}

void tri_reader_release(tri_reader *r, struct tri_frame *frame)
{
    (void)r;
    struct tri_mapping *mapping = frame->lease.mapping;
    if (!mapping)
        return;
    if (frame->lease.state == LEASE_LOCKED && !tri_mapping_is_inherited(mapping))
        tri_semset_exchange(mapping->sem_id, tri_head_lock(frame->lease.head), TRI_NO_LOCK);
    tri_mapping_unref(&mapping);
    memset(frame, 0, sizeof(*frame));
}

enum tri_err tri_reader_copy(tri_reader *r, struct tri_frame *frame, void *buffer, size_t bytes,
                             int timeout_ms)
{
    tri_reader_release(r, frame);
    const int64_t start = tri_now_ns();
    for (int tries = 0;; tries++) {
        int64_t left = timeout_ms;
        if (timeout_ms > 0) {
            left -= (tri_now_ns() - start) / 1000000;
            left = left > 0 ? left : 0;
        }
        if (left == 0 && tries >= COPIES_MAX)
            return TRI_ERR_TIMEOUT;
        const enum tri_err err = tri_reader_acquire(r, frame, (int)left);
        if (err != TRI_OK)
            return err;
        const uint64_t need = tri_copy_frame_bytes(frame);
        if (need > bytes) {
            tri_reader_release(r, frame);
            frame->shape.bytes = need;
            return TRI_ERR_TOO_SMALL;
        }

        struct tri_frame copy;
        tri_copy_frame(&copy, buffer, frame);
        const bool whole = tri_reader_is_intact(r, frame);
        tri_reader_release(r, frame);
        if (whole) {
            *frame = copy;
            return TRI_OK;
        }
    }
}

void tri_reader_get_stats(const tri_reader *r, struct tri_reader_stats *counts)
{
    *counts = (struct tri_reader_stats){
        .frames = r->frames,
        .skipped = r->skipped,
        .torn = atomic_load_explicit(&r->torn, memory_order_relaxed),
        .dropped_driver = r->dropped_driver,
        .dropped_writer = r->dropped_writer,
        .restarts = r->restarts,
        .state = tri_reader_state_of(r),
        .slots = r->mapping ? r->mapping->segment.geometry.slots : 0,
        .slots_open = r->mapping ? tri_segment_open_slots(&r->mapping->segment) : 0,
        .slots_max = r->mapping ? r->mapping->segment.geometry.slots_max : 0,
        .can_lock = r->can_lock,
    };
}

void tri_reader_close(tri_reader **reader)
{
    tri_reader *r = *reader;
    *reader = NULL;
    if (!r)
        return;
    const int saved = errno;
    if (r->fd)
        tri_reader_fd_close(r);
    if (r->mapping && !tri_forked_since(r->fork_depth))
        tri_reader_lock_drop(r);
    tri_mapping_unref(&r->mapping);
    tri_doorbell_close(&r->bell);
    free(r);
    errno = saved;
}
