/* SPDX-License-Identifier: MIT */
#include "graph.h"

#include "window/draw_color.h"

#include <stdio.h>

#define SPAN_NS (GRAPH_SECONDS * 1000000000LL)

static const SDL_Color colors[] = {
    [TRACE_INTERVAL] = { 96, 176, 255, 255 },
    [TRACE_LATENCY] = { 120, 214, 140, 255 },
};
static const SDL_Color lost_color = { 255, 92, 84, 255 };
static const SDL_Color line_color = { 255, 190, 92, 255 };
static const SDL_Color grid_color = { 255, 255, 255, 40 };

static const char *const names[] = { [TRACE_INTERVAL] = "interval", [TRACE_LATENCY] = "latency" };

/** Height of `ms` in a graph of height `high` whose scale ends at `scale`. */
static int height_of(double ms, double scale, int high)
{
    const int height = (int)(ms / scale * high + 0.5);
    return SDL_clamp(height, 1, high);
}

static void draw_grid(SDL_Renderer *renderer, const struct view_area *area)
{
    set_draw_color(renderer, grid_color);
    for (int i = 0; i <= GRAPH_SECONDS; i++) {
        const int x = area->x + (area->w - 1) * i / GRAPH_SECONDS;
        SDL_RenderDrawLine(renderer, x, area->y, x, area->y + area->h - 1);
    }
    for (int i = 0; i <= 2; i++) {
        const int y = area->y + (area->h - 1) * i / 2;
        SDL_RenderDrawLine(renderer, area->x, y, area->x + area->w - 1, y);
    }
}

/** Draws all bars, then those with a loss again, over their neighbours. */
static void draw_bars(SDL_Renderer *renderer, const struct view_area *area,
                      const struct trace_bar *bars, unsigned count, double scale, SDL_Color color)
{
    SDL_Rect all[TRACE_POINTS];
    SDL_Rect lost[TRACE_POINTS];
    int lost_count = 0;
    for (unsigned i = 0; i < count; i++) {
        const int high = height_of((double)bars[i].value, scale, area->h);
        all[i] = (SDL_Rect){ area->x + bars[i].left, area->y + area->h - high,
                             bars[i].right - bars[i].left, high };
        if (bars[i].lost)
            lost[lost_count++] = all[i];
    }
    set_draw_color(renderer, color);
    SDL_RenderFillRects(renderer, all, (int)count);
    set_draw_color(renderer, lost_color);
    SDL_RenderFillRects(renderer, lost, lost_count);
}

static void set_text(struct text_block *block, struct text *text, SDL_Renderer *renderer,
                     int pixels, const char *name, double ms)
{
    char words[64];
    if (name && *name)
        snprintf(words, sizeof(words), "%s", name);
    else
        snprintf(words, sizeof(words), "%g ms", ms);
    text_block_set(block, text, renderer, pixels, words);
}

void graph_draw(struct graph *graph, struct text *text, SDL_Renderer *renderer,
                const struct view_area *area, const struct trace *trace, enum trace_kind kind,
                double target_ms, int64_t now_ns, int pixels)
{
    struct trace_bar bars[TRACE_POINTS];
    double most;
    const unsigned count = trace_bars(trace, kind, now_ns, SPAN_NS, area->w, bars, &most);
    const double scale = trace_scale(SDL_max(most, 2 * target_ms));
    draw_grid(renderer, area);
    draw_bars(renderer, area, bars, count, scale, colors[kind]);
    if (target_ms > 0) {
        const int high = height_of(target_ms, scale, area->h);
        const SDL_Rect line = { area->x, area->y + area->h - high, area->w,
                                SDL_max(pixels / 14, 1) };
        set_draw_color(renderer, line_color);
        SDL_RenderFillRect(renderer, &line);
    }
    set_text(&graph->name, text, renderer, pixels, names[kind], 0);
    set_text(&graph->scale, text, renderer, pixels, NULL, scale);
    text_block_draw(&graph->name, renderer, area->x + pixels / 4, area->y, text_white);
    text_block_draw(&graph->scale, renderer, area->x + area->w - graph->scale.w - pixels / 4,
                    area->y, text_white);
}

void graph_free(struct graph *graph)
{
    text_block_free(&graph->name);
    text_block_free(&graph->scale);
}
