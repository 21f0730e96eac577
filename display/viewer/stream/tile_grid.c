/* SPDX-License-Identifier: MIT */
#include "tile_grid.h"

#include "model/tile_layout.h"
#include "overlay/text.h"
#include "stream_detections.h"
#include "stream_draw.h"
#include "stream_playback.h"
#include "window/draw_color.h"

#include <stdlib.h>

#define GAP         2          // pixels between tiles
#define ASPECT_BARE (16.0 / 9) // of a stream without a frame

static bool open_tile(struct tile *tile, const struct config *config, const char *name,
                      const tri_log *log, reader_thread_wake *wake, void *user)
{
    const enum tri_err err = stream_view_open(&tile->stream, config, name, log);
    if (err != TRI_OK) {
        tri_log_write(log, TRI_LOG_ERROR, "reader", "%s: %s", name, tri_strerror(err));
        return false;
    }
    tile->reader_thread = reader_thread_start(tile->stream.reader, wake, user);
    if (!tile->reader_thread)
        tri_log_write(log, TRI_LOG_ERROR, "reader", "cannot start a thread: %s", SDL_GetError());
    return tile->reader_thread != NULL;
}

bool tile_grid_open(struct tile_grid *grid, const struct config *config, const tri_log *log,
                    reader_thread_wake *wake, void *user)
{
    *grid = (struct tile_grid){ .tiles = calloc(config->name_count, sizeof(*grid->tiles)),
                                .wake = wake,
                                .wake_user = user };
    if (!grid->tiles) {
        tri_log_write(log, TRI_LOG_ERROR, "window", "out of memory for %u streams",
                      config->name_count);
        return false;
    }
    while (grid->count < config->name_count) {
        struct tile *tile = &grid->tiles[grid->count];
        if (!open_tile(tile, config, config->names[grid->count], log, wake, user)) {
            stream_view_close(&tile->stream);
            tile_grid_close(grid);
            return false;
        }
        grid->count++;
    }
    return true;
}

void tile_grid_show_detections(struct tile_grid *grid, const char *name, bool on)
{
    for (unsigned i = 0; i < grid->count && !on; i++)
        stream_detections_request_stop(&grid->tiles[i].stream);
    for (unsigned i = 0; i < grid->count; i++) {
        struct stream_view *stream = &grid->tiles[i].stream;
        stream->shows_detections = on;
        if (on)
            stream_detections_open(stream, name, grid->wake, grid->wake_user);
        else
            stream_detections_close(stream);
    }
}

void tile_grid_close(struct tile_grid *grid)
{
    tile_grid_show_detections(grid, NULL, false);
    for (unsigned i = 0; i < grid->count; i++)
        reader_thread_request_stop(grid->tiles[i].reader_thread);
    for (unsigned i = 0; i < grid->count; i++) {
        reader_thread_stop(&grid->tiles[i].reader_thread); // first: one thread per reader
        stream_view_close(&grid->tiles[i].stream);
    }
    free(grid->tiles);
    *grid = (struct tile_grid){ 0 };
}

bool tile_is_visible(const struct tile *tile)
{
    return tile->area.w > 0;
}

static double aspect_of(const struct stream_view *stream)
{
    unsigned w;
    unsigned h;
    if (!stream->has_picture)
        return ASPECT_BARE;
    stream_view_visible_size(stream, &w, &h);
    return (double)w / h;
}

void tile_grid_arrange(struct tile_grid *grid, const struct view_area *area, bool hidden)
{
    double aspects[STREAMS_MAX];
    struct view_area cells[STREAMS_MAX] = { 0 };
    for (unsigned i = 0; i < grid->count; i++)
        aspects[i] = aspect_of(&grid->tiles[i].stream);
    if (grid->solo)
        cells[grid->focus] = *area;
    else
        tile_layout_cells(area, aspects, grid->count, GAP, cells);
    for (unsigned i = 0; i < grid->count; i++) {
        struct tile *tile = &grid->tiles[i];
        tile->area = cells[i];
        if (hidden)
            tile->area = (struct view_area){ 0 };
        tile->stream.hidden = !tile_is_visible(tile);
    }
}

bool tile_grid_take(struct tile_grid *grid, SDL_Renderer *renderer)
{
    bool changed = false;
    for (unsigned i = 0; i < grid->count; i++) {
        struct tile *tile = &grid->tiles[i];
        struct tri_frame frame;
        enum tri_err outcome;
        changed |= stream_detections_take(&tile->stream) && !tile->stream.hidden;
        if (!reader_thread_take(tile->reader_thread, &frame, &outcome))
            continue;
        changed |= stream_view_take(&tile->stream, renderer, &frame, outcome);
        reader_thread_resume(tile->reader_thread);
    }
    return changed;
}

void tile_grid_refresh_stale(struct tile_grid *grid, SDL_Renderer *renderer)
{
    for (unsigned i = 0; i < grid->count; i++) {
        struct stream_view *stream = &grid->tiles[i].stream;
        if (stream->hidden || stream->paused || !stream->stale)
            continue;
        stream->stale = false; // also if the frame is gone: the last one stays
        stream_view_fetch_newest(stream, renderer, false);
    }
}

void tile_grid_make_drawable(struct tile_grid *grid, SDL_Renderer *renderer)
{
    for (unsigned i = 0; i < grid->count; i++)
        stream_view_make_drawable(&grid->tiles[i].stream, renderer);
}

void tile_grid_draw(const struct tile_grid *grid, SDL_Renderer *renderer)
{
    for (unsigned i = 0; i < grid->count; i++) {
        const struct tile *tile = &grid->tiles[i];
        const SDL_Rect cell = { tile->area.x, tile->area.y, tile->area.w, tile->area.h };
        if (!tile_is_visible(tile))
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

void tile_grid_draw_focus(const struct tile_grid *grid, SDL_Renderer *renderer, int thick)
{
    const struct view_area *area = &grid->tiles[grid->focus].area;
    const SDL_Rect sides[] = {
        { area->x, area->y, area->w, thick },
        { area->x, area->y + area->h - thick, area->w, thick },
        { area->x, area->y, thick, area->h },
        { area->x + area->w - thick, area->y, thick, area->h },
    };
    if (grid->count == 1 || grid->solo)
        return;
    set_draw_color(renderer, text_amber);
    SDL_RenderFillRects(renderer, sides, SDL_arraysize(sides));
}

void tile_grid_presented(struct tile_grid *grid, int64_t now_ns)
{
    for (unsigned i = 0; i < grid->count; i++) {
        struct stream_view *stream = &grid->tiles[i].stream;
        if (stream->hidden)
            continue;
        const bool is_new = stream->has_picture && !stream->presented_ns;
        stream_view_presented(stream, now_ns);
        if (is_new)
            stream_detections_count(stream);
    }
}

struct tile *tile_grid_focused(struct tile_grid *grid)
{
    return &grid->tiles[grid->focus];
}

struct tile *tile_grid_at(struct tile_grid *grid, double x, double y)
{
    for (unsigned i = 0; i < grid->count; i++) {
        if (view_area_has(&grid->tiles[i].area, x, y))
            return &grid->tiles[i];
    }
    return NULL;
}

void tile_grid_focus(struct tile_grid *grid, const struct tile *tile)
{
    grid->focus = (unsigned)(tile - grid->tiles);
}

void tile_grid_focus_next(struct tile_grid *grid, int by)
{
    grid->focus = (grid->focus + (by > 0 ? 1 : grid->count - 1)) % grid->count;
}

int64_t tile_grid_deadline(const struct tile_grid *grid)
{
    int64_t first = 0;
    for (unsigned i = 0; i < grid->count; i++) {
        const int64_t at = compare_deadline(&grid->tiles[i].stream.compare);
        if (at && (!first || at < first))
            first = at;
    }
    return first;
}

bool tile_grid_tick(struct tile_grid *grid, int64_t now_ns)
{
    bool changed = false;
    for (unsigned i = 0; i < grid->count; i++)
        changed |= compare_blink(&grid->tiles[i].stream.compare, now_ns);
    return changed;
}

bool tile_grid_find_writers(struct tile_grid *grid)
{
    bool changed = false;
    for (unsigned i = 0; i < grid->count; i++)
        changed |= stream_view_find_writer(&grid->tiles[i].stream);
    return changed;
}

bool tile_grid_has_live_title(const struct tile_grid *grid)
{
    for (unsigned i = 0; i < grid->count; i++) {
        if (grid->tiles[i].stream.state != TRI_STATE_NO_WRITER)
            return true;
    }
    return false;
}

uint32_t tile_grid_states(const struct tile_grid *grid)
{
    uint32_t states = 0;
    for (unsigned i = 0; i < grid->count; i++)
        states = states << 2 | (uint32_t)grid->tiles[i].stream.state;
    return states;
}
