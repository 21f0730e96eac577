/* SPDX-License-Identifier: MIT */
/** A stream's statistics as text, for the overlay and the window's title. */
#ifndef VIEWER_STATISTICS_TEXT_H
#define VIEWER_STATISTICS_TEXT_H

#include "stream/tile_grid.h"

enum statistics_level {
    STATISTICS_RATES,  // one line
    STATISTICS_GRAPHS, // and graphs of interval and latency
    STATISTICS_ALL,    // and everything
    STATISTICS_LEVELS,
};

/** Writes rates and latency at `now_ns`, in one line of constant width. */
void statistics_write_rates(char *text, size_t bytes, const struct stream_view *stream,
                            int64_t now_ns);

/** Writes all other statistics of a stream that has a picture, a line each, without a newline at the
 *  end. */
void statistics_write_details(char *text, size_t bytes, const struct stream_view *stream,
                              SDL_Renderer *renderer);

/** "cam0 - 1280x720 YUYV - 60.0 FPS, 60.0 UPS - latency 3.2 ms", or what the stream waits for. With
 *  several streams "cam0 60.0 FPS, cam1 waiting". */
void statistics_write_title(char *text, size_t bytes, const struct tile_grid *grid, int64_t now_ns);

#endif
