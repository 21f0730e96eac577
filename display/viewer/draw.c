/* SPDX-License-Identifier: MIT */
#include "draw.h"

#include "model/panel_geometry.h"
#include "model/tile_layout.h"
#include "stream/stream_draw.h"
#include "stream/stream_playback.h"

/** The X server's access to shared memory, if it can show the only stream without SDL; otherwise
 *  NULL. */
static struct x11_shm *server_for(const struct viewer *viewer)
{
    const struct tile *tile = &viewer->grid.tiles[0];
    const bool plain = viewer->grid.count == 1 && tile_is_visible(tile) &&
                       stream_view_is_plain(&tile->stream, &tile->area) &&
                       tools_are_off(&viewer->tools) &&
                       overlay_is_empty(&viewer->overlay, &viewer->grid);
    return plain ? viewer->window.x11 : NULL;
}

struct view_area draw_arrange(struct viewer *viewer)
{
    struct view_area area = { 0 };
    window_output(&viewer->window, &area.w, &area.h);
    tile_grid_arrange(&viewer->grid, &area, viewer->hidden);
    viewer->grid.tiles[0].stream.request.x11 = server_for(viewer);
    return area;
}

void draw_fit_window(struct viewer *viewer)
{
    unsigned columns;
    unsigned rows;
    unsigned w;
    unsigned h;
    tile_layout_square(viewer->grid.count, &columns, &rows);
    for (unsigned i = 0; i < viewer->grid.count; i++) {
        const struct stream_view *stream = &viewer->grid.tiles[i].stream;
        if (!stream->has_picture)
            continue;
        stream_view_visible_size(stream, &w, &h);
        window_fit_picture(&viewer->window, w * columns, h * rows);
        return;
    }
}

/** Fills the gaps between tiles. A graphics card needs it at the start of each frame, or the first
 *  frames after a change of size are lost; software rendering omits it where one tile fills the
 *  window. */
static void clear(const struct viewer *viewer)
{
    const bool gaps = viewer->grid.count > 1 && !viewer->grid.solo;
    if (viewer->window.is_software && !gaps)
        return;
    SDL_SetRenderDrawColor(viewer->window.renderer, 40, 44, 51, 255);
    SDL_RenderClear(viewer->window.renderer);
}

static void draw_by_sdl(struct viewer *viewer, const struct view_area *area)
{
    SDL_Renderer *renderer = viewer->window.renderer;
    const int pixels = panel_text_pixels(area->h, window_density(&viewer->window));
    window_forget_stream(&viewer->window);
    tile_grid_make_drawable(&viewer->grid, renderer);
    tools_request(&viewer->tools, &viewer->grid, renderer);
    clear(viewer);
    tile_grid_draw(&viewer->grid, renderer);
    overlay_draw(&viewer->overlay, renderer, &viewer->grid, area, pixels);
    if (!viewer->overlay.help.page)
        tools_draw(&viewer->tools, &viewer->overlay.text, renderer, &viewer->grid, area, pixels);
    SDL_RenderPresent(renderer);
}

void draw(struct viewer *viewer)
{
    tile_grid_refresh_stale(&viewer->grid, viewer->window.renderer);
    draw_fit_window(viewer);
    const struct view_area area = draw_arrange(viewer);
    struct x11_shm *server = viewer->grid.tiles[0].stream.request.x11;

    if (server && stream_view_show_by_server(&viewer->grid.tiles[0].stream, server, &area))
        window_shown_by_server(&viewer->window);
    else
        draw_by_sdl(viewer, &area);
    tile_grid_presented(&viewer->grid, tri_now_ns());
    viewer->dirty = false;
}
