/* SPDX-License-Identifier: MIT */
#include "histogram_panel.h"

#include "window/draw_color.h"

#include <stdio.h>

#define GRAPH_LINES 9 // heights of letters

static const SDL_Color luma_color = { 210, 214, 220, 255 };
/* Blended by addition: where all three overlap it is white. */
static const SDL_Color channel_colors[TONES_CHANNELS] = { { 235, 60, 60, 255 },
                                                          { 60, 200, 80, 255 },
                                                          { 70, 110, 255, 255 } };

/** The highest of the bins that share a column. */
static uint32_t column_of(const uint32_t bins[TONES_BINS], int column, int columns)
{
    const int first = column * TONES_BINS / columns;
    const int end = (column + 1) * TONES_BINS / columns;
    uint32_t most = bins[first];
    for (int i = first + 1; i < end; i++)
        most = SDL_max(most, bins[i]);
    return most;
}

static void draw_channel(SDL_Renderer *renderer, const SDL_Rect *area,
                         const uint32_t bins[TONES_BINS], uint32_t peak, SDL_Color color,
                         SDL_BlendMode mode)
{
    SDL_Rect bars[TONES_BINS];
    const int columns = SDL_min(area->w, TONES_BINS);
    int count = 0;
    for (int i = 0; i < columns; i++) {
        const uint32_t pixels = SDL_min(column_of(bins, i, columns), peak);
        const int left = area->x + i * area->w / columns;
        const int right = area->x + (i + 1) * area->w / columns;
        // Square roots, or a few tones that fill most of a frame would hide the rest.
        const int high = (int)SDL_ceil(area->h * SDL_sqrt((double)pixels / peak));
        if (high > 0)
            bars[count++] = (SDL_Rect){ left, area->y + area->h - high, right - left, high };
    }
    set_draw_color(renderer, color);
    SDL_SetRenderDrawBlendMode(renderer, mode);
    SDL_RenderFillRects(renderer, bars, count);
}

static void draw_mark(SDL_Renderer *renderer, const SDL_Rect *area, unsigned code)
{
    const int x = area->x + (int)code * area->w / TONES_BINS;
    SDL_RenderDrawLine(renderer, x, area->y, x, area->y + area->h - 1);
}

static void draw_channels(SDL_Renderer *renderer, const SDL_Rect *area, const struct tones *tones)
{
    const uint32_t peak = tones_peak(tones);
    if (tones->kind == TONES_LUMA) {
        draw_channel(renderer, area, tones->bins[0], peak, luma_color, SDL_BLENDMODE_NONE);
        set_draw_color(renderer, text_amber);
        draw_mark(renderer, area, tones->black_code);
        draw_mark(renderer, area, tones->white_code);
        return;
    }
    for (unsigned c = 0; c < TONES_CHANNELS; c++)
        draw_channel(renderer, area, tones->bins[c], peak, channel_colors[c], SDL_BLENDMODE_ADD);
}

void histogram_panel_draw(struct histogram *histogram, struct text *text, SDL_Renderer *renderer,
                          const struct tones *tones, const struct view_area *area, int pixels)
{
    const struct text_block *block = &histogram->shares;
    char words[128];
    if (tones->kind == TONES_NONE || !tones->counted)
        return;
    snprintf(words, sizeof(words), "%s\nblack %5.1f %%   white %5.1f %%",
             tones->kind == TONES_LUMA ? "luma" : "red, green, blue",
             100.0 * tones->black / tones->counted, 100.0 * tones->white / tones->counted);
    pixels = text_fit(text, words, pixels, area->w * 3 / 5, area->h / 4);

    const int margin = pixels / 2;
    const int graph = SDL_min(GRAPH_LINES * pixels, area->h / 4);
    text_panel_set(&histogram->shares, text, renderer, pixels, words, 0, graph + margin);
    const int x = area->x + area->w - block->w - pixels;
    const int y = area->y + area->h - block->h - pixels;
    const SDL_Rect inner = { x + margin, y + block->h - graph - margin, block->w - 2 * margin,
                             graph };

    text_panel_draw(block, renderer, x, y);
    draw_channels(renderer, &inner, tones);
}

void histogram_panel_free(struct histogram *histogram)
{
    text_block_free(&histogram->shares);
}
