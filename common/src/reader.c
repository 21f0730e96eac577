/* SPDX-License-Identifier: MIT */
#include "reader_private.h"

#include "entry.h"
#include "name.h"
#include "semset.h"

#include <triptych/copy.h>
#include <triptych/stream.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLEEP_MAX_NS  100000000 // bounds every sleep: a wake-up missed through gates that repeat
#define LOOK_EVERY_NS 10000000  // how often a stream that does not exist is looked for
#define COPIES_MAX    4         // torn ones in a row, once the time is up
#define LOOKS_MAX     64        // frames that slip away while being taken, before a wait
#define BUSY_MAX      8  // looks at a slot that its writer is just giving back, before a wait
#define BUSY_RELAXES  16 // between two of them: a refused semop delays the writer's own

enum { LEASE_CHECKED, LEASE_HELD }; // tri_lease.state

enum tri_err tri_reader_open(tri_reader **out, const struct tri_reader_options *options)
{
    *out = NULL;
    const char *name = options->name ? options->name : TRI_NAME_DEFAULT;
    if (!tri_name_valid(name)) {
        tri_log_say(options->log, TRI_LOG_ERROR, "reader",
                    "stream name \"%s\": a name is 1 to 31 of a-z 0-9 - _", name);
        return TRI_ERR_INVALID;
    }
    tri_reader *r = malloc(sizeof(*r));
    if (!r)
        return TRI_ERR_LIMIT;
    *r = (tri_reader){ .key = tri_name_key(name),
                       .mode = options->mode,
                       .wait = options->wait,
                       .may_hold = !(options->flags & TRI_READER_NO_HOLD),
                       .log = options->log,
                       .fresh = true };
    strcpy(r->name, name);
    *out = r;
    return TRI_OK;
}

void tri_reader_set_mode(tri_reader *r, enum tri_mode mode)
{
    r->mode = mode;
}

/** The slot of the oldest whole frame after frame `after`, no newer than `latest`. */
static uint64_t oldest_after(const struct tri_reader *r, uint64_t after, uint64_t latest)
{
    uint64_t best = latest;
    for (uint32_t i = 0; i < r->mapping->segment.geometry.slots; i++) {
        const uint64_t number = tri_entry_number(tri_segment_entry(&r->mapping->segment, i));
        if (number > after && number < tri_word_number(best))
            best = tri_word(number, i);
    }
    return best;
}

/** Locks the slot, giving an older hold back in the same call. @return whether it is locked. */
static enum tri_err hold(struct tri_reader *r, struct tri_lease *old, uint32_t slot)
{
    if (!r->may_hold || r->gone)
        return TRI_ERR_DENIED;
    const bool give = old->segment && old->state == LEASE_HELD &&
                      ((struct tri_mapping *)old->segment)->sem_id == r->mapping->sem_id;
    const enum tri_err err =
        tri_semset_hold(r->mapping->sem_id, give ? old->slot : TRI_NO_SLOT, slot);
    if (err == TRI_OK && give)
        old->state = LEASE_CHECKED; // nothing left to give back
    if (err == TRI_ERR_DENIED)
        r->may_hold = false; // read permission only: from now on check after use
    if (err == TRI_ERR_AWAY)
        r->gone = true;
    return err;
}

/** The caller keeps its old frame after all: locked again, unless the writer was quicker. */
static void hold_again(const struct tri_reader *r, struct tri_lease *old)
{
    if (tri_semset_hold(r->mapping->sem_id, TRI_NO_SLOT, old->slot) != TRI_OK)
        return;
    const struct tri_segment *segment = &((struct tri_mapping *)old->segment)->segment;
    if (tri_entry_still(tri_segment_entry(segment, old->slot), tri_word_number(old->word)))
        old->state = LEASE_HELD;
    else
        tri_semset_hold(r->mapping->sem_id, old->slot, TRI_NO_SLOT);
}

/** Adds what the driver and the writer lost between the last frame and this one. */
static void follow_drops(struct tri_reader *r, const struct tri_frame_info *info)
{
    if (r->fresh) { // joined in mid-stream: what was lost before is not ours to count
        r->base_driver = info->dropped_driver - r->dropped_driver;
        r->base_writer = info->dropped_writer - r->dropped_writer;
    }
    r->dropped_driver = info->dropped_driver - r->base_driver;
    r->dropped_writer = info->dropped_writer - r->base_writer;
}

/** Hands over frame `word`, if its slot still has it. */
static enum tri_err take(struct tri_reader *r, uint64_t word, struct tri_frame *frame)
{
    const struct tri_segment *segment = &r->mapping->segment;
    const uint32_t slot = tri_word_slot(word);
    const uint64_t number = tri_word_number(word);
    if (slot >= segment->geometry.slots)
        return TRI_ERR_CORRUPT;

    const uint32_t old_state = frame->lease.state;
    enum tri_err err = hold(r, &frame->lease, slot);
    if (err == TRI_ERR_BUSY)
        return err;
    const bool held = err == TRI_OK; // if not, for whatever reason: read, and check after use
    struct tri_lease lease = { .segment = r->mapping,
                               .word = word,
                               .slot = slot,
                               .state = held ? LEASE_HELD : LEASE_CHECKED };
    struct tri_lease old = frame->lease;
    err = tri_entry_read(tri_segment_entry(segment, slot), number, segment->geometry.slot_bytes,
                         &r->known, &frame->info, &frame->shape);
    if (err != TRI_OK) {
        if (held)
            tri_semset_hold(r->mapping->sem_id, slot, TRI_NO_SLOT);
        if (old.state != old_state)
            hold_again(r, &frame->lease);
        return err;
    }

    tri_mapping_ref(r->mapping);
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        frame->data[p] = p < frame->shape.planes
                             ? tri_segment_slot(segment, slot) + frame->shape.plane[p].offset
                             : NULL;
    frame->lease = lease;
    if (old.segment) {
        struct tri_mapping *mapping = old.segment;
        if (old.state == LEASE_HELD)
            tri_semset_hold(mapping->sem_id, old.slot, TRI_NO_SLOT);
        tri_mapping_unref(&mapping);
    }

    if (!r->fresh)
        r->skipped += number - r->last - 1;
    if (r->frames > 0 &&
        (r->seen_stream != r->stream_id || r->seen_generation != frame->info.generation))
        r->restarts++;
    r->seen_stream = r->stream_id;
    r->seen_generation = frame->info.generation;
    follow_drops(r, &frame->info);
    tri_pace_learn(&r->pace, number, frame->info.publish_ns);
    r->fresh = false;
    r->last = number;
    r->frames++;
    r->state = TRI_STATE_LIVE;
    return TRI_OK;
}

/** Takes a frame if there is a new one. @return TRI_ERR_TIMEOUT if there is none; *word is `latest`. */
static enum tri_err look(struct tri_reader *r, struct tri_frame *frame, uint64_t *word)
{
    // Acquire: pairs with the release in tri_writer_publish().
    *word = atomic_load_explicit(&r->mapping->segment.header->latest, memory_order_acquire);
    if (tri_word_number(*word) <= r->last || tri_word_slot(*word) == TRI_WORD_NO_SLOT)
        return TRI_ERR_TIMEOUT;
    uint64_t wanted;
    uint64_t after = r->last;
    enum tri_err err = TRI_ERR_TORN;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX && (err == TRI_ERR_BUSY || err == TRI_ERR_TORN); i++) {
        wanted = r->mode == TRI_MODE_NEXT ? oldest_after(r, after, *word) : *word;
        err = take(r, wanted, frame);
        if (wanted == *word)
            break;
        after = tri_word_number(wanted); // if the writer has just taken its slot, it is lost
    }
    return err;
}

/**
 * Looks once, and again where the writer has just taken the slot: then there is a newer frame. A reader
 * that does not sleep can also see a frame before its writer has come to give the slot back.
 */
static enum tri_err look_well(struct tri_reader *r, struct tri_frame *frame, uint64_t *word)
{
    enum tri_err err = TRI_ERR_TIMEOUT;
    int busy = 0;
    for (int i = 0; i < LOOKS_MAX && busy < BUSY_MAX; i++) {
        err = look(r, frame, word);
        if (err != TRI_ERR_BUSY && err != TRI_ERR_TORN)
            break;
        if (err == TRI_ERR_BUSY) {
            for (int k = 0; k < BUSY_RELAXES; k++)
                tri_relax();
            busy++;
        }
    }
    if (err == TRI_ERR_CORRUPT) {
        tri_reader_refuse(r, err);
        r->last = tri_word_number(*word); // pass it by: the next may be better
    }
    return err;
}

/** Sleeps until the writer has given back the slot of frame `word`, as it does in opening its gate. */
static enum tri_err wait_for_slot(struct tri_reader *r, uint64_t word, int64_t ns)
{
    const enum tri_err err = tri_semset_wait_frame(r->mapping->sem_id, tri_word_number(word), ns);
    if (err == TRI_ERR_AWAY)
        r->gone = true;
    return err == TRI_ERR_AWAY || err == TRI_ERR_TIMEOUT ? TRI_OK : err;
}

enum tri_err tri_reader_borrow(tri_reader *r, struct tri_frame *frame, int timeout_ms)
{
    int64_t deadline =
        timeout_ms < 0 ? INT64_MAX : 0; // the clock is read only when there is a wait
    uint64_t busy = 0;
    for (;;) {
        uint64_t word = 0;
        enum tri_err err = TRI_OK;
        if (!r->mapping) {
            const enum tri_err before = r->refused;
            err = tri_reader_attach(r);
            if (err != TRI_OK && err != TRI_ERR_NO_STREAM && err != before)
                return err; // news, and bad: at once
        }
        const enum tri_err refused = err;
        if (r->mapping) {
            err = look_well(r, frame, &word);
            if (err == TRI_OK || err == TRI_ERR_CORRUPT)
                return err;
        }

        const int64_t now = tri_now_ns();
        if (deadline == 0)
            deadline = now + (int64_t)timeout_ms * 1000000;
        if (now >= deadline)
            return refused == TRI_OK || refused == TRI_ERR_NO_STREAM ? TRI_ERR_TIMEOUT : refused;
        int64_t ns = r->mapping ? SLEEP_MAX_NS : LOOK_EVERY_NS;
        if (ns > deadline - now)
            ns = deadline - now;

        const struct timespec span = { .tv_nsec = ns };
        if (r->mapping && err == TRI_ERR_BUSY && word != busy) {
            busy = word; // once for each frame: then something else is wrong with the slot
            err = wait_for_slot(r, word, ns);
        } else if (r->mapping) {
            err = tri_reader_wait(r, word, ns);
        } else {
            err = nanosleep(&span, NULL) == 0 ? TRI_OK : TRI_ERR_INTERRUPTED;
        }
        if (err != TRI_OK)
            return err;
    }
}

bool tri_reader_whole(tri_reader *r, const struct tri_frame *frame)
{
    const struct tri_mapping *mapping = frame->lease.segment;
    if (!mapping)
        return false;
    const bool whole = tri_entry_still(tri_segment_entry(&mapping->segment, frame->lease.slot),
                                       tri_word_number(frame->lease.word));
    if (!whole)
        atomic_fetch_add_explicit(&r->torn, 1, memory_order_relaxed);
    return whole;
}

bool tri_frame_held(const struct tri_frame *frame)
{
    return frame->lease.segment && frame->lease.state == LEASE_HELD;
}

void tri_reader_give_back(tri_reader *r, struct tri_frame *frame)
{
    (void)r;
    struct tri_mapping *mapping = frame->lease.segment;
    if (!mapping)
        return;
    if (frame->lease.state == LEASE_HELD)
        tri_semset_hold(mapping->sem_id, frame->lease.slot, TRI_NO_SLOT);
    tri_mapping_unref(&mapping);
    memset(frame, 0, sizeof(*frame));
}

enum tri_err tri_reader_copy(tri_reader *r, struct tri_frame *frame, void *buffer, size_t bytes,
                             int timeout_ms)
{
    tri_reader_give_back(r, frame);
    const int64_t start = tri_now_ns();
    for (int tries = 0;; tries++) {
        int64_t left = timeout_ms;
        if (timeout_ms > 0) {
            left -= (tri_now_ns() - start) / 1000000;
            left = left > 0 ? left : 0;
        }
        if (left == 0 && tries >= COPIES_MAX)
            return TRI_ERR_TIMEOUT;
        const enum tri_err err = tri_reader_borrow(r, frame, (int)left);
        if (err != TRI_OK)
            return err;
        if (frame->shape.bytes > bytes) {
            const uint64_t need = frame->shape.bytes;
            tri_reader_give_back(r, frame);
            frame->shape.bytes = need;
            return TRI_ERR_TOO_SMALL;
        }

        struct tri_frame copy = *frame;
        for (uint32_t p = 0; p < frame->shape.planes; p++) {
            const struct tri_plane *plane = &frame->shape.plane[p];
            uint8_t *to = (uint8_t *)buffer + plane->offset;
            tri_copy(to, frame->data[p], plane->rows ? plane->bytes : frame->info.bytes_used);
            copy.data[p] = to;
        }
        copy.lease = (struct tri_lease){ 0 };
        const bool whole = tri_reader_whole(r, frame);
        tri_reader_give_back(r, frame);
        if (whole) {
            *frame = copy;
            return TRI_OK;
        }
    }
}

void tri_reader_count(const tri_reader *r, struct tri_reader_counts *counts)
{
    *counts = (struct tri_reader_counts){
        .frames = r->frames,
        .skipped = r->skipped,
        .torn = atomic_load_explicit(&r->torn, memory_order_relaxed),
        .dropped_driver = r->dropped_driver,
        .dropped_writer = r->dropped_writer,
        .restarts = r->restarts,
        .state = r->state,
        .slots = r->mapping ? r->mapping->segment.geometry.slots : 0,
        .holds = r->may_hold,
    };
}

void tri_reader_close(tri_reader **reader)
{
    tri_reader *r = *reader;
    *reader = NULL;
    if (!r)
        return;
    const int saved = errno;
    tri_mapping_unref(&r->mapping);
    free(r);
    errno = saved;
}
