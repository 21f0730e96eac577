/* SPDX-License-Identifier: MIT */
#include "overlay.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_NS 3000000000LL

bool overlay_open(struct overlay *overlay)
{
    *overlay = (struct overlay){ 0 };
    return text_open(&overlay->text);
}

void overlay_close(struct overlay *overlay)
{
    text_block_free(&overlay->message_block);
    help_free(&overlay->help);
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        tile_label_free(&overlay->labels[i]);
        detection_boxes_free(&overlay->boxes[i]);
    }
    statistics_panel_free(&overlay->panel);
    text_close(&overlay->text);
}

void overlay_show_message(struct overlay *overlay, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(overlay->message, sizeof(overlay->message), format, args);
    va_end(args);
    overlay->message_until = tri_now_ns() + MESSAGE_NS;
}

void overlay_toggle_statistics(struct overlay *overlay)
{
    overlay->statistics = !overlay->statistics;
    overlay->panel.written_ns = 0;
}

void overlay_next_level(struct overlay *overlay)
{
    overlay->level = (overlay->level + 1) % STATISTICS_LEVELS;
    overlay->statistics = true;
    overlay->panel.written_ns = 0;
}

int64_t overlay_deadline(const struct overlay *overlay)
{
    const int64_t stats = overlay->statistics ? overlay->panel.written_ns + STATISTICS_PANEL_NS : 0;
    if (overlay->message_until && stats)
        return SDL_min(overlay->message_until, stats);
    return overlay->message_until ? overlay->message_until : stats;
}

/** Below the tile's name, if it has one. */
static void draw_statistics(struct overlay *overlay, SDL_Renderer *renderer,
                            const struct tile_grid *grid, const struct view_area *area, int pixels)
{
    const struct tile *tile = &grid->tiles[grid->focus];
    const int name_high = tile_label_name_height(&overlay->labels[grid->focus]);
    if (overlay->statistics)
        statistics_panel_draw(&overlay->panel, &overlay->text, renderer, &tile->stream,
                              overlay->level, tile->area.x + (name_high ? 0 : pixels),
                              tile->area.y + (name_high ? name_high : pixels), area, pixels);
}

static void draw_message(struct overlay *overlay, SDL_Renderer *renderer,
                         const struct view_area *area, int pixels)
{
    if (overlay->message_until && tri_now_ns() >= overlay->message_until)
        overlay->message_until = 0;
    if (!overlay->message_until)
        return;
    const int fitting =
        text_fit(&overlay->text, overlay->message, pixels, area->w - 3 * pixels, area->h);
    const struct text_block *block = &overlay->message_block;
    text_panel_set(&overlay->message_block, &overlay->text, renderer, fitting, overlay->message, 0,
                   0);
    text_panel_draw(block, renderer, area->x + pixels, area->y + area->h - block->h - pixels);
}

bool overlay_is_empty(const struct overlay *overlay, const struct tile_grid *grid)
{
    const bool message = overlay->message_until && tri_now_ns() < overlay->message_until;
    if (overlay->help.page || overlay->statistics || message || grid->count > 1)
        return false; // each tile has its name
    if (grid->tiles[0].stream.shows_detections)
        return false;
    return tile_label_is_empty(&grid->tiles[0].stream);
}

void overlay_draw(struct overlay *overlay, SDL_Renderer *renderer, const struct tile_grid *grid,
                  const struct view_area *area, int pixels)
{
    for (unsigned i = 0; i < grid->count; i++) {
        const struct tile *tile = &grid->tiles[i];
        if (!tile_is_visible(tile) || overlay->help.page) // it covers the middle
            continue;
        detection_boxes_draw(&overlay->boxes[i], &overlay->text, renderer, &tile->stream,
                             &tile->area, pixels);
        tile_label_draw(&overlay->labels[i], &overlay->text, renderer, &tile->stream, &tile->area,
                        pixels, grid->count > 1);
    }
    tile_grid_draw_focus(grid, renderer,
                         SDL_max(pixels / 8, 2)); // as thick as the strokes of a title
    if (!overlay->help.page)                      // text over text cannot be read
        draw_statistics(overlay, renderer, grid, area, pixels);
    draw_message(overlay, renderer, area, pixels);
    help_draw(&overlay->help, &overlay->text, renderer, area, pixels);
}
