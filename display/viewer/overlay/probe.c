/* SPDX-License-Identifier: MIT */
#include "probe.h"
#include "stream/stream_draw.h"

#include "model/panel_geometry.h"
#include "model/pixel_text.h"
#include "window/draw_color.h"

#define REACH 4 // pixels on each side of the centre
#define SIDE  (2 * REACH + 1)

#define CELL_SHARE 1.2 // of the height of letters: the pixels are as wide as the text
#define SMALL      3   // a window lower than this many neighbourhoods is small

/** The pixel under the pointer. */
struct aim {
    struct view_place place;
    struct view_picture picture;
    struct pixels pixels;
    unsigned x;
    unsigned y;
};

static void fill(SDL_Renderer *renderer, SDL_Color colour, int x, int y, int w, int h)
{
    set_draw_color(renderer, colour);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ x, y, w, h });
}

/** A bar with a dark rim, visible on any picture. */
static void draw_arm(SDL_Renderer *renderer, int x, int y, int w, int h, int rim)
{
    fill(renderer, (SDL_Color){ 0, 0, 0, 255 }, x - rim, y - rim, w + 2 * rim, h + 2 * rim);
    fill(renderer, (SDL_Color){ 255, 255, 255, 255 }, x, y, w, h);
}

/** Draws four arms around the pixel, not over it. */
static void draw_cross(SDL_Renderer *renderer, const struct aim *aim, int pixels)
{
    const struct view_area at = view_pixel_area(&aim->place, &aim->picture, aim->x, aim->y);
    const int wide = SDL_max(pixels / 14, 1);
    const int away = SDL_max(pixels / 4, 2);
    const int arm = pixels / 2;
    const int x = at.x + at.w / 2 - wide / 2;
    const int y = at.y + at.h / 2 - wide / 2;
    draw_arm(renderer, at.x - away - arm, y, arm, wide, wide);
    draw_arm(renderer, at.x + at.w + away, y, arm, wide, wide);
    draw_arm(renderer, x, at.y - away - arm, wide, arm, wide);
    draw_arm(renderer, x, at.y + at.h + away, wide, arm, wide);
}

/** Draws the neighbourhood, each pixel a square of `cell`, with a border around the centre. */
static void draw_neighbours(SDL_Renderer *renderer, const struct aim *aim, int left, int top,
                            int cell)
{
    for (int row = -REACH; row <= REACH; row++) {
        for (int column = -REACH; column <= REACH; column++) {
            int dx;
            int dy;
            uint8_t rgb[3];
            view_step(&aim->place, column, row, &dx, &dy);
            const int x = (int)aim->x + dx;
            const int y = (int)aim->y + dy;
            if (x < 0 || y < 0 || x >= (int)aim->pixels.width || y >= (int)aim->pixels.height)
                continue; // outside the frame: the background stays
            pixel_text_color(&aim->pixels, (uint32_t)x, (uint32_t)y, rgb);
            fill(renderer, (SDL_Color){ rgb[0], rgb[1], rgb[2], 255 },
                 left + (column + REACH) * cell, top + (row + REACH) * cell, cell, cell);
        }
    }
    const SDL_Rect inner = { left + REACH * cell, top + REACH * cell, cell, cell };
    const SDL_Rect outer = { inner.x - 1, inner.y - 1, cell + 2, cell + 2 };
    set_draw_color(renderer, (SDL_Color){ 0, 0, 0, 255 });
    SDL_RenderDrawRect(renderer, &outer);
    set_draw_color(renderer, (SDL_Color){ 255, 255, 255, 255 });
    SDL_RenderDrawRect(renderer, &inner);
}

/** @param words  text below the neighbourhood */
static void draw_panel(struct probe *probe, struct text *text, SDL_Renderer *renderer,
                       const struct aim *aim, const struct view_area *window, const char *words,
                       int pixels)
{
    const struct text_block *block = &probe->block;
    const int margin = pixels / 2;
    const int cell = SDL_max((int)(CELL_SHARE * pixels), 1);
    const int magnified = SIDE * cell + margin;
    // In a small window only the values are shown.
    text_panel_set(&probe->block, text, renderer, pixels, words,
                   SMALL * magnified <= window->h ? magnified : 0, 0);
    const struct view_area at =
        panel_beside(window, probe->x, probe->y, block->w, block->h, 3 * margin);
    text_panel_draw(block, renderer, at.x, at.y);
    if (block->above)
        draw_neighbours(renderer, aim, at.x + (at.w - SIDE * cell) / 2, at.y + margin, cell);
}

void probe_draw(struct probe *probe, struct text *text, SDL_Renderer *renderer,
                const struct stream_view *stream, const struct view_area *tile,
                const struct view_area *window, int pixels)
{
    const struct inspect *inspect = &stream_view_front(stream)->inspect;
    struct aim aim = { .picture = stream_view_picture(stream) };
    char words[256];
    if (!probe->on || !probe->inside || !stream->has_picture ||
        !inspect_pixels(inspect, &aim.pixels))
        return;
    aim.place = view_place(&stream->view, &aim.picture, tile);
    if (!view_pixel(&aim.place, &aim.picture, probe->x + 0.5, probe->y + 0.5, &aim.x, &aim.y))
        return;
    pixel_text_write(words, sizeof(words), inspect, aim.x, aim.y);
    draw_cross(renderer, &aim, pixels);
    draw_panel(probe, text, renderer, &aim, window, words,
               text_fit(text, words, pixels, window->w - pixels, window->h - pixels));
}

void probe_free(struct probe *probe)
{
    text_block_free(&probe->block);
}
