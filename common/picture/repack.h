/* SPDX-License-Identifier: MIT */
/** YUV in another arrangement, by libyuv: the same samples, or means of two rows of chroma. */
#ifndef PICTURE_REPACK_H
#define PICTURE_REPACK_H

#include <triptych/triptych.h>

/** Whether repack() converts `from` to `to`, both TRI_FOURCC_*. */
bool repack_can(uint32_t from, uint32_t to);

/** Converts a frame of `video` to the format `fourcc` of the same size. Reads and writes nothing beyond
 *  the rows. @return false, and nothing is written: not one of repack_can() */
bool repack(const struct tri_video *video, const struct tri_shape *shape,
            const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
            uint8_t *const to[TRI_PLANES_MAX], const uint32_t stride[TRI_PLANES_MAX]);

#endif
