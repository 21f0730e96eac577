/* SPDX-License-Identifier: MIT */
/** The front of a stream on the screen. */
#ifndef VIEWER_STREAM_DRAW_H
#define VIEWER_STREAM_DRAW_H

#include "stream_view.h"

/** Returns the texture of the front. */
const struct texture *stream_view_front(const struct stream_view *stream);

/** Size, rotation and pixel aspect ratio of the front. A frame that is one field of two has rows of
 *  double height (bob). */
struct view_picture stream_view_picture(const struct stream_view *stream);

/** Size of the front as it is seen: rotated, in square pixels, not scaled. */
void stream_view_visible_size(const struct stream_view *stream, unsigned *width, unsigned *height);

/** Draws the front on black, darker if its writer is gone, and the frame it is compared with. Without a
 *  picture it draws nothing. The front is drawable. */
void stream_view_draw(const struct stream_view *stream, SDL_Renderer *renderer,
                      const struct view_area *area);

/** Whether the X server can show the front by itself in `area`: at its own size, unchanged. Ignores
 *  overlays. */
bool stream_view_is_plain(const struct stream_view *stream, const struct view_area *area);

/** Lets the X server show the front in `area`. @return false: it is not in memory that the server
 *  reads, or has been overwritten */
bool stream_view_show_by_server(const struct stream_view *stream, struct x11_shm *x11,
                                const struct view_area *area);

#endif
