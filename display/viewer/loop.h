/* SPDX-License-Identifier: MIT */
/** The window's life: waits for events, takes frames, draws. */
#ifndef VIEWER_LOOP_H
#define VIEWER_LOOP_H

#include "model/config.h"
#include "overlay/overlay.h"
#include "overlay/tools.h"
#include "stream/tile_grid.h"
#include "window/window.h"

/** Everything of a viewer with a window. Its own thread only. */
struct loop {
    const struct config *config;
    const tri_log *log;
    struct window window;
    struct overlay overlay;
    struct tools tools;
    struct tile_grid grid;
    uint32_t wake_event; // type of the event by which a stream's feed speaks
    bool dragging;       // the picture in focus
    bool dividing;       // its divider
    bool offered;        // a feed has something, and waits until it is taken
    bool dirty;          // what is on the screen is no longer right
    bool hidden;         // the window cannot be seen
    bool quit;
    int64_t title_ns; // when the title was set last; 0: it is to be anew
};

/** Runs until the user, a limit or a failure ends it. @return the exit status. */
int loop_run(const struct config *config, const tri_log *log);

/** The stream that keys act on. */
struct stream_view *viewer_stream(struct loop *loop);

/** Writes the picture in focus to `path`; says so on the screen and in the log. */
bool viewer_screenshot(struct loop *loop, const char *path);

#endif
