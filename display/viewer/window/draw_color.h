/* SPDX-License-Identifier: MIT */
/** The colour of rectangles and lines. */
#ifndef VIEWER_DRAW_COLOR_H
#define VIEWER_DRAW_COLOR_H

#include <SDL2/SDL.h>

/** Sets the colour of rectangles and lines until the next call. Only translucent colours are blended:
 *  SDL's software renderer takes 10 times as long to blend as to fill. */
static inline void set_draw_color(SDL_Renderer *renderer, SDL_Color color)
{
    SDL_SetRenderDrawBlendMode(renderer, color.a == 255 ? SDL_BLENDMODE_NONE : SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(renderer, color.r, color.g, color.b, color.a);
}

#endif
