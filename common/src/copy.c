/* SPDX-License-Identifier: MIT */
#include "copy_limit.h"

#include <triptych/copy.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define L2_USUAL (1u << 20) // if the system does not report it
#define LINE     64
#define PAGE     4096
#define PAGES    4  // written side by side, in open rows of memory: a third faster than one
#define L2_SHARE 3  // times a core's own cache: from there on, measured copy and read together
#define L3_SHARE 16 // of a cache that other cores, and in a virtual machine other guests, use too

size_t tri_copy_cached_max(void)
{
    static _Atomic size_t
        known; // the query costs microseconds; concurrent queries get the same answer
    size_t most = atomic_load_explicit(&known, memory_order_relaxed);
    if (most > 0)
        return most;

    long l2 = 0;
    long l3 = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE // glibc's
    l2 = sysconf(_SC_LEVEL2_CACHE_SIZE);
    l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
#endif
    most = (l2 > 0 ? (size_t)l2 : L2_USUAL) * L2_SHARE;
    if (l3 > 0 && (size_t)l3 / L3_SHARE > most)
        most = (size_t)l3 / L3_SHARE;
    atomic_store_explicit(&known, most, memory_order_relaxed);
    return most;
}

#ifdef __SSE2__

static inline void stream_line(uint8_t *to, const uint8_t *from)
{
    __m128i part[LINE / sizeof(__m128i)];
    memcpy(part, from, LINE); // any alignment
    for (size_t i = 0; i < LINE / sizeof(__m128i); i++)
        _mm_stream_si128((__m128i *)(void *)(to + i * sizeof(__m128i)), part[i]);
}

/** Without the fence that orders its stores: the caller adds one for all copies. */
static void stream(uint8_t *to, const uint8_t *from, size_t bytes)
{
    size_t head = (LINE - (uintptr_t)to % LINE) % LINE;
    if (head > bytes)
        head = bytes;
    memcpy(to, from, head);
    to += head;
    from += head;
    bytes -= head;

    for (; bytes >= (size_t)PAGES * PAGE; bytes -= (size_t)PAGES * PAGE) {
        for (size_t at = 0; at < PAGE; at += LINE) {
            for (size_t p = 0; p < PAGES; p++)
                stream_line(to + p * PAGE + at, from + p * PAGE + at);
        }
        to += (size_t)PAGES * PAGE;
        from += (size_t)PAGES * PAGE;
    }
    for (; bytes >= LINE; bytes -= LINE) {
        stream_line(to, from);
        to += LINE;
        from += LINE;
    }
    memcpy(to, from, bytes);
}

static void stream_end(void)
{
    _mm_sfence(); // non-temporal stores need this fence: a release store does not order them
}

#else

static void stream(uint8_t *to, const uint8_t *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

static void stream_end(void)
{
}

#endif

void tri_copy(void *to, const void *from, size_t bytes)
{
    tri_copy_rows(to, bytes, from, bytes, bytes, 1);
}

void tri_copy_rows(void *to, size_t to_stride, const void *from, size_t from_stride,
                   size_t row_bytes, size_t rows)
{
    if (to_stride == row_bytes && from_stride == row_bytes) {
        row_bytes *= rows;
        rows = rows > 0;
    }
    const bool past_cache = rows > 0 && row_bytes > tri_copy_cached_max() / rows;
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t y = 0; y < rows; y++, out += to_stride, in += from_stride) {
        if (past_cache)
            stream(out, in, row_bytes);
        else
            memcpy(out, in, row_bytes);
    }
    if (past_cache)
        stream_end();
}

uint64_t tri_copy_frame_bytes(const struct tri_frame *frame)
{
    return frame->shape.bytes + frame->info.user_bytes;
}

void tri_copy_frame(struct tri_frame *copy, void *buffer, const struct tri_frame *frame)
{
    *copy = *frame;
    copy->lease = (struct tri_lease){ 0 };
    for (uint32_t p = 0; p < frame->shape.planes; p++) {
        const struct tri_plane *plane = &frame->shape.plane[p];
        uint8_t *to = (uint8_t *)buffer + plane->offset;
        tri_copy(to, frame->data[p], (size_t)(plane->rows ? plane->bytes : frame->info.bytes_used));
        copy->data[p] = to;
    }
    uint8_t *user = (uint8_t *)buffer + frame->shape.bytes;
    if (frame->info.user_bytes > 0)
        memcpy(user, frame->user, frame->info.user_bytes);
    copy->user = user;
}
