/* SPDX-License-Identifier: MIT */
/** Text on the screen, in a font that is part of the program. */
#ifndef VIEWER_TEXT_H
#define VIEWER_TEXT_H

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdbool.h>

/** The embedded font. */
struct text {
    TTF_Font *font;
    int pixels; // its size at the moment
};

/** A text as drawn last; drawn anew only when it changes. All zero is an empty one. */
struct text_block {
    char *string;
    int pixels;
    SDL_Texture *texture;
    int w, h; // of the texture, in screen pixels
};

/** @return false, with a message in TTF_GetError(), when there is no memory. */
bool text_open(struct text *text);
void text_close(struct text *text);

/** Makes `block` show `string` (UTF-8, lines separated by '\n') in white, `pixels` high. */
void text_block_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string);

/** Draws the block with its upper left corner at (x, y). */
void text_block_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                     SDL_Color colour);

/** The renderer is still there. */
void text_block_free(struct text_block *block);

#endif
