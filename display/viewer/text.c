/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "font.h"

#include <stdlib.h>
#include <string.h>

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

void text_block_set(struct text_block *block, struct text *text, SDL_Renderer *renderer, int pixels,
                    const char *string)
{
    if (block->string && block->pixels == pixels && strcmp(block->string, string) == 0)
        return;
    text_block_free(block);
    if (!*string)
        return;
    if (text->pixels != pixels && TTF_SetFontSize(text->font, pixels) == 0)
        text->pixels = pixels;

    SDL_Surface *surface =
        TTF_RenderUTF8_Blended_Wrapped(text->font, string, (SDL_Color){ 255, 255, 255, 255 }, 0);
    if (!surface)
        return;
    block->texture = SDL_CreateTextureFromSurface(renderer, surface);
    block->w = surface->w;
    block->h = surface->h;
    block->pixels = pixels;
    block->string = strdup(string);
    SDL_FreeSurface(surface);
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

void text_block_free(struct text_block *block)
{
    if (block->texture)
        SDL_DestroyTexture(block->texture);
    free(block->string);
    *block = (struct text_block){ 0 };
}
