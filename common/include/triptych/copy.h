/* SPDX-License-Identifier: MIT */
/** Copies of pictures, for where one must be made: as fast as this machine allows. */
#ifndef TRIPTYCH_COPY_H
#define TRIPTYCH_COPY_H

#include <triptych/api.h>
#include <triptych/frame.h>

#include <stddef.h>

TRI_BEGIN

/**
 * Copies `bytes` bytes as memcpy(3) does. A copy larger than tri_copy_cached_max() goes past the
 * cache, which it would only flush; a smaller one stays in it for whoever reads it next. All of it is
 * visible to whoever sees a later store of this thread, in either case: it may be published at once.
 *
 * Threads: any. The two places must not overlap.
 */
TRI_API void tri_copy(void *to, const void *from, size_t bytes);

/** Copies `rows` rows of `row_bytes` bytes; what lies between the rows is left alone. Strides are in
 *  bytes and at least row_bytes. Otherwise as tri_copy(), which it is when no bytes lie between. */
TRI_API void tri_copy_rows(void *to, size_t to_stride, const void *from, size_t from_stride,
                           size_t row_bytes, size_t rows);

/** Copies the planes of a frame into `buffer`, which has frame->shape.bytes bytes, laid out as in the
 *  slot. *copy is the same frame, there, and on loan from nobody. Of a frame that is not held ask
 *  tri_reader_is_intact() afterwards. */
TRI_API void tri_copy_frame(struct tri_frame *copy, void *buffer, const struct tri_frame *frame);

/** The most bytes that are copied through the cache, from this machine's cache sizes. */
TRI_API size_t tri_copy_cached_max(void);

TRI_END

#endif
