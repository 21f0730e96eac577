/* SPDX-License-Identifier: MIT */
#include "statistics_panel.h"

#include <stdio.h>
#include <string.h>

#define GRAPH_LINES 4 // lines of text that a graph is high, the gap below it included

static void write_out(struct statistics_panel *panel, SDL_Renderer *renderer,
                      const struct stream_view *stream, enum statistics_level level, int64_t now_ns)
{
    if (now_ns - panel->written_ns < STATISTICS_PANEL_NS && panel->of == stream)
        return;
    statistics_head(panel->head_words, sizeof(panel->head_words), stream, now_ns);
    panel->detail_words[0] = '\0';
    if (level >= STATISTICS_ALL && stream->has_picture)
        statistics_details(panel->detail_words, sizeof(panel->detail_words), stream, renderer);
    panel->written_ns = now_ns;
    panel->of = stream;
}

/** The size of letters at which all of it fits: graphs count as so many lines. */
static int fit(const struct statistics_panel *panel, const struct text *text, bool graphs,
               const struct view_area *window, int pixels)
{
    static const char lines[] = "\n\n\n\n\n\n\n\n"; // of two graphs
    char all[sizeof(panel->head_words) + sizeof(panel->detail_words) + sizeof(lines)];

    _Static_assert(sizeof(lines) == 2 * GRAPH_LINES + 1, "a line for each of the graphs' lines");
    snprintf(all, sizeof(all), "%s%s%s%s", panel->head_words, graphs ? lines : "",
             panel->detail_words[0] ? "\n" : "", panel->detail_words);
    return text_fit(text, all, pixels, window->w - 2 * pixels, window->h - 2 * pixels);
}

/** What is asked of the stream, ms; 0: nothing is. */
static double period_ms(const struct stream_view *stream)
{
    const struct tri_video *video = &stream->info.video;

    return video->fps_num ? 1000.0 * video->fps_den / video->fps_num : 0;
}

void statistics_panel_draw(struct statistics_panel *panel, struct text *text,
                           SDL_Renderer *renderer, const struct stream_view *stream,
                           enum statistics_level level, int x, int y,
                           const struct view_area *window, int pixels)
{
    const bool graphs = level >= STATISTICS_GRAPHS && stream->has_picture;
    const int64_t now = tri_now_ns();

    write_out(panel, renderer, stream, level, now);
    pixels = fit(panel, text, graphs, window, pixels);
    text_block_set(&panel->head, text, renderer, pixels, panel->head_words);
    text_block_set(&panel->details, text, renderer, pixels, panel->detail_words);

    const int margin = pixels / 2;
    const int slot = (int)(GRAPH_LINES * text->line * pixels);
    const int inner = SDL_max(panel->head.w, panel->details.w);
    const int wide = inner + 2 * margin;
    const int high = panel->head.h + (graphs ? 2 * slot : 0) + panel->details.h +
                     (panel->details.h ? margin : 0) + 2 * margin;
    x = SDL_max(SDL_min(x, window->x + window->w - wide), window->x);
    y = SDL_max(SDL_min(y, window->y + window->h - high), window->y);

    text_ground(renderer, x, y, wide, high);
    text_block_draw(&panel->head, renderer, x + margin, y + margin, text_white);
    int top = y + margin + panel->head.h;
    for (int i = 0; graphs && i < 2; i++, top += slot) {
        const struct view_area area = { x + margin, top + margin, inner, slot - margin };
        graph_draw(&panel->graphs[i], text, renderer, &area, &stream->trace, (enum trace_kind)i,
                   i == TRACE_INTERVAL ? period_ms(stream) : 0, now, pixels);
    }
    text_block_draw(&panel->details, renderer, x + margin, top + margin, text_white);
}

void statistics_panel_free(struct statistics_panel *panel)
{
    text_block_free(&panel->head);
    text_block_free(&panel->details);
    graph_free(&panel->graphs[0]);
    graph_free(&panel->graphs[1]);
}
