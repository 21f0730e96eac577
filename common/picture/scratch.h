/* SPDX-License-Identifier: MIT */
/** Private memory that grows with the largest picture it held and is reused from frame to frame. */
#ifndef PICTURE_SCRATCH_H
#define PICTURE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define SCRATCH_ALIGN 64 // bytes: a cache line, and the widest vector

/** Zeroed is empty. */
struct scratch {
    uint8_t *data; // aligned to SCRATCH_ALIGN
    size_t bytes;
};

/** Frees the memory; `scratch` is empty again. */
static inline void scratch_finish(struct scratch *scratch)
{
    free(scratch->data);
    *scratch = (struct scratch){ .data = NULL };
}

/** Provides at least `bytes`, above 0; growing discards the contents. @return false when out of memory;
 *  `scratch` is empty then. */
static inline bool scratch_reserve(struct scratch *scratch, size_t bytes)
{
    if (scratch->bytes >= bytes)
        return true;
    scratch_finish(scratch);
    if (bytes > SIZE_MAX - SCRATCH_ALIGN)
        return false;
    const size_t rounded = (bytes + SCRATCH_ALIGN - 1) / SCRATCH_ALIGN * SCRATCH_ALIGN;
    scratch->data = aligned_alloc(SCRATCH_ALIGN, rounded);
    scratch->bytes = scratch->data ? rounded : 0;
    return scratch->data != NULL;
}

#endif
