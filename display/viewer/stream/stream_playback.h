/* SPDX-License-Identifier: MIT */
/** Which frame of a stream is shown: pause, step, fetch the newest; and updates of that frame. */
#ifndef VIEWER_STREAM_PLAYBACK_H
#define VIEWER_STREAM_PLAYBACK_H

#include "stream_view.h"

/** Shows the newest frame now, even if the reader has returned it before or its writer is dead, by a
 *  reader of its own. @param bytes  keep the frame's bytes. @return false: there is none */
bool stream_view_fetch_newest(struct stream_view *stream, SDL_Renderer *renderer, bool bytes);

/** Stops at the newest frame and keeps its bytes, or continues with the stream. */
void stream_view_pause(struct stream_view *stream, SDL_Renderer *renderer, bool paused);

/** Pauses and shows the frame before the front. From the first call on earlier frames are kept at any
 *  frame rate. @return false: none is kept */
bool stream_view_step_back(struct stream_view *stream);

/** Pauses and shows the frame after the front: a kept one, otherwise the stream's next. */
void stream_view_step(struct stream_view *stream);

/** Shows the front in the colours that the user has chosen. @return false: its bytes are gone; the
 *  colours apply from the next frame on */
bool stream_view_recolor(struct stream_view *stream, SDL_Renderer *renderer);

/** Uploads the front again if it does not meet stream->request. It is drawable. */
void stream_view_update(struct stream_view *stream, SDL_Renderer *renderer);

/** Makes sure that SDL can draw the front, which only the X server could read so far. If that fails
 *  there is no picture. */
void stream_view_make_drawable(struct stream_view *stream, SDL_Renderer *renderer);

#endif
