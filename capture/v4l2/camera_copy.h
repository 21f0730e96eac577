/* SPDX-License-Identifier: MIT */
/** From a buffer into a slot. */
#ifndef CAPTURE_CAMERA_COPY_H
#define CAPTURE_CAMERA_COPY_H

#include "camera_buffers.h"

struct v4lconvert_data;

/** Places the planes of a draft in a slot of format->slot_bytes as the driver writes them. */
void camera_place(const struct camera_format *format, struct tri_draft *draft);

/** Sets where the picture begins in a draft that the driver filled, and how long it is. */
void camera_shift(const struct camera_format *format, const struct camera_taken *taken,
                  struct tri_draft *draft);

#define CAMERA_WHY_MAX 128 // bytes of what is wrong with a frame

/** Whether a buffer holds a whole picture and not one marked bad. Says in `why` what is wrong. */
bool camera_is_whole(const struct camera_format *format, const struct camera_taken *taken,
                     char why[CAMERA_WHY_MAX]);

/** Bytes of scratch memory that camera_copy() needs; 0: none. */
size_t camera_scratch_bytes(const struct camera_format *format);

/** One copy, or one conversion where `converter` is not NULL, of a whole picture into a draft of
 *  format->video; of a field, its lines. @return false: it cannot be converted, or is larger than
 *  the slot; `why` says */
bool camera_copy(const struct camera_format *format, struct v4lconvert_data *converter,
                 const struct camera_buffer *buffer, const struct camera_taken *taken,
                 uint8_t *scratch, struct tri_draft *draft, char why[CAMERA_WHY_MAX]);

/** The size that a JPEG picture's header tells. @return false: there is none */
bool camera_jpeg_size(const uint8_t *jpeg, size_t bytes, uint32_t *width, uint32_t *height);

#endif
