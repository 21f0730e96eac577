/* SPDX-License-Identifier: MIT */
/**
 * Layout of the segment, the same in every process and at every address: offsets, never pointers;
 * fixed widths, no bool, enum, size_t or long. A change of a field's place raises TRI_LAYOUT_VERSION;
 * `magic`, `version` and `name` never move, so that a program of any version can name the stream and
 * its version.
 *
 *   header | slot entries | padding to a page | slot 0 | slot 1 | ... | guard page
 *
 * The guard page at the end is never written: vector code may read a few bytes past a picture.
 */
#ifndef TRI_LAYOUT_H
#define TRI_LAYOUT_H

#include <triptych/frame.h>
#include <triptych/writer.h>

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>

#define TRI_MAGIC          0x50495254u // "TRIP" in memory order
#define TRI_LAYOUT_VERSION 4u
#define TRI_PAGE           4096u // alignment of slots, as V4L2 requires for USERPTR; part of the format

/** Bits of tri_header.state. */
#define TRI_SEGMENT_REPLACED 1u // a larger one has the same key
#define TRI_SEGMENT_CLOSED   2u // the writer ended cleanly

struct tri_header {
    // Line 0: set once, before magic.
    _Atomic uint32_t magic; // stored last, with release
    uint32_t version;
    uint32_t slots;       // open from the start
    uint32_t entry_bytes; // from one slot entry to the next
    uint64_t entries_at;  // offset of the first slot entry
    uint64_t slots_at;    // offset of the first slot, a multiple of TRI_PAGE
    uint64_t slot_bytes;  // from one slot to the next, a multiple of TRI_PAGE
    uint64_t stream_id;   // one for each numbering of frames; survives takeover and replacement
    int64_t created_ns;   // CLOCK_REALTIME
    _Atomic uint32_t
        device_access;  // 1: a device may write into slots, also after its writer's death
    uint32_t slots_max; // entries and address space; memory only for the open ones

    // Line 1: the writer's, for every frame.
    _Alignas(64) _Atomic uint64_t latest; // head word of the newest frame; number 0: no frame yet
    _Atomic uint32_t state;               // TRI_SEGMENT_*
    _Atomic uint32_t writer_pid;          // in the writer's PID namespace: for people only
    _Atomic uint64_t generation;          // counts the writers that used this numbering
    _Atomic uint64_t dropped_driver;
    _Atomic uint64_t dropped_writer;
    _Atomic uint64_t next;       // head word planned for the next frame; 0: no plan
    _Atomic uint32_t slots_open; // stored with release: 1 to `slots_max`
    uint32_t reserved;
    _Atomic int64_t clock_offset_ns; // of the writer's time namespace: its clock minus the host's

    // Line 2: text, NUL-terminated.
    _Alignas(64) char name[TRI_NAME_MAX + 1];
    char source[TRI_SOURCE_MAX + 1];
};

struct tri_entry_plane {
    uint64_t offset; // from the start of the slot
    uint64_t bytes;
    uint32_t stride;
    uint32_t rows; // 0: compressed or opaque bytes; used where the format is unknown
};

/** Description of the frame in one slot. Guarded by `stamp`: number 0 while the rest or the
 *  pixels are being written. */
struct tri_entry {
    _Atomic uint64_t stamp; // number and lock parity
    uint64_t driver_sequence;
    int64_t capture_ns;
    int64_t publish_ns;
    uint64_t dropped_driver;
    uint64_t dropped_writer;
    uint64_t generation;
    uint64_t bytes_used;
    uint64_t checksum;
    uint32_t copies;
    uint32_t flags;
    uint32_t user_bytes;
    uint32_t planes;
    uint32_t fourcc;
    uint32_t width;
    uint32_t height;
    uint32_t fps_num;
    uint32_t fps_den;
    uint32_t colorspace;
    uint32_t transfer;
    uint32_t matrix;
    uint32_t range;
    uint32_t field;
    uint32_t rotation;
    uint32_t aspect_num;
    uint32_t aspect_den;
    uint32_t siting;
    uint32_t bits;
    uint32_t reserved;
    struct tri_entry_plane plane[TRI_PLANES_MAX];
    _Alignas(64) uint8_t user[TRI_USER_MAX];
};

#define TRI_AT(type, field, at) \
    static_assert(offsetof(struct type, field) == (at), #field " moved: raise the version")
TRI_AT(tri_header, magic, 0);
TRI_AT(tri_header, version, 4);
TRI_AT(tri_header, slots, 8);
TRI_AT(tri_header, entry_bytes, 12);
TRI_AT(tri_header, entries_at, 16);
TRI_AT(tri_header, slots_at, 24);
TRI_AT(tri_header, slot_bytes, 32);
TRI_AT(tri_header, stream_id, 40);
TRI_AT(tri_header, created_ns, 48);
TRI_AT(tri_header, device_access, 56);
TRI_AT(tri_header, slots_max, 60);
TRI_AT(tri_header, latest, 64);
TRI_AT(tri_header, state, 72);
TRI_AT(tri_header, writer_pid, 76);
TRI_AT(tri_header, generation, 80);
TRI_AT(tri_header, dropped_driver, 88);
TRI_AT(tri_header, dropped_writer, 96);
TRI_AT(tri_header, next, 104);
TRI_AT(tri_header, slots_open, 112);
TRI_AT(tri_header, clock_offset_ns, 120);
TRI_AT(tri_header, name, 128);
TRI_AT(tri_header, source, 160);
TRI_AT(tri_entry, driver_sequence, 8);
TRI_AT(tri_entry, capture_ns, 16);
TRI_AT(tri_entry, publish_ns, 24);
TRI_AT(tri_entry, bytes_used, 56);
TRI_AT(tri_entry, checksum, 64);
TRI_AT(tri_entry, copies, 72);
TRI_AT(tri_entry, planes, 84);
TRI_AT(tri_entry, fourcc, 88);
TRI_AT(tri_entry, rotation, 128);
TRI_AT(tri_entry, bits, 144);
TRI_AT(tri_entry, plane, 152);
TRI_AT(tri_entry, user, 256);
#undef TRI_AT
static_assert(sizeof(struct tri_header) == 320, "header size is part of the format");
static_assert(sizeof(struct tri_entry) == 1280, "entry size is part of the format");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a hidden lock would live in one process only");
static_assert(ATOMIC_INT_LOCK_FREE == 2, "a hidden lock would live in one process only");

/**
 * A slot has two locks, which its frames use in turn, so that a reader can lock the next frame while
 * the writer has the lock of the slot's last one. A frame's lock parity selects its lock. Number and
 * parity are one word, the stamp, and change in one store.
 */
static inline uint64_t tri_stamp(uint64_t number, uint32_t parity)
{
    return number << 1 | parity;
}

static inline uint64_t tri_stamp_number(uint64_t stamp)
{
    return stamp >> 1;
}

static inline uint32_t tri_stamp_parity(uint64_t stamp)
{
    return (uint32_t)(stamp & 1);
}

/** A head word's slot: the numbering continues, but that frame lay in an earlier segment. */
#define TRI_HEAD_NO_SLOT 0x7fu

/** The head word, of `latest` and `next`: number, lock parity and slot change in one store. 2^56 frames
 *  last 38,000 years. */
static inline uint64_t tri_head(uint64_t number, uint32_t parity, uint32_t slot)
{
    return number << 8 | parity << 7 | slot;
}

static inline uint64_t tri_head_number(uint64_t head)
{
    return head >> 8;
}

static inline uint32_t tri_head_parity(uint64_t head)
{
    return (uint32_t)(head >> 7 & 1);
}

static inline uint32_t tri_head_slot(uint64_t head)
{
    return (uint32_t)(head & 0x7f);
}

/** The lock of a slot and a parity, 0 to TRI_LOCKS - 1. */
#define TRI_LOCKS (2 * TRI_SLOTS_MAX)

static inline uint32_t tri_lock(uint32_t slot, uint32_t parity)
{
    return parity * TRI_SLOTS_MAX + slot;
}

static inline uint32_t tri_head_lock(uint64_t head)
{
    return tri_lock(tri_head_slot(head), tri_head_parity(head));
}

static_assert(TRI_SLOTS_MAX < TRI_HEAD_NO_SLOT, "a slot index fits the low bits of `latest`");

#endif
