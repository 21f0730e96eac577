/* SPDX-License-Identifier: MIT */
#define XXH_INLINE_ALL // compiled in: no dependency at run time
#include <xxhash.h>

#include <triptych/frame.h>

uint64_t tri_frame_checksum(const struct tri_frame_info *info, const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX])
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        if (plane->rows == 0)
            XXH3_64bits_update(&state, data[p], (size_t)info->bytes_used);
        for (uint32_t row = 0; row < plane->rows; row++)
            XXH3_64bits_update(&state, data[p] + (size_t)row * plane->stride, plane->row_bytes);
    }
    return XXH3_64bits_digest(&state);
}
