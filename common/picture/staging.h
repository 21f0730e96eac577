/* SPDX-License-Identifier: MIT */
/** Private memory with a margin after its end. The vector code of libswscale reads and writes a few
 *  pixels past each row: harmless inside an image, a fault at the end of a segment. */
#ifndef PICTURE_STAGING_H
#define PICTURE_STAGING_H

#include "scratch.h"

#include <triptych/triptych.h>

/** Zeroed to begin with. */
struct staging {
    struct scratch memory;
};

void staging_free(struct staging *staging);

/** Points `to` at the planes of `data`, or at copies of planes too close to the end of the memory.
 *  @return TRI_OK; TRI_ERR_NO_RESOURCES, out of memory */
enum tri_err staging_source(struct staging *staging, const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX],
                            const uint8_t *to[TRI_PLANES_MAX]);

/** Points `to` at memory for an image of that shape. @return TRI_OK; TRI_ERR_NO_RESOURCES, out of
 *  memory */
enum tri_err staging_target(struct staging *staging, const struct tri_shape *shape,
                            uint8_t *to[TRI_PLANES_MAX]);

/** Copies the rows of all planes, without padding. */
void staging_copy(const struct tri_shape *shape, const uint8_t *const from[TRI_PLANES_MAX],
                  const uint32_t from_stride[TRI_PLANES_MAX], uint8_t *const to[TRI_PLANES_MAX],
                  const uint32_t to_stride[TRI_PLANES_MAX]);

#endif
