/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "input/keys.h"
#include "input/pointer.h"
#include "model/panel_geometry.h"
#include "model/tile_layout.h"
#include "overlay/statistics_text.h"
#include "run_limits.h"
#include "run_summary.h"
#include "stream/screenshot.h"

#include "program/stop.h"

#define SECOND   1000000000LL
#define TITLE_NS SECOND

struct stream_view *viewer_stream(struct loop *loop)
{
    return &tile_grid_focused(&loop->grid)->stream;
}

bool viewer_screenshot(struct loop *loop, const char *path)
{
    const enum tri_err err = screenshot_write(viewer_stream(loop), loop->window.renderer, path);

    if (err != TRI_OK) {
        overlay_show_message(&loop->overlay, "no screenshot: %s", tri_strerror(err));
        return false;
    }
    overlay_show_message(&loop->overlay, "saved %s", path);
    tri_log_write(loop->log, TRI_LOG_INFO, "screenshot", "saved %s", path);
    return true;
}

/** On a feed's thread. */
static void wake(void *user)
{
    const struct loop *loop = user;

    SDL_PushEvent(&(SDL_Event){ .type = loop->wake_event });
}

static bool open_parts(struct loop *loop)
{
    if (!overlay_open(&loop->overlay)) {
        tri_log_write(loop->log, TRI_LOG_ERROR, "text", "cannot open the font: %s", TTF_GetError());
        return false;
    }
    loop->wake_event = SDL_RegisterEvents(1);
    return tile_grid_open(&loop->grid, loop->config, loop->log, wake, loop);
}

static void close_parts(struct loop *loop)
{
    tile_grid_close(&loop->grid);
    tools_free(&loop->tools);
    overlay_close(&loop->overlay);
    window_close(&loop->window);
}

static void window_event(struct loop *loop, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_HIDDEN:
        loop->hidden = true;
        break;
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_MAXIMIZED:
        loop->hidden = false;
        break;
    case SDL_WINDOWEVENT_LEAVE:
        loop->tools.probe.inside = false;
        break;
    case SDL_WINDOWEVENT_RESIZED: // not by us
        loop->window.sized = true;
        break;
    default:
        break;
    }
    loop->dirty = true;
}

static void handle(struct loop *loop, const SDL_Event *event)
{
    if (event->type == loop->wake_event)
        loop->offered = true;
    else if (event->type == SDL_QUIT)
        loop->quit = true;
    else if (event->type == SDL_KEYDOWN)
        loop->dirty |= keys_press(loop, &event->key.keysym);
    else if (event->type == SDL_WINDOWEVENT)
        window_event(loop, &event->window);
    else
        pointer_event(loop, event);
}

static struct view_area arrange(struct loop *loop)
{
    struct view_area area = { 0 };

    window_output(&loop->window, &area.w, &area.h);
    tile_grid_arrange(&loop->grid, &area, loop->hidden);
    return area;
}

/** The window takes its size from the first picture there is. */
static void fit_window(struct loop *loop)
{
    unsigned columns, rows, w, h;

    tile_layout_square(loop->grid.count, &columns, &rows);
    for (unsigned i = 0; i < loop->grid.count; i++) {
        const struct stream_view *stream = &loop->grid.tiles[i].stream;
        if (!stream->has_picture)
            continue;
        stream_view_visible_size(stream, &w, &h);
        window_fit_picture(&loop->window, w * columns, h * rows);
        return;
    }
}

static void take(struct loop *loop)
{
    const uint32_t before = tile_grid_states(&loop->grid);

    loop->offered = false;
    if (!tile_grid_take(&loop->grid, loop->window.renderer))
        return;
    loop->dirty = true;
    if (tile_grid_states(&loop->grid) != before)
        loop->title_ns = 0;
    fit_window(loop);
}

/** Fills the gaps between tiles. A graphics card begins each picture with it, or the first ones after a
 *  change of size are lost; the processor is spared it where one tile fills the window. */
static void clear(const struct loop *loop)
{
    const bool gaps = loop->grid.count > 1 && !loop->grid.solo;

    if (loop->window.is_software && !gaps)
        return;
    SDL_SetRenderDrawColor(loop->window.renderer, 40, 44, 51, 255);
    SDL_RenderClear(loop->window.renderer);
}

static void draw(struct loop *loop)
{
    SDL_Renderer *renderer = loop->window.renderer;

    tile_grid_refresh_stale(&loop->grid, renderer);
    fit_window(loop);
    const struct view_area area = arrange(loop);
    const int pixels = panel_text_pixels(area.h, window_density(&loop->window));
    tools_request(&loop->tools, &loop->grid, renderer);
    clear(loop);
    tile_grid_draw(&loop->grid, renderer);
    overlay_draw(&loop->overlay, renderer, &loop->grid, &area, pixels);
    if (!loop->overlay.help.page)
        tools_draw(&loop->tools, &loop->overlay.text, renderer, &loop->grid, &area, pixels);
    SDL_RenderPresent(renderer);
    tile_grid_presented(&loop->grid, tri_now_ns());
    loop->dirty = false;
}

static int64_t sooner(int64_t a, int64_t b)
{
    if (!a || !b)
        return a ? a : b;
    return SDL_min(a, b);
}

/** Until when there is nothing to do without an event; 0: for ever. */
static int64_t next_deadline(const struct loop *loop)
{
    int64_t at = overlay_deadline(&loop->overlay);

    at = sooner(at, tile_grid_deadline(&loop->grid));
    at = sooner(at, run_limits_deadline(loop->config, &loop->grid));
    if (tile_grid_has_live_title(&loop->grid))
        at = sooner(at, loop->title_ns + TITLE_NS);
    return at;
}

static void wait(struct loop *loop)
{
    const int64_t at = next_deadline(loop);
    SDL_Event event;
    int have = 0;

    if (loop->dirty && !loop->hidden) {
        have = SDL_PollEvent(&event);
    } else if (!at) {
        have = SDL_WaitEvent(&event);
    } else {
        const int64_t left_ms = (at - tri_now_ns()) / 1000000 + 1;
        have = SDL_WaitEventTimeout(&event, (int)SDL_clamp(left_ms, 0, 60000));
    }
    for (; have; have = SDL_PollEvent(&event))
        handle(loop, &event);
}

/** What is due by the clock: figures on the screen, the title, the end of the run. */
static void tick(struct loop *loop)
{
    const int64_t now = tri_now_ns();
    const int64_t overlay = overlay_deadline(&loop->overlay);
    const int64_t limit = run_limits_deadline(loop->config, &loop->grid);

    if (overlay && now >= overlay)
        loop->dirty = true;
    if (tile_grid_tick(&loop->grid, now))
        loop->dirty = true;
    if ((limit && now >= limit) || run_limits_reached(loop->config, &loop->grid))
        loop->quit = true;
    if (stop_asked())
        loop->quit = true;
    if (loop->title_ns && now - loop->title_ns < TITLE_NS)
        return;
    if (tile_grid_find_writers(&loop->grid))
        loop->dirty = true;
    if (loop->config->title) {
        window_set_title(&loop->window, loop->config->title);
    } else {
        char title[WINDOW_TITLE_BYTES];
        statistics_write_title(title, sizeof(title), &loop->grid, now);
        window_set_title(&loop->window, title);
    }
    loop->title_ns = now;
}

int loop_run(const struct config *config, const tri_log *log)
{
    struct loop loop = { .config = config, .log = log, .dirty = true };
    int status = CLI_FAILED;

    if (!window_open(&loop.window, config, log))
        return CLI_FAILED;
    if (open_parts(&loop)) {
        while (!loop.quit) {
            wait(&loop);
            arrange(&loop);
            if (loop.offered) // last, so that the picture is the newest there is
                take(&loop);
            if (loop.dirty && !loop.hidden)
                draw(&loop);
            tick(&loop);
        }
        status = run_summary_end(config, &loop.grid, loop.window.renderer);
    }
    close_parts(&loop);
    return status;
}
