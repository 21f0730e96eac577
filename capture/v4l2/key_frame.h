/* SPDX-License-Identifier: MIT */
/** Key frames of H.264 and H.265, for drivers that do not mark them. */
#ifndef CAPTURE_KEY_FRAME_H
#define CAPTURE_KEY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Returns whether a frame with start codes can be decoded without earlier ones. Reads up to its first
 *  slice. False for other formats. */
bool key_frame_begins(uint32_t fourcc, const uint8_t *frame, size_t bytes);

#endif
