/* SPDX-License-Identifier: MIT */
#include "detection_boxes.h"

#include "stream/stream_draw.h"
#include "window/draw_color.h"

#include "program/strbuf.h"

#include <math.h>

#define LETTERS_SHARE 20 // letters are at most this part of a tile's height,
#define LETTERS_LEAST 9  // but at least this high

// Far from each other, and light: the letters on them are dark.
static const SDL_Color colors[] = {
    { 255, 214, 10, 255 }, { 64, 224, 255, 255 },  { 255, 128, 171, 255 }, { 130, 255, 120, 255 },
    { 255, 150, 50, 255 }, { 170, 170, 255, 255 }, { 0, 230, 190, 255 },   { 255, 110, 110, 255 },
    { 200, 255, 60, 255 }, { 225, 150, 255, 255 }, { 232, 236, 240, 255 },
};
static const SDL_Color rim_color = { 0, 0, 0, 255 };
static const SDL_Color letter_color = { 10, 12, 16, 255 };

/** A box on the screen. */
struct box {
    struct view_area area;
    SDL_Color color;
};

/** The colour of a label, the same in every run: FNV-1a. */
static SDL_Color color_of(const char *label)
{
    uint32_t hash = 2166136261u;
    for (; *label; label++)
        hash = (hash ^ (uint8_t)*label) * 16777619u;
    return colors[(hash ^ hash >> 16) % SDL_arraysize(colors)];
}

static void draw_sides(SDL_Renderer *renderer, const struct view_area *inner, int thick)
{
    const SDL_Rect sides[] = {
        { inner->x - thick, inner->y - thick, inner->w + 2 * thick, thick },
        { inner->x - thick, inner->y + inner->h, inner->w + 2 * thick, thick },
        { inner->x - thick, inner->y, thick, inner->h },
        { inner->x + inner->w, inner->y, thick, inner->h },
    };
    SDL_RenderFillRects(renderer, sides, SDL_arraysize(sides));
}

/** Draws an outline around the object, not over it, with a dark rim that is visible on any picture. */
static void draw_outline(SDL_Renderer *renderer, const struct box *box, int thick)
{
    const struct view_area *area = &box->area;
    const struct view_area outside = { area->x - thick, area->y - thick, area->w + 2 * thick,
                                       area->h + 2 * thick };
    set_draw_color(renderer, rim_color);
    draw_sides(renderer, &outside, 1);
    set_draw_color(renderer, box->color);
    draw_sides(renderer, area, thick);
}

static void write_label(const struct detection *one, char *words, size_t bytes)
{
    struct strbuf buf;
    strbuf_init(&buf, words, bytes);
    strbuf_add(&buf, "%s", one->label);
    if (one->id >= 0)
        strbuf_add(&buf, "%s#%d", buf.used ? " " : "", one->id);
    if (one->score >= 0)
        strbuf_add(&buf, "%s%.0f %%", buf.used ? " " : "", one->score * 100);
}

/** Draws a tab above the box, or inside where there is no room above. */
static void draw_label(const struct text_block *block, SDL_Renderer *renderer,
                       const struct box *box, const struct view_area *area, int thick)
{
    const int wide = block->w + block->pixels / 2;
    const int high = block->h;
    const int right = SDL_max(area->x + area->w - wide, area->x);
    const int x = SDL_clamp(box->area.x - thick, area->x, right);
    const int above = box->area.y - thick - high;
    const int y = above >= area->y ? above : SDL_max(box->area.y, area->y);
    if (!block->texture)
        return;
    set_draw_color(renderer, box->color);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ x, y, wide, high });
    text_block_draw(block, renderer, x + block->pixels / 4, y, letter_color);
}

/** Places a detection on the screen, clipped to the picture. @return false: nothing of it is in the
 *  tile */
static bool place_box(const struct detection *one, const struct view_place *place,
                      const struct view_picture *picture, const struct view_area *tile,
                      struct box *box)
{
    const double left = fmax(one->x, 0);
    const double top = fmax(one->y, 0);
    const double w = fmin(one->x + one->width, picture->width) - left;
    const double h = fmin(one->y + one->height, picture->height) - top;
    if (w <= 0 || h <= 0)
        return false;
    *box =
        (struct box){ view_rectangle_area(place, picture, left, top, w, h), color_of(one->label) };
    const struct view_area *area = &box->area;
    return area->x < tile->x + tile->w && area->x + area->w > tile->x &&
           area->y < tile->y + tile->h && area->y + area->h > tile->y;
}

void detection_boxes_draw(struct detection_boxes *boxes, struct text *text, SDL_Renderer *renderer,
                          const struct stream_view *stream, const struct view_area *area,
                          int pixels)
{
    const struct view_picture picture = stream_view_picture(stream);
    const struct view_place place = view_place(&stream->view, &picture, area);
    const SDL_Rect tile = { area->x, area->y, area->w, area->h };
    const int thick = SDL_max(pixels / 8, 2);
    const int letters = SDL_min(pixels, SDL_max(area->h / LETTERS_SHARE, LETTERS_LEAST));
    struct box placed[DETECTIONS_MAX];
    bool is_inside[DETECTIONS_MAX] = { false };
    struct detections found;
    struct detections_age age;
    if (!stream_detections_find(stream, &found, &age))
        return;
    SDL_RenderSetClipRect(renderer, &tile);
    for (uint32_t i = 0; i < found.count; i++) {
        is_inside[i] = place_box(&found.items[i], &place, &picture, area, &placed[i]);
        if (is_inside[i])
            draw_outline(renderer, &placed[i], thick);
    }
    for (uint32_t i = 0; i < found.count; i++) {
        char words[DETECTION_LABEL_MAX + 32];
        if (!is_inside[i])
            continue;
        write_label(&found.items[i], words, sizeof(words));
        text_block_set(&boxes->labels[i], text, renderer,
                       text_fit(text, words, letters, area->w, area->h), words);
        draw_label(&boxes->labels[i], renderer, &placed[i], area, thick);
    }
    SDL_RenderSetClipRect(renderer, NULL);
}

void detection_boxes_free(struct detection_boxes *boxes)
{
    for (size_t i = 0; i < DETECTIONS_MAX; i++)
        text_block_free(&boxes->labels[i]);
}
