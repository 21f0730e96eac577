/* SPDX-License-Identifier: MIT */
#include "tools.h"

#include "stream/stream_draw.h"
#include "stream/stream_playback.h"

static const struct tile *probed(const struct tools *tools, struct tile_grid *grid)
{
    if (!tools->probe.on || !tools->probe.inside)
        return NULL;
    return tile_grid_at(grid, tools->probe.x, tools->probe.y);
}

void tools_request(const struct tools *tools, struct tile_grid *grid, SDL_Renderer *renderer)
{
    const struct tile *under = probed(tools, grid);
    for (unsigned i = 0; i < grid->count; i++) {
        struct tile *tile = &grid->tiles[i];
        struct stream_view *stream = &tile->stream;
        struct texture_request *request = &stream->request;
        // The next adjustment starts from the frame's own bytes.
        request->inspect.bytes = (under && tile == under) || adjust_is_on(&request->adjust);
        request->inspect.tones = i == grid->focus ? tools->tones : TONES_NONE;
        if (stream->has_picture && tile_is_visible(tile))
            stream_view_update(stream, renderer);
    }
}

bool tools_are_off(const struct tools *tools)
{
    return !tools->probe.on && !tools->tones;
}

void tools_draw(struct tools *tools, struct text *text, SDL_Renderer *renderer,
                struct tile_grid *grid, const struct view_area *area, int pixels)
{
    const struct tile *focus = tile_grid_focused(grid);
    const struct tile *under = probed(tools, grid);
    if (tools->tones && tile_is_visible(focus))
        histogram_panel_draw(&tools->histogram, text, renderer,
                             &stream_view_front(&focus->stream)->inspect.tones, &focus->area,
                             pixels);
    if (under)
        probe_draw(&tools->probe, text, renderer, &under->stream, &under->area, area, pixels);
}

void tools_free(struct tools *tools)
{
    probe_free(&tools->probe);
    histogram_panel_free(&tools->histogram);
}
