/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "keys.h"
#include "limits.h"
#include "pointer.h"
#include "report.h"
#include "screenshot.h"
#include "statistics.h"

#define SECOND   1000000000LL
#define TITLE_NS SECOND

struct view_area loop_area(const struct loop *loop)
{
    struct view_area area = { 0 };

    window_output(&loop->window, &area.w, &area.h);
    return area;
}

bool loop_screenshot(struct loop *loop, const char *path)
{
    const enum tri_err err = screenshot_write(&loop->stream, loop->window.renderer, path);

    if (err != TRI_OK) {
        overlay_say(&loop->overlay, "no screenshot: %s", tri_strerror(err));
        return false;
    }
    overlay_say(&loop->overlay, "saved %s", path);
    tri_log_say(loop->log, TRI_LOG_INFO, "screenshot", "saved %s", path);
    return true;
}

static bool open_parts(struct loop *loop)
{
    const struct config *config = loop->config;

    if (!overlay_open(&loop->overlay)) {
        tri_log_say(loop->log, TRI_LOG_ERROR, "text", "cannot open the font: %s", TTF_GetError());
        return false;
    }
    const enum tri_err err = stream_view_open(&loop->stream, config, loop->log);
    if (err != TRI_OK) {
        tri_log_say(loop->log, TRI_LOG_ERROR, "reader", "%s: %s", config->name, tri_strerror(err));
        return false;
    }
    loop->feed_event = SDL_RegisterEvents(1);
    loop->feed = feed_start(loop->stream.reader, loop->feed_event, NULL);
    if (!loop->feed)
        tri_log_say(loop->log, TRI_LOG_ERROR, "feed", "cannot start a thread: %s", SDL_GetError());
    return loop->feed != NULL;
}

static void close_parts(struct loop *loop)
{
    feed_stop(&loop->feed); // first: the reader must have one user only
    stream_view_close(&loop->stream);
    overlay_close(&loop->overlay);
    window_close(&loop->window);
}

static void window_event(struct loop *loop, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_HIDDEN:
        loop->stream.hidden = true;
        break;
    case SDL_WINDOWEVENT_SHOWN:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_MAXIMIZED:
        loop->stream.hidden = false;
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
    if (event->type == loop->feed_event)
        loop->offered = true;
    else if (event->type == SDL_QUIT)
        loop->quit = true;
    else if (event->type == SDL_KEYDOWN)
        keys_press(loop, &event->key.keysym);
    else if (event->type == SDL_WINDOWEVENT)
        window_event(loop, &event->window);
    else
        pointer_event(loop, event);
}

static void take(struct loop *loop)
{
    struct tri_frame frame;
    const bool had_picture = loop->stream.has_picture;
    const enum tri_err outcome = feed_take(loop->feed, &frame);

    if (stream_view_take(&loop->stream, loop->window.renderer, &frame, outcome))
        loop->dirty = true;
    feed_release(loop->feed);
    loop->offered = false;

    if (loop->stream.has_picture && !had_picture) {
        const struct view_picture picture = stream_view_picture(&loop->stream);
        const bool aside = (picture.turns + loop->stream.view.turns) % 2 == 1;
        window_suit(&loop->window, aside ? picture.height : picture.width,
                    aside ? picture.width : picture.height);
    }
}

static void draw(struct loop *loop)
{
    SDL_Renderer *renderer = loop->window.renderer;
    const struct view_area area = loop_area(loop);

    if (loop->stream.has_picture)
        SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255);
    else
        SDL_SetRenderDrawColor(renderer, 24, 27, 32, 255);
    SDL_RenderClear(renderer);
    stream_view_draw(&loop->stream, renderer, &area);
    overlay_draw(&loop->overlay, renderer, &loop->stream, &area);
    SDL_RenderPresent(renderer);
    stream_view_presented(&loop->stream, tri_now_ns());
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

    at = sooner(at, limits_deadline(loop->config, &loop->stream));
    if (loop->stream.state == TRI_STATE_LIVE)
        at = sooner(at, loop->title_ns + TITLE_NS);
    return at;
}

static void wait(struct loop *loop)
{
    const int64_t at = next_deadline(loop);
    SDL_Event event;
    int have = 0;

    if (loop->dirty && !loop->stream.hidden) {
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
    const int64_t limit = limits_deadline(loop->config, &loop->stream);
    const enum tri_state state = loop->stream.state;

    if (overlay && now >= overlay)
        loop->dirty = true;
    if ((limit && now >= limit) || limits_reached(loop->config, &loop->stream))
        loop->quit = true;
    if (now - loop->title_ns < TITLE_NS && state == loop->titled)
        return;
    if (loop->config->title) {
        window_set_title(&loop->window, loop->config->title);
    } else {
        char title[256];
        statistics_title(title, sizeof(title), &loop->stream, now);
        window_set_title(&loop->window, title);
    }
    loop->title_ns = now;
    loop->titled = state;
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
            if (loop.offered) // last, so that the picture is the newest there is
                take(&loop);
            if (loop.dirty && !loop.stream.hidden)
                draw(&loop);
            tick(&loop);
        }
        status = report_end(config, &loop.stream, loop.window.renderer);
    }
    close_parts(&loop);
    return status;
}
