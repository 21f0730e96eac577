/* SPDX-License-Identifier: MIT */
#include "staging.h"

#include <triptych/copy.h>

#include <string.h>

enum { REACH = 256 }; // bytes; libswscale stays within 2 x 16 pixels of 8 bytes

static enum tri_err grow(struct staging *staging, size_t bytes)
{
    struct scratch *memory = &staging->memory;
    if (memory->bytes >= bytes)
        return TRI_OK;
    if (!scratch_reserve(memory, bytes))
        return TRI_ERR_NO_RESOURCES;
    memset(memory->data, 0,
           memory->bytes); // libswscale reads past rows, without effect on the result
    return TRI_OK;
}

void staging_free(struct staging *staging)
{
    scratch_finish(&staging->memory);
}

enum tri_err staging_source(struct staging *staging, const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX],
                            const uint8_t *to[TRI_PLANES_MAX])
{
    uintptr_t end = 0;
    for (uint32_t p = 0; p < shape->planes; p++) {
        to[p] = data[p];
        const uintptr_t plane_end = (uintptr_t)data[p] + (uintptr_t)shape->plane[p].bytes;
        end = plane_end > end ? plane_end : end;
    }

    size_t need = 0;
    for (uint32_t p = 0; p < shape->planes; p++)
        need += (size_t)shape->plane[p].bytes + REACH + 64;
    size_t at = 0;
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        if (end - ((uintptr_t)data[p] + plane->bytes) >= REACH)
            continue;
        const enum tri_err err = grow(staging, need);
        if (err != TRI_OK)
            return err;
        const size_t used = (size_t)plane->stride * (plane->rows - 1) + plane->row_bytes;
        tri_copy(staging->memory.data + at, data[p], used);
        to[p] = staging->memory.data + at;
        at += ((size_t)plane->bytes + REACH + 63) / 64 * 64;
    }
    return TRI_OK;
}

enum tri_err staging_target(struct staging *staging, const struct tri_shape *shape,
                            uint8_t *to[TRI_PLANES_MAX])
{
    const enum tri_err err = grow(staging, (size_t)shape->bytes + REACH);
    for (uint32_t p = 0; p < shape->planes; p++)
        to[p] = err == TRI_OK ? staging->memory.data + shape->plane[p].offset : NULL;
    return err;
}

void staging_copy(const struct tri_shape *shape, const uint8_t *const from[TRI_PLANES_MAX],
                  const uint32_t from_stride[TRI_PLANES_MAX], uint8_t *const to[TRI_PLANES_MAX],
                  const uint32_t to_stride[TRI_PLANES_MAX])
{
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        tri_copy_rows(to[p], to_stride[p], from[p], from_stride[p], plane->row_bytes, plane->rows);
    }
}
