/* SPDX-License-Identifier: MIT */
/** Text on the screen, in a font that is part of the program. */
#ifndef VIEWER_TEXT_H
#define VIEWER_TEXT_H

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdbool.h>

#define TEXT_PIXELS_MIN 7 // pixels: smallest legible size

static const SDL_Color text_white = { 236, 238, 240, 255 };
static const SDL_Color text_dim = { 168, 174, 182, 255 };
static const SDL_Color text_amber = { 255, 190, 92, 255 };

/** The embedded font, which is monospaced. */
struct text {
    TTF_Font *font;
    int pixels;     // current size
    double advance; // width of a character, height of a line, per pixel of size
    double line;
};

/** A text as a texture, which is drawn again only when the text changes. All zero is empty. */
struct text_block {
    char *string;
    int pixels;
    SDL_Texture *texture;
    int w; // of the texture, in screen pixels
    int h;
    int above; // free space in a panel
    int below;
};

/** @return false, out of memory: see TTF_GetError() */
bool text_open(struct text *text);
void text_close(struct text *text);

/** Makes `block` show `string` (UTF-8, lines separated by '\n') in white, `pixels` high. */
void text_block_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string);

/** The same on a dark background, half a letter wider on each side, with free space `above` and `below`
 *  the text. One texture without colour modulation, because software blends slowly. */
void text_panel_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string, int above, int below);

/** Draws a panel with its upper left corner at (x, y). */
void text_panel_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y);

/** Draws the block with its upper left corner at (x, y). */
void text_block_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                     SDL_Color colour);

/** The largest size up to `pixels` at which `string` fits into `w` by `h` screen pixels, but at least
 *  TEXT_PIXELS_MIN. */
int text_fit(const struct text *text, const char *string, int pixels, int w, int h);

/** Number of characters of a size that fit into width `w`, and of lines that fit into height `h`. */
void text_room(struct text *text, int pixels, int w, int h, int *columns, int *rows);

/** Draws a dark, translucent background. */
void text_background(SDL_Renderer *renderer, int x, int y, int w, int h);

/** Draws the block on a background half a letter wider on each side, whose upper left corner is (x,
 *  y). */
void text_block_panel(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                      SDL_Color colour);

/** The renderer still exists. */
void text_block_free(struct text_block *block);

#endif
