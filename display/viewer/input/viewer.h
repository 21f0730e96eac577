/* SPDX-License-Identifier: MIT */
/** State of a viewer with a window: what keys and pointer act on. */
#ifndef VIEWER_VIEWER_H
#define VIEWER_VIEWER_H

#include "model/config.h"
#include "overlay/overlay.h"
#include "overlay/tools.h"
#include "stream/tile_grid.h"
#include "window/event_wait.h"
#include "window/window.h"

/** Threads: the window's own. */
struct viewer {
    const struct config *config;
    const tri_log *log;
    struct window window;
    struct event_wait wait; // ended by the readers' threads
    struct overlay overlay;
    struct tools tools;
    struct tile_grid grid;
    bool dragging; // the pointer moves the picture in focus
    bool dividing; // the pointer moves its divider
    bool offered;  // a reader's thread waits until its result is taken
    bool dirty;    // the screen is out of date
    bool hidden;   // the window is not visible
    bool quit;
    int64_t title_ns; // when the title was set last; 0: set it now
};

/** The stream in focus: keys act on it. */
struct stream_view *viewer_stream(struct viewer *viewer);

/** Writes the frame in focus to `path` and reports it on the screen and in the log. */
bool viewer_screenshot(struct viewer *viewer, const char *path);

#endif
