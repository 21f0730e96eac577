/* SPDX-License-Identifier: MIT */
/** Writes a frame into a V4L2 buffer: copied, converted, or scaled to the size that was negotiated. */
#ifndef V4L2_DELIVERY_H
#define V4L2_DELIVERY_H

#include "pixel_format.h"

#include <triptych/frame.h>
#include <triptych/log.h>

/** Keeps the contexts of conversions between frames. Threads: one at a time. */
struct delivery;

/** @return NULL when out of memory. */
struct delivery *delivery_new(const tri_log *log);
void delivery_free(struct delivery **delivery);

/**
 * Writes `frame` into `to` as `pix` and `layout` describe.
 *
 * @return bytes used; 0, the frame cannot be written in this format, or is damaged
 */
uint32_t delivery_write(struct delivery *delivery, const struct tri_frame *frame,
                        const struct v4l2_pix_format *pix, const struct pixel_layout *layout,
                        uint8_t *to, uint32_t bytes);

#endif
