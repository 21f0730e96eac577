/* SPDX-License-Identifier: MIT */
/** Private memory with room after its end, for libswscale, whose vector code reads and writes a few
 *  pixels past a row: no harm within a picture, a fault at the end of a segment. */
#ifndef PICTURE_STAGING_H
#define PICTURE_STAGING_H

#include "scratch.h"

#include <triptych/triptych.h>

/** All zero to begin with. */
struct staging {
    struct scratch memory;
};

void staging_free(struct staging *staging);

/** Makes `to` equal to `data`, but for planes too near the picture's end to be read past it: those
 *  are copied and `to` points at the copy. @return TRI_ERR_NO_RESOURCES when out of memory. */
enum tri_err staging_source(struct staging *staging, const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX],
                            const uint8_t *to[TRI_PLANES_MAX]);

/** Points `to` at memory for a picture of that shape. @return TRI_ERR_NO_RESOURCES when out of
 *  memory. */
enum tri_err staging_target(struct staging *staging, const struct tri_shape *shape,
                            uint8_t *to[TRI_PLANES_MAX]);

/** Copies the rows of a whole picture, padding left out. */
void staging_copy(const struct tri_shape *shape, const uint8_t *const from[TRI_PLANES_MAX],
                  const uint32_t from_stride[TRI_PLANES_MAX], uint8_t *const to[TRI_PLANES_MAX],
                  const uint32_t to_stride[TRI_PLANES_MAX]);

#endif
