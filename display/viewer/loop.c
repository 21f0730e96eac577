/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "draw.h"
#include "input/key_actions.h"
#include "input/keys.h"
#include "input/pointer.h"
#include "overlay/statistics_text.h"
#include "run_limits.h"
#include "run_summary.h"

#include "program/stop.h"

#include <errno.h>
#include <string.h>

#define SECOND   1000000000LL
#define TITLE_NS SECOND

/** Called on a reader's thread. */
static void wake(void *user)
{
    const struct viewer *viewer = user;
    event_wait_wake(&viewer->wait);
}

static bool open_parts(struct viewer *viewer)
{
    if (!overlay_open(&viewer->overlay)) {
        tri_log_write(viewer->log, TRI_LOG_ERROR, "text", "cannot open the font: %s",
                      TTF_GetError());
        return false;
    }
    viewer->overlay.help.row_count = key_help_rows(viewer->overlay.help.rows);
    if (!event_wait_open(&viewer->wait, viewer->window.sdl)) {
        tri_log_write(viewer->log, TRI_LOG_ERROR, "window", "cannot create an eventfd: %s",
                      strerror(errno));
        return false;
    }
    if (!tile_grid_open(&viewer->grid, viewer->config, viewer->log, wake, viewer))
        return false;
    if (viewer->config->detections)
        tile_grid_show_detections(&viewer->grid, viewer->config->detections, true);
    return true;
}

static void close_parts(struct viewer *viewer)
{
    tile_grid_close(&viewer->grid);
    tools_free(&viewer->tools);
    overlay_close(&viewer->overlay);
    event_wait_close(&viewer->wait);
    window_close(&viewer->window);
}

static void handle_window_event(struct viewer *viewer, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_HIDDEN:
        viewer->hidden = true;
        break;
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_MAXIMIZED:
        viewer->hidden = false;
        break;
    case SDL_WINDOWEVENT_LEAVE:
        viewer->tools.probe.inside = false;
        break;
    case SDL_WINDOWEVENT_RESIZED: // by the user or the window manager
        viewer->window.user_sized = true;
        break;
    default:
        break;
    }
    viewer->dirty = true;
}

static void handle_event(struct viewer *viewer, const SDL_Event *event)
{
    if (event->type == viewer->wait.wake_event)
        viewer->offered = true;
    else if (event->type == SDL_QUIT)
        viewer->quit = true;
    else if (event->type == SDL_KEYDOWN)
        viewer->dirty |= keys_press(viewer, &event->key.keysym);
    else if (event->type == SDL_WINDOWEVENT)
        handle_window_event(viewer, &event->window);
    else
        pointer_event(viewer, event);
}

/** Takes what the readers' threads offer. */
static void take_frames(struct viewer *viewer)
{
    const uint32_t before = tile_grid_states(&viewer->grid);
    window_wait_refresh(&viewer->window);
    viewer->offered = false;
    if (!tile_grid_take(&viewer->grid, viewer->window.renderer))
        return;
    viewer->dirty = true;
    if (tile_grid_states(&viewer->grid) != before)
        viewer->title_ns = 0;
    draw_fit_window(viewer);
}

/** The earlier of two deadlines, of which 0 is none. */
static int64_t earlier(int64_t a, int64_t b)
{
    if (!a || !b)
        return a ? a : b;
    return SDL_min(a, b);
}

/** The time up to which only events matter; 0: no limit. */
static int64_t next_deadline(const struct viewer *viewer)
{
    int64_t at = overlay_deadline(&viewer->overlay);
    at = earlier(at, tile_grid_deadline(&viewer->grid));
    at = earlier(at, run_limits_deadline(viewer->config, &viewer->grid));
    if (tile_grid_has_live_title(&viewer->grid))
        at = earlier(at, viewer->title_ns + TITLE_NS);
    return at;
}

static void wait_for_events(struct viewer *viewer)
{
    const int64_t at = next_deadline(viewer);
    int timeout_ms = -1;
    SDL_Event event;
    if (viewer->dirty && !viewer->hidden)
        timeout_ms = 0;
    else if (at)
        timeout_ms = (int)SDL_clamp((at - tri_now_ns()) / 1000000 + 1, 0, 60000);
    viewer->offered |= event_wait(&viewer->wait, timeout_ms);
    // Only the queue: SDL_PollEvent() would query the X server for each event.
    while (SDL_PeepEvents(&event, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) > 0)
        handle_event(viewer, &event);
}

static void set_title(struct viewer *viewer, int64_t now_ns)
{
    char title[WINDOW_TITLE_BYTES];
    if (viewer->config->title) {
        window_set_title(&viewer->window, viewer->config->title);
    } else {
        statistics_write_title(title, sizeof(title), &viewer->grid, now_ns);
        window_set_title(&viewer->window, title);
    }
    viewer->title_ns = now_ns;
}

/** Does what is due: statistics on the screen, the title, the end of the run. */
static void tick(struct viewer *viewer)
{
    const int64_t now = tri_now_ns();
    const int64_t overlay = overlay_deadline(&viewer->overlay);
    const int64_t limit = run_limits_deadline(viewer->config, &viewer->grid);
    if (overlay && now >= overlay)
        viewer->dirty = true;
    if (tile_grid_tick(&viewer->grid, now))
        viewer->dirty = true;
    if ((limit && now >= limit) || run_limits_reached(viewer->config, &viewer->grid))
        viewer->quit = true;
    if (stop_requested())
        viewer->quit = true;
    if (viewer->title_ns && now - viewer->title_ns < TITLE_NS)
        return;
    if (tile_grid_find_writers(&viewer->grid))
        viewer->dirty = true;
    set_title(viewer, now);
}

int loop_run(const struct config *config, const tri_log *log)
{
    struct viewer viewer = { .config = config, .log = log, .dirty = true };
    int status = CLI_FAILED;
    if (!window_open(&viewer.window, config, log))
        return CLI_FAILED;
    if (open_parts(&viewer)) {
        while (!viewer.quit) {
            wait_for_events(&viewer);
            draw_arrange(&viewer);
            if (viewer.offered) // last, so that the frame is the newest
                take_frames(&viewer);
            if (viewer.dirty && !viewer.hidden)
                draw(&viewer);
            tick(&viewer);
        }
        status = run_summary_end(config, &viewer.grid, viewer.window.renderer);
    }
    close_parts(&viewer);
    return status;
}
