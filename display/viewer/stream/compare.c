/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "overlay/text.h"
#include "window/draw_color.h"

#include <inttypes.h>
#include <stdio.h>

#define BLINK_NS 500000000LL
#define DIVIDER  2 // pixels

/** Creates a render target. ABGR: SDL 2.26's OpenGL ES renderer swaps red and blue when YUV is drawn
 *  into ARGB. */
static SDL_Texture *make_target(SDL_Renderer *renderer, const struct view_picture *picture)
{
    return SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_TARGET,
                             (int)picture->width, (int)picture->height);
}

/** Draws it unscaled and not rotated. */
static void draw_whole(const struct texture *texture, SDL_Renderer *renderer)
{
    const struct view_place place = { .w = texture->width, .h = texture->height, .scale = 1 };
    texture_draw(texture, renderer, &place, UINT8_MAX);
}

bool compare_start(struct compare *compare, SDL_Renderer *renderer, const struct texture *texture,
                   const struct view_picture *picture, uint64_t number)
{
    compare_stop(compare);
    SDL_Texture *reference = make_target(renderer, picture);
    if (!reference)
        return false;
    if (SDL_SetRenderTarget(renderer, reference) != 0) {
        SDL_DestroyTexture(reference);
        return false;
    }
    draw_whole(texture, renderer);
    SDL_SetRenderTarget(renderer, NULL);
    SDL_SetTextureBlendMode(reference, SDL_BLENDMODE_NONE);
    *compare = (struct compare){
        .reference = reference,
        .picture = *picture,
        .number = number,
        .divider = 0.5,
    };
    return true;
}

static void free_texture(SDL_Texture *texture)
{
    if (texture)
        SDL_DestroyTexture(texture);
}

void compare_stop(struct compare *compare)
{
    free_texture(compare->reference);
    *compare = (struct compare){ 0 };
}

bool compare_is_on(const struct compare *compare)
{
    return compare->reference != NULL;
}

/** Subtracts one frame from the other, clamped at zero. Renderers differ in the order. */
static SDL_BlendMode subtracting(void)
{
    const SDL_BlendOperation less =
        SDL_BLENDOPERATION_REV_SUBTRACT; // OpenGL needs it for alpha too
    return SDL_ComposeCustomBlendMode(SDL_BLENDFACTOR_ONE, SDL_BLENDFACTOR_ONE, less,
                                      SDL_BLENDFACTOR_ZERO, SDL_BLENDFACTOR_ONE, less);
}

/** Adds, ignoring alpha. */
static SDL_BlendMode adding(void)
{
    const SDL_BlendOperation more = SDL_BLENDOPERATION_ADD;
    return SDL_ComposeCustomBlendMode(SDL_BLENDFACTOR_ONE, SDL_BLENDFACTOR_ONE, more,
                                      SDL_BLENDFACTOR_ZERO, SDL_BLENDFACTOR_ONE, more);
}

/** Returns whether the renderer can subtract; the software renderer cannot. */
static bool can_subtract(struct compare *compare)
{
    const bool can = SDL_SetTextureBlendMode(compare->reference, subtracting()) == 0;
    SDL_SetTextureBlendMode(compare->reference, SDL_BLENDMODE_NONE);
    return can;
}

void compare_next_mode(struct compare *compare)
{
    compare->mode = (compare->mode + 1) % COMPARE_MODES;
    if (compare->mode == COMPARE_DIFFERENCE && !can_subtract(compare))
        compare->mode = COMPARE_SPLIT;
    compare->shows_reference = true;
    compare->blink_ns = tri_now_ns();
}

/** texture_draw() of a render target. */
static void draw_placed(SDL_Texture *texture, SDL_Renderer *renderer,
                        const struct view_place *place)
{
    struct texture plain = { .sdl = texture, .yuv = SDL_YUV_CONVERSION_AUTOMATIC };
    int width;
    int height;
    SDL_QueryTexture(texture, NULL, NULL, &width, &height);
    plain.width = (uint32_t)width;
    plain.height = (uint32_t)height;
    texture_draw(&plain, renderer, place, UINT8_MAX);
}

/** Draws one of the two frames into `target` and subtracts the other. */
static bool subtract(SDL_Renderer *renderer, SDL_Texture *target, const struct texture *live,
                     SDL_Texture *reference, bool live_first)
{
    SDL_Texture *second = live_first ? reference : live->sdl;
    if (SDL_SetRenderTarget(renderer, target) != 0)
        return false;
    set_draw_color(renderer, (SDL_Color){ 0, 0, 0, 255 });
    SDL_RenderClear(renderer);
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            SDL_SetTextureBlendMode(second, subtracting());
        if ((i == 0) == live_first)
            draw_whole(live, renderer);
        else
            SDL_RenderCopy(renderer, reference, NULL, NULL); // stretched if the sizes differ
    }
    SDL_SetTextureBlendMode(second, SDL_BLENDMODE_NONE);
    SDL_SetRenderTarget(renderer, NULL);
    return true;
}

/** Adds both differences, of which one is zero at each pixel. */
static void draw_difference(const struct compare *compare, SDL_Renderer *renderer,
                            const struct texture *live, const struct view_picture *picture,
                            const struct view_place *place)
{
    SDL_Texture *const made[] = { make_target(renderer, picture), make_target(renderer, picture) };
    for (int i = 0; i < 2; i++) {
        if (!made[i] || !subtract(renderer, made[i], live, compare->reference, i == 0))
            continue;
        SDL_SetTextureBlendMode(made[i], adding());
        for (int gain = 0; gain < COMPARE_GAIN; gain++)
            draw_placed(made[i], renderer, place);
    }
    free_texture(made[0]);
    free_texture(made[1]);
}

/** Draws the reference left of the divider, where a live frame of its size would be. */
static void draw_reference(const struct compare *compare, SDL_Renderer *renderer,
                           const struct view *view, const struct view_area *area, int width)
{
    const struct view_place place = view_place(view, &compare->picture, area);
    const SDL_Rect part = { area->x, area->y, width, area->h };
    SDL_Rect before;
    SDL_RenderGetClipRect(renderer, &before);
    SDL_RenderSetClipRect(renderer, &part);
    texture_draw_margins(renderer, &place, area);
    draw_placed(compare->reference, renderer, &place);
    SDL_RenderSetClipRect(renderer, &before);
}

static void draw_divider(SDL_Renderer *renderer, const struct view_area *area, int left)
{
    const int x = area->x + left - DIVIDER / 2;
    const SDL_Rect bar = { x, area->y, DIVIDER, area->h };
    set_draw_color(renderer, text_amber);
    SDL_RenderFillRect(renderer, &bar);
}

int compare_divider(const struct compare *compare, const struct view_area *area)
{
    return (int)(compare->divider * area->w);
}

void compare_draw(const struct compare *compare, SDL_Renderer *renderer, const struct texture *live,
                  const struct view_picture *picture, const struct view *view,
                  const struct view_area *area)
{
    const struct view_place place = view_place(view, picture, area);
    const SDL_Rect whole = { area->x, area->y, area->w, area->h };
    const int left = compare_divider(compare, area);
    switch (compare->mode) {
    case COMPARE_SPLIT:
        draw_reference(compare, renderer, view, area, left);
        draw_divider(renderer, area, left);
        break;
    case COMPARE_BLINK:
        if (compare->shows_reference)
            draw_reference(compare, renderer, view, area, area->w);
        break;
    default:
        set_draw_color(renderer, (SDL_Color){ 0, 0, 0, 255 });
        SDL_RenderFillRect(renderer, &whole);
        draw_difference(compare, renderer, live, picture, &place);
    }
}

bool compare_has_divider(const struct compare *compare, const struct view_area *area, double x,
                         double reach)
{
    const double from = x - area->x - compare_divider(compare, area);
    return compare_is_on(compare) && compare->mode == COMPARE_SPLIT && from >= -reach &&
           from <= reach;
}

void compare_move_divider(struct compare *compare, const struct view_area *area, double x)
{
    compare->divider = SDL_clamp((x - area->x) / area->w, 0.0, 1.0);
}

int64_t compare_deadline(const struct compare *compare)
{
    const bool blinks = compare_is_on(compare) && compare->mode == COMPARE_BLINK;
    return blinks ? compare->blink_ns + BLINK_NS : 0;
}

bool compare_blink(struct compare *compare, int64_t now_ns)
{
    const int64_t at = compare_deadline(compare);
    if (!at || now_ns < at)
        return false;
    compare->shows_reference = !compare->shows_reference;
    compare->blink_ns = now_ns;
    return true;
}

void compare_label(const struct compare *compare, char *text, size_t bytes)
{
    switch (compare->mode) {
    case COMPARE_SPLIT:
        snprintf(text, bytes, "reference: frame %" PRIu64, compare->number);
        break;
    case COMPARE_BLINK:
        snprintf(text, bytes,
                 compare->shows_reference ? "reference: frame %" PRIu64
                                          : "live, not frame %" PRIu64,
                 compare->number);
        break;
    default:
        snprintf(text, bytes, "difference from frame %" PRIu64 ", x%d", compare->number,
                 COMPARE_GAIN);
    }
}
