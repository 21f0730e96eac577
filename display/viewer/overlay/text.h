/* SPDX-License-Identifier: MIT */
/** Text on the screen, in a font that is part of the program. */
#ifndef VIEWER_TEXT_H
#define VIEWER_TEXT_H

#include <SDL2/SDL.h>
#include <SDL2/SDL_ttf.h>
#include <stdbool.h>

#define TEXT_PIXELS_MIN 7 // pixels: the smallest size at which letters can be told apart

static const SDL_Color text_white = { 236, 238, 240, 255 };
static const SDL_Color text_dim = { 168, 174, 182, 255 };
static const SDL_Color text_amber = { 255, 190, 92, 255 };

/** The embedded font, all letters of which are equally wide. */
struct text {
    TTF_Font *font;
    int pixels;           // its size at the moment
    double advance, line; // width of a character, height of a line, in sizes of the font
};

/** A text as drawn last; drawn anew only when it changes. All zero is an empty one. */
struct text_block {
    char *string;
    int pixels;
    SDL_Texture *texture;
    int w, h;         // of the texture, in screen pixels
    int above, below; // of a panel: room for other things than text
};

/** @return false, with a message in TTF_GetError(), when there is no memory. */
bool text_open(struct text *text);
void text_close(struct text *text);

/** Makes `block` show `string` (UTF-8, lines separated by '\n') in white, `pixels` high. */
void text_block_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string);

/** The same on a dark ground, half a letter wider on each side, with room `above` and `below` the
 *  text: in one texture, whose colours need no change, for software takes its time to blend. */
void text_panel_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string, int above, int below);

/** Draws a panel with its upper left corner at (x, y). */
void text_panel_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y);

/** Draws the block with its upper left corner at (x, y). */
void text_block_draw(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                     SDL_Color colour);

/** The largest size, up to `pixels`, at which `string` fits into `w` by `h` screen pixels; where none
 *  does, the smallest that can be made out. */
int text_fit(const struct text *text, const char *string, int pixels, int w, int h);

/** How many letters of a size have room beside each other in `w`, and how many lines in `h`. */
void text_room(struct text *text, int pixels, int w, int h, int *columns, int *rows);

/** A dark ground, through which the picture is still seen. */
void text_background(SDL_Renderer *renderer, int x, int y, int w, int h);

/** The block on a ground, whose upper left corner is (x, y), half a letter wider on each side. */
void text_block_panel(const struct text_block *block, SDL_Renderer *renderer, int x, int y,
                      SDL_Color colour);

/** The renderer is still there. */
void text_block_free(struct text_block *block);

#endif
