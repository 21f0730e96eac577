/* SPDX-License-Identifier: MIT */
/** From a V4L2 buffer into a slot. */
#ifndef CAPTURE_CAMERA_COPY_H
#define CAPTURE_CAMERA_COPY_H

#include "camera_buffers.h"

struct v4lconvert_data;

/** Places a draft's planes in its slot, of format->slot_bytes, as the driver writes them. */
void camera_place(const struct camera_format *format, struct tri_draft *draft);

/** Sets the offsets and the length of the frame in a draft that the driver filled. */
void camera_shift(const struct camera_format *format, const struct camera_taken *taken,
                  struct tri_draft *draft);

#define CAMERA_WHY_MAX 128 // bytes of a reason

/** Whether a buffer holds a complete frame that the driver did not mark as bad. If not, `why` is
 *  the reason. */
bool camera_is_complete(const struct camera_format *format, const struct camera_taken *taken,
                        char why[CAMERA_WHY_MAX]);

/** Bytes of scratch memory that camera_copy() needs; 0: none. */
size_t camera_scratch_bytes(const struct camera_format *format);

/** Copies a frame into a draft of format->video, or the lines of a field; converts it if
 *  `converter` is not NULL. @return false: not convertible, or larger than the slot; `why` is the
 *  reason */
bool camera_copy(const struct camera_format *format, struct v4lconvert_data *converter,
                 const struct camera_buffer *buffer, const struct camera_taken *taken,
                 uint8_t *scratch, struct tri_draft *draft, char why[CAMERA_WHY_MAX]);

/** Reads the size from a JPEG header. @return false: there is none */
bool camera_jpeg_size(const uint8_t *jpeg, size_t bytes, uint32_t *width, uint32_t *height);

#endif
