/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "font.h"
#include "window/draw_color.h"

#include <stdlib.h>
#include <string.h>

#define MEASURED 200 // pixels: large enough that rounding to whole pixels does not matter

static const SDL_Color ground = { 12, 14, 18, 216 };

static void measure(struct text *text)
{
    int advance = 0;
    TTF_SetFontSize(text->font, MEASURED);
    TTF_GlyphMetrics32(text->font, 'm', NULL, NULL, NULL, NULL, &advance);
    text->advance = (double)advance / MEASURED;
    text->line = (double)TTF_FontLineSkip(text->font) / MEASURED;
    TTF_SetFontSize(text->font, text->pixels);
}

bool text_open(struct text *text)
{
    *text = (struct text){ .pixels = 16 };
    if (TTF_Init() != 0)
        return false;
    SDL_RWops *file = SDL_RWFromConstMem(font_data, (int)font_bytes);
    text->font = file ? TTF_OpenFontRW(file, 1, text->pixels) : NULL;
    if (!text->font) {
        TTF_Quit();
        return false;
    }
    measure(text);
    return true;
}

void text_close(struct text *text)
{
    if (!text->font)
        return;
    TTF_CloseFont(text->font);
    TTF_Quit();
    *text = (struct text){ 0 };
}

static SDL_Surface *render(struct text *text, int pixels, const char *string, SDL_Color colour)
{
    if (!*string)
        return NULL;
    if (text->pixels != pixels && TTF_SetFontSize(text->font, pixels) == 0)
        text->pixels = pixels;
    return TTF_RenderUTF8_Blended_Wrapped(text->font, string, colour, 0);
}

static void keep(struct text_block *block, SDL_Renderer *renderer, SDL_Surface *surface, int pixels,
                 const char *string)
{
    block->texture = SDL_CreateTextureFromSurface(renderer, surface);
    block->w = surface->w;
    block->h = surface->h;
    block->pixels = pixels;
    block->string = strdup(string);
}

void text_block_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string)
{
    if (block->string && block->pixels == pixels && strcmp(block->string, string) == 0)
        return;
    text_block_free(block);
    SDL_Surface *surface = render(text, pixels, string, (SDL_Color){ 255, 255, 255, 255 });
    if (surface)
        keep(block, renderer, surface, pixels, string);
    SDL_FreeSurface(surface);
}

/** Puts a text on its background. */
static SDL_Surface *lay(SDL_Surface *letters, int margin, int above, int below)
{
    SDL_Surface *panel = SDL_CreateRGBSurfaceWithFormat(0, letters->w + 2 * margin,
                                                        letters->h + 2 * margin + above + below, 32,
                                                        SDL_PIXELFORMAT_ARGB8888);
    if (panel) {
        const SDL_Color *c = &ground;
        SDL_FillRect(panel, NULL, SDL_MapRGBA(panel->format, c->r, c->g, c->b, c->a));
        SDL_Rect inside = { margin, margin + above, letters->w, letters->h };
        SDL_BlitSurface(letters, NULL, panel, &inside);
    }
    return panel;
}

void text_panel_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string, int above, int below)
{
    if (block->string && block->pixels == pixels && block->above == above &&
        block->below == below && strcmp(block->string, string) == 0)
        return;
    text_block_free(block);
    SDL_Surface *letters = render(text, pixels, string, text_white);
    SDL_Surface *panel = letters ? lay(letters, pixels / 2, above, below) : NULL;
    if (panel) {
        keep(block, renderer, panel, pixels, string);
        block->above = above;
        block->below = below;
    }
    SDL_FreeSurface(panel);
    SDL_FreeSurface(letters);
}

void text_panel_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y)
{
    const SDL_Rect to = { x, y, block->w, block->h };
    if (block->texture)
        SDL_RenderCopy(renderer, block->texture, NULL, &to);
}

void text_block_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                     SDL_Color colour)
{
    const SDL_Rect to = { x, y, block->w, block->h };
    if (!block->texture)
        return;
    SDL_SetTextureColorMod(block->texture, colour.r, colour.g, colour.b);
    SDL_SetTextureAlphaMod(block->texture, colour.a);
    SDL_RenderCopy(renderer, block->texture, NULL, &to);
}

/** Counts the columns and rows of a text. */
static void count_letters(const char *string, int *columns, int *rows)
{
    int column = 0;
    *columns = 0;
    *rows = 1;
    for (; *string; string++) {
        if (*string == '\n') {
            column = 0;
            ++*rows;
        } else if ((*string & 0xc0) != 0x80) { // not a continuation byte of UTF-8
            column++;
        }
        *columns = SDL_max(*columns, column);
    }
}

int text_fit(const struct text *text, const char *string, int pixels, int w, int h)
{
    int columns;
    int rows;
    count_letters(string, &columns, &rows);
    // Widths and heights may be rounded up to the next pixel.
    while (pixels > TEXT_PIXELS_MIN && (columns * SDL_ceil(pixels * text->advance) > w ||
                                        rows * SDL_ceil(pixels * text->line) > h))
        pixels--;
    return SDL_max(pixels, TEXT_PIXELS_MIN);
}

void text_room(struct text *text, int pixels, int w, int h, int *columns, int *rows)
{
    int advance = 0;
    if (text->pixels != pixels && TTF_SetFontSize(text->font, pixels) == 0)
        text->pixels = pixels;
    TTF_GlyphMetrics32(text->font, 'm', NULL, NULL, NULL, NULL, &advance);
    *columns = SDL_max(w, 0) / SDL_max(advance, 1);
    *rows = SDL_max(h, 0) / SDL_max(TTF_FontLineSkip(text->font), 1);
}

void text_background(SDL_Renderer *renderer, int x, int y, int w, int h)
{
    set_draw_color(renderer, ground);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ x, y, w, h });
}

void text_block_panel(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                      SDL_Color colour)
{
    const int margin = block->pixels / 2;
    if (!block->texture)
        return;
    text_background(renderer, x, y, block->w + 2 * margin, block->h + 2 * margin);
    text_block_draw(block, renderer, x + margin, y + margin, colour);
}

void text_block_free(struct text_block *block)
{
    if (block->texture)
        SDL_DestroyTexture(block->texture);
    free(block->string);
    *block = (struct text_block){ 0 };
}
