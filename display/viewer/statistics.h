/* SPDX-License-Identifier: MIT */
/** A stream's figures as text: for the overlay and for the window's title. */
#ifndef VIEWER_STATISTICS_H
#define VIEWER_STATISTICS_H

#include "overlay.h"

/** Lines of figures as of `now_ns`, as many as `level` asks for, without a newline at the end. */
void statistics_write(char *text, size_t bytes, const struct stream_view *stream,
                      enum overlay_level level, SDL_Renderer *renderer, int64_t now_ns);

/** "cam0 - 1280x720 YUYV - 60.0 FPS, 60.0 UPS - age 3.2 ms", or what the stream waits for. Of
 *  several "cam0 60.0 FPS, cam1 waiting". */
void statistics_title(char *text, size_t bytes, const struct wall *wall, int64_t now_ns);

#endif
