/* SPDX-License-Identifier: MIT */
#include "texture.h"

#include "window/draw_color.h"

#define RGB 3 // bytes a pixel

const char *texture_upload_name(const struct texture *texture)
{
    static const char *const names[] = {
        [TEXTURE_CONVERTED] = "converted",
        [TEXTURE_DIRECT] = "direct",
        [TEXTURE_IN_SLOT] = "in-slot",
    };
    return names[texture->upload];
}

bool texture_read(const struct texture *texture, SDL_Renderer *renderer, uint8_t *rgb)
{
    const struct view_place place = { .w = texture->width, .h = texture->height, .scale = 1 };
    // ABGR: SDL 2.26's OpenGL ES renderer swaps red and blue when YUV is drawn into ARGB.
    SDL_Texture *target =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_TARGET,
                          (int)texture->width, (int)texture->height);
    if (!target)
        return false;
    bool done = SDL_SetRenderTarget(renderer, target) == 0;
    if (done) {
        texture_draw(texture, renderer, &place, UINT8_MAX);
        done = SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB24, rgb,
                                    (int)texture->width * RGB) == 0;
        SDL_SetRenderTarget(renderer, NULL);
    }
    SDL_DestroyTexture(target);
    return done;
}

static void set_scale_mode(SDL_Texture *texture, SDL_ScaleMode wanted)
{
    SDL_ScaleMode now;
    if (SDL_GetTextureScaleMode(texture, &now) == 0 && now == wanted)
        return;
    SDL_SetTextureScaleMode(texture, wanted);
    // SDL 2.26 leaves a chroma plane bound instead of luma, and does not bind the texture again if it
    // was the last one drawn. Renderers without OpenGL refuse this call, which is harmless.
    SDL_GL_BindTexture(texture, NULL, NULL);
}

void texture_draw_margins(SDL_Renderer *renderer, const struct view_place *place,
                          const struct view_area *area)
{
    struct view_area margins[VIEW_MARGINS_MAX];
    const unsigned count = view_margins(place, area, margins);
    set_draw_color(renderer, (SDL_Color){ 0, 0, 0, 255 });
    for (unsigned i = 0; i < count; i++) {
        const SDL_Rect side = { margins[i].x, margins[i].y, margins[i].w, margins[i].h };
        SDL_RenderFillRect(renderer, &side);
    }
}

static bool is_whole(double scale)
{
    return scale >= 1 && scale == (double)(int)scale;
}

/** Where the renderer draws: its clip rectangle, or all of the window or target. */
static struct view_area drawn_area(SDL_Renderer *renderer)
{
    SDL_Rect clip = { 0 };
    if (SDL_RenderIsClipEnabled(renderer))
        SDL_RenderGetClipRect(renderer, &clip);
    else
        SDL_GetRendererOutputSize(renderer, &clip.w, &clip.h);
    return (struct view_area){ clip.x, clip.y, clip.w, clip.h };
}

void texture_draw(const struct texture *texture, SDL_Renderer *renderer,
                  const struct view_place *place, uint8_t shade)
{
    // SDL's software renderer scales all that it gets, also what is outside: gigabytes when zoomed in.
    const struct view_area area = drawn_area(renderer);
    struct view_area pixels;
    const struct view_place part =
        view_visible(place, texture->width, texture->height, &area, &pixels);
    const SDL_Rect from = { pixels.x, pixels.y, pixels.w, pixels.h };
    const SDL_FRect to = { (float)part.x, (float)part.y, (float)part.w, (float)part.h };
    const bool whole_steps =
        is_whole(place->w / texture->width) && is_whole(place->h / texture->height);
    const SDL_RendererFlip flip = (place->hflip ? SDL_FLIP_HORIZONTAL : SDL_FLIP_NONE) |
                                  (place->vflip ? SDL_FLIP_VERTICAL : SDL_FLIP_NONE);
    if (SDL_RectEmpty(&from))
        return;
    // At whole multiples of the frame's size each pixel stays sharp.
    set_scale_mode(texture->sdl, whole_steps ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    SDL_SetTextureColorMod(texture->sdl, shade, shade, shade);
    SDL_SetYUVConversionMode(texture->yuv);
    if (place->turns == 0 && flip == SDL_FLIP_NONE)
        SDL_RenderCopyF(renderer, texture->sdl, &from, &to);
    else
        SDL_RenderCopyExF(renderer, texture->sdl, &from, &to, 90.0 * place->turns, NULL, flip);
    SDL_RenderFlush(renderer); // the conversion mode is global: draw while it is this texture's
}

void texture_clear(struct texture *texture)
{
    if (texture->sdl)
        SDL_DestroyTexture(texture->sdl);
    texture->sdl = NULL;
    x11_image_free(&texture->image);
    tri_reader_release(NULL, &texture->slot);
    texture->place = TEXTURE_EMPTY;
}

void texture_free(struct texture *texture)
{
    texture_clear(texture);
    inspect_free(&texture->inspect);
    *texture = (struct texture){ 0 };
}
