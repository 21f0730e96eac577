/* SPDX-License-Identifier: MIT */
/** Pixels of an X server: their format, and how they are laid out in rows. */
#ifndef CAPTURE_SCREEN_PIXELS_H
#define CAPTURE_SCREEN_PIXELS_H

#include "screen_area.h"

/** Sets format, size and stride of pictures of the area.
 *  @return false: a format that no fourcc describes; logged */
bool screen_pixels_describe(const struct x11_connection *x, const struct screen_area *area,
                            struct tri_video *video);

#endif
