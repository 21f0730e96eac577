/* SPDX-License-Identifier: MIT */
#include "tile_grid.h"

#include "model/tile_layout.h"
#include "overlay/text.h"
#include "window/draw_color.h"

#include <stdlib.h>

#define GAP         2          // pixels between tiles
#define ASPECT_BARE (16.0 / 9) // of a stream without a picture yet

static bool open_tile(struct tile *tile, const struct config *config, const char *name,
                      const tri_log *log, feed_wake *wake, void *user)
{
    const enum tri_err err = stream_view_open(&tile->stream, config, name, log);

    if (err != TRI_OK) {
        tri_log_write(log, TRI_LOG_ERROR, "reader", "%s: %s", name, tri_strerror(err));
        return false;
    }
    tile->feed = feed_start(tile->stream.reader, wake, user);
    if (!tile->feed)
        tri_log_write(log, TRI_LOG_ERROR, "feed", "cannot start a thread: %s", SDL_GetError());
    return tile->feed != NULL;
}

bool wall_open(struct wall *wall, const struct config *config, const tri_log *log, feed_wake *wake,
               void *user)
{
    *wall = (struct wall){ .tiles = calloc(config->name_count, sizeof(*wall->tiles)) };
    if (!wall->tiles) {
        tri_log_write(log, TRI_LOG_ERROR, "wall", "out of memory for %u streams",
                      config->name_count);
        return false;
    }
    while (wall->count < config->name_count) {
        struct tile *tile = &wall->tiles[wall->count];
        if (!open_tile(tile, config, config->names[wall->count], log, wake, user)) {
            stream_view_close(&tile->stream);
            wall_close(wall);
            return false;
        }
        wall->count++;
    }
    return true;
}

void wall_close(struct wall *wall)
{
    for (unsigned i = 0; i < wall->count; i++)
        feed_ask_to_end(wall->tiles[i].feed);
    for (unsigned i = 0; i < wall->count; i++) {
        feed_stop(&wall->tiles[i].feed); // first: a reader must have one user only
        stream_view_close(&wall->tiles[i].stream);
    }
    free(wall->tiles);
    *wall = (struct wall){ 0 };
}

bool tile_is_seen(const struct tile *tile)
{
    return tile->area.w > 0;
}

static double aspect_of(const struct stream_view *stream)
{
    unsigned w, h;

    if (!stream->has_picture)
        return ASPECT_BARE;
    stream_view_seen_size(stream, &w, &h);
    return (double)w / h;
}

void wall_arrange(struct wall *wall, const struct view_area *area, bool hidden)
{
    double aspects[STREAMS_MAX];
    struct view_area cells[STREAMS_MAX] = { 0 };

    for (unsigned i = 0; i < wall->count; i++)
        aspects[i] = aspect_of(&wall->tiles[i].stream);
    if (wall->alone)
        cells[wall->focus] = *area;
    else
        layout_tiles(area, aspects, wall->count, GAP, cells);
    for (unsigned i = 0; i < wall->count; i++) {
        struct tile *tile = &wall->tiles[i];
        tile->area = cells[i];
        if (hidden)
            tile->area = (struct view_area){ 0 };
        tile->stream.hidden = !tile_is_seen(tile);
    }
}

bool wall_take(struct wall *wall, SDL_Renderer *renderer)
{
    bool changed = false;

    for (unsigned i = 0; i < wall->count; i++) {
        struct tile *tile = &wall->tiles[i];
        struct tri_frame frame;
        enum tri_err outcome;
        if (!feed_take(tile->feed, &frame, &outcome))
            continue;
        changed |= stream_view_take(&tile->stream, renderer, &frame, outcome);
        feed_release(tile->feed);
    }
    return changed;
}

void wall_catch_up(struct wall *wall, SDL_Renderer *renderer)
{
    for (unsigned i = 0; i < wall->count; i++) {
        struct stream_view *stream = &wall->tiles[i].stream;
        if (stream->hidden || stream->paused || !stream->behind)
            continue;
        stream->behind = false; // also where there is no frame any more: the last picture stays
        stream_view_fetch(stream, renderer, false);
    }
}

void wall_draw(const struct wall *wall, SDL_Renderer *renderer)
{
    for (unsigned i = 0; i < wall->count; i++) {
        const struct tile *tile = &wall->tiles[i];
        const SDL_Rect cell = { tile->area.x, tile->area.y, tile->area.w, tile->area.h };
        if (!tile_is_seen(tile))
            continue;
        SDL_RenderSetClipRect(renderer, &cell);
        if (!tile->stream.has_picture) {
            set_draw_color(renderer, (SDL_Color){ 24, 27, 32, 255 });
            SDL_RenderFillRect(renderer, &cell);
        }
        stream_view_draw(&tile->stream, renderer, &tile->area);
    }
    SDL_RenderSetClipRect(renderer, NULL);
}

void wall_draw_focus(const struct wall *wall, SDL_Renderer *renderer, int thick)
{
    const struct view_area *area = &wall->tiles[wall->focus].area;
    const SDL_Rect sides[] = {
        { area->x, area->y, area->w, thick },
        { area->x, area->y + area->h - thick, area->w, thick },
        { area->x, area->y, thick, area->h },
        { area->x + area->w - thick, area->y, thick, area->h },
    };

    if (wall->count == 1 || wall->alone)
        return;
    set_draw_color(renderer, text_amber);
    SDL_RenderFillRects(renderer, sides, SDL_arraysize(sides));
}

void wall_presented(struct wall *wall, int64_t now_ns)
{
    for (unsigned i = 0; i < wall->count; i++) {
        if (!wall->tiles[i].stream.hidden)
            stream_view_presented(&wall->tiles[i].stream, now_ns);
    }
}

struct tile *wall_focused(struct wall *wall)
{
    return &wall->tiles[wall->focus];
}

struct tile *wall_at(struct wall *wall, double x, double y)
{
    for (unsigned i = 0; i < wall->count; i++) {
        if (layout_has(&wall->tiles[i].area, x, y))
            return &wall->tiles[i];
    }
    return NULL;
}

void wall_focus(struct wall *wall, const struct tile *tile)
{
    wall->focus = (unsigned)(tile - wall->tiles);
}

void wall_focus_next(struct wall *wall, int by)
{
    wall->focus = (wall->focus + (by > 0 ? 1 : wall->count - 1)) % wall->count;
}

int64_t wall_deadline(const struct wall *wall)
{
    int64_t first = 0;

    for (unsigned i = 0; i < wall->count; i++) {
        const int64_t at = compare_deadline(&wall->tiles[i].stream.compare);
        if (at && (!first || at < first))
            first = at;
    }
    return first;
}

bool wall_tick(struct wall *wall, int64_t now_ns)
{
    bool changed = false;

    for (unsigned i = 0; i < wall->count; i++)
        changed |= compare_blink(&wall->tiles[i].stream.compare, now_ns);
    return changed;
}

bool wall_find_writers(struct wall *wall)
{
    bool changed = false;

    for (unsigned i = 0; i < wall->count; i++)
        changed |= stream_view_find_writer(&wall->tiles[i].stream);
    return changed;
}

bool wall_may_change(const struct wall *wall)
{
    for (unsigned i = 0; i < wall->count; i++) {
        if (wall->tiles[i].stream.state != TRI_STATE_NO_WRITER)
            return true;
    }
    return false;
}

uint32_t wall_states(const struct wall *wall)
{
    uint32_t states = 0;

    for (unsigned i = 0; i < wall->count; i++)
        states = states << 2 | (uint32_t)wall->tiles[i].stream.state;
    return states;
}
