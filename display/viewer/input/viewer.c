/* SPDX-License-Identifier: MIT */
#include "viewer.h"

#include "stream/screenshot.h"

struct stream_view *viewer_stream(struct viewer *viewer)
{
    return &tile_grid_focused(&viewer->grid)->stream;
}

bool viewer_screenshot(struct viewer *viewer, const char *path)
{
    const enum tri_err err = screenshot_write(viewer_stream(viewer), viewer->window.renderer, path);
    if (err != TRI_OK) {
        overlay_show_message(&viewer->overlay, "no screenshot: %s", tri_strerror(err));
        return false;
    }
    overlay_show_message(&viewer->overlay, "saved %s", path);
    tri_log_write(viewer->log, TRI_LOG_INFO, "screenshot", "saved %s", path);
    return true;
}
