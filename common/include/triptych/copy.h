/* SPDX-License-Identifier: MIT */
/** Copying frames where a copy is needed. */
#ifndef TRIPTYCH_COPY_H
#define TRIPTYCH_COPY_H

#include <triptych/api.h>
#include <triptych/frame.h>

#include <stddef.h>

TRI_BEGIN

/**
 * Copies `bytes` bytes as memcpy(3) does. Copies larger than this machine's caches use
 * non-temporal stores, which leave the cache to other data; smaller copies go through the cache, where
 * the next reader finds them. In both cases a thread that sees a later store of the caller also
 * sees the copy: it may be published at once.
 *
 * Threads: any. The two areas must not overlap. Cost: no system call.
 */
TRI_API void tri_copy(void *to, const void *from, size_t bytes);

/** Copies `rows` rows of `row_bytes` bytes each and leaves the bytes between rows as they are. Strides
 *  are in bytes, at least `row_bytes`. Equal to tri_copy() where both strides are `row_bytes`.
 *  Threads, overlap and cost: as tri_copy(). */
TRI_API void tri_copy_rows(void *to, size_t to_stride, const void *from, size_t from_stride,
                           size_t row_bytes, size_t rows);

/** Returns the size in bytes of the buffer that tri_copy_frame() needs for `frame`. Threads: any. Cost:
 *  no system call. */
TRI_API uint64_t tri_copy_frame_bytes(const struct tri_frame *frame);

/**
 * Copies the planes of a frame into `buffer`, laid out as in the slot, and the user data behind them.
 * If the frame is not locked (tri_frame_is_locked()), check tri_reader_is_intact() afterwards.
 *
 * @param copy    set to describe the frame in `buffer`; must not be released
 * @param buffer  at least tri_copy_frame_bytes() bytes
 *
 * Ownership: both stay the caller's; `copy` is valid as long as `buffer`.
 * Threads:   any.
 * Cost:      one copy of the frame, as tri_copy(); no system call.
 */
TRI_API void tri_copy_frame(struct tri_frame *copy, void *buffer, const struct tri_frame *frame);

TRI_END

#endif
