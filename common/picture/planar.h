/* SPDX-License-Identifier: MIT */
/** YUV and grey pictures as one plane per component: the same samples, in bytes or in the low bits
 *  of 16-bit words. */
#ifndef PICTURE_PLANAR_H
#define PICTURE_PLANAR_H

#include <triptych/triptych.h>

/** Returns whether each component of the format has such a plane already. */
bool planar_is(const struct tri_format *format);

/** Computes the planes Y, U and V (or Y) of a picture, its rows aligned to `align` bytes. */
void planar_shape(const struct tri_format *format, uint32_t width, uint32_t height, uint32_t align,
                  struct tri_shape *shape);

/**
 * Splits `rows` rows of plane `plane`. Writes the planes of the components that lie in it, and
 * no other.
 *
 * @param to      planes Y, U and V: the first of these rows of each
 * @param stride  bytes from row to row of each
 * @param width   of the picture, in pixels
 */
void planar_split(const struct tri_format *format, unsigned plane, const uint8_t *from,
                  uint32_t from_stride, uint8_t *const to[3], const uint32_t stride[3],
                  uint32_t width, uint32_t rows);

/** Unpacks samples of rows that are packed as by MIPI into the low bits of 16-bit words. */
void planar_unpack(const struct tri_component *component, const uint8_t *from, uint32_t stride,
                   uint8_t *to, uint32_t to_stride, uint32_t width, uint32_t rows);

/** Keeps the high 8 of the `bits` low bits, 9 to 16, of 16-bit words. */
void planar_lower(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride,
                  uint32_t width, uint32_t rows, unsigned bits);

/** Moves the `bits` low bits of 16-bit words to the high end. */
void planar_raise(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride,
                  uint32_t width, uint32_t rows, unsigned bits);

#endif
