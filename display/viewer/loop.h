/* SPDX-License-Identifier: MIT */
/** The window's life: waits for events, takes frames, draws. */
#ifndef VIEWER_LOOP_H
#define VIEWER_LOOP_H

#include "cli.h"
#include "feed.h"
#include "overlay.h"
#include "stream_view.h"
#include "window.h"

/** Everything of a viewer with a window. Its own thread only. */
struct loop {
    const struct config *config;
    const tri_log *log;
    struct window window;
    struct overlay overlay;
    struct stream_view stream;
    struct feed *feed;
    uint32_t feed_event; // type of the event by which the feed speaks
    bool dragging;
    bool offered; // the feed has something, and waits until it is taken
    bool dirty;   // what is on the screen is no longer right
    bool quit;
    int64_t title_ns;      // when the title was set last
    enum tri_state titled; // the state it tells
};

/** Runs until the user, a limit or a failure ends it. @return the exit status. */
int loop_run(const struct config *config, const tri_log *log);

/** The part of the window in which the stream is drawn. */
struct view_area loop_area(const struct loop *loop);

/** Writes the picture now shown to `path`; says so on the screen and in the log. */
bool loop_screenshot(struct loop *loop, const char *path);

#endif
