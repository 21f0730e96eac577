/* SPDX-License-Identifier: MIT */
#include "tools.h"

static const struct tile *probed(const struct tools *tools, struct wall *wall)
{
    if (!tools->probe.on || !tools->probe.inside)
        return NULL;
    return wall_at(wall, tools->probe.x, tools->probe.y);
}

void tools_ask(const struct tools *tools, struct wall *wall, SDL_Renderer *renderer)
{
    const struct tile *under = probed(tools, wall);

    for (unsigned i = 0; i < wall->count; i++) {
        struct tile *tile = &wall->tiles[i];
        struct stream_view *stream = &tile->stream;
        struct texture_wish *wish = &stream->wish;
        // Adjusted once more, a picture has to begin where it was before the first time.
        wish->inspect.bytes = (under && tile == under) || adjust_is_on(&wish->adjust);
        wish->inspect.tones = i == wall->focus ? tools->tones : TONES_NONE;
        if (stream->has_picture && tile_is_seen(tile))
            stream_view_again(stream, renderer);
    }
}

void tools_draw(struct tools *tools, struct text *text, SDL_Renderer *renderer, struct wall *wall,
                const struct view_area *area, int pixels)
{
    const struct tile *focus = wall_focused(wall);
    const struct tile *under = probed(tools, wall);

    if (tools->tones && tile_is_seen(focus))
        histogram_draw(&tools->histogram, text, renderer,
                       &stream_view_front(&focus->stream)->inspect.tones, &focus->area, pixels);
    if (under)
        probe_draw(&tools->probe, text, renderer, &under->stream, &under->area, area, pixels);
}

void tools_free(struct tools *tools)
{
    probe_free(&tools->probe);
    histogram_free(&tools->histogram);
}
