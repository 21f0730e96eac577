/* SPDX-License-Identifier: MIT */
#include "overlay.h"

#include "keys.h"
#include "statistics.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_NS 3000000000LL
#define FIGURES_NS 500000000LL
#define TEXT_MIN   14 // pixels; below, DejaVu Sans Mono is hard to read

static const SDL_Color white = { 236, 238, 240, 255 };
static const SDL_Color soft = { 168, 174, 182, 255 };
static const SDL_Color amber = { 255, 190, 92, 255 };

bool overlay_open(struct overlay *overlay)
{
    *overlay = (struct overlay){ 0 };
    return text_open(&overlay->text);
}

void overlay_close(struct overlay *overlay)
{
    for (size_t i = 0; i < OVERLAY_TEXTS; i++)
        text_block_free(&overlay->blocks[i]);
    text_close(&overlay->text);
}

void overlay_say(struct overlay *overlay, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(overlay->message, sizeof(overlay->message), format, args);
    va_end(args);
    overlay->message_until = tri_now_ns() + MESSAGE_NS;
}

void overlay_toggle(struct overlay *overlay)
{
    overlay->statistics = !overlay->statistics;
    overlay->figures_ns = 0;
}

void overlay_next_level(struct overlay *overlay)
{
    overlay->level = (overlay->level + 1) % OVERLAY_LEVELS;
    overlay->statistics = true;
    overlay->figures_ns = 0;
}

int64_t overlay_deadline(const struct overlay *overlay)
{
    const int64_t figures = overlay->statistics ? overlay->figures_ns + FIGURES_NS : 0;

    if (overlay->message_until && figures)
        return SDL_min(overlay->message_until, figures);
    return overlay->message_until ? overlay->message_until : figures;
}

/** The size of text for an area: the same share of a small window and of a 4K screen. */
static int text_pixels(const struct view_area *area)
{
    const int by_height = area->h / 45;

    return SDL_max(by_height, TEXT_MIN);
}

static void draw_ground(SDL_Renderer *renderer, int x, int y, int w, int h)
{
    SDL_SetRenderDrawColor(renderer, 12, 14, 18, 216);
    SDL_RenderFillRect(renderer, &(SDL_Rect){ x, y, w, h });
}

/** A text on a dark ground at (x, y), which are the ground's upper left corner. */
static void draw_panel(struct overlay *overlay, SDL_Renderer *renderer, enum overlay_text which,
                       int x, int y, SDL_Color colour)
{
    const struct text_block *block = &overlay->blocks[which];
    const int margin = block->pixels / 2;

    if (!block->texture)
        return;
    draw_ground(renderer, x, y, block->w + 2 * margin, block->h + 2 * margin);
    text_block_draw(block, renderer, x + margin, y + margin, colour);
}

static void set(struct overlay *overlay, SDL_Renderer *renderer, enum overlay_text which,
                int pixels, const char *string)
{
    text_block_set(&overlay->blocks[which], &overlay->text, renderer, pixels, string);
}

/** Two lines in the middle: what is the matter, and what to do about it. */
static void draw_notice(struct overlay *overlay, SDL_Renderer *renderer,
                        const struct view_area *area, const char *title, const char *hint)
{
    const int pixels = text_pixels(area);
    const struct text_block *upper = &overlay->blocks[OVERLAY_TITLE];
    const struct text_block *lower = &overlay->blocks[OVERLAY_HINT];

    set(overlay, renderer, OVERLAY_TITLE, pixels * 2, title);
    set(overlay, renderer, OVERLAY_HINT, pixels, hint);
    const int gap = pixels / 2;
    const int wide = SDL_max(upper->w, lower->w) + 4 * gap;
    const int high = upper->h + gap + lower->h + 4 * gap;
    const int top = area->y + (area->h - high) / 2 + 2 * gap;

    draw_ground(renderer, area->x + (area->w - wide) / 2, top - 2 * gap, wide, high);
    text_block_draw(upper, renderer, area->x + (area->w - upper->w) / 2, top, white);
    text_block_draw(lower, renderer, area->x + (area->w - lower->w) / 2, top + upper->h + gap,
                    soft);
}

static void draw_state(struct overlay *overlay, SDL_Renderer *renderer,
                       const struct stream_view *stream, const struct view_area *area)
{
    char title[128];
    char hint[256];

    if (stream->state != TRI_STATE_LIVE && stream->trouble != TRI_OK) {
        snprintf(title, sizeof(title), "cannot read %s", stream->name);
        snprintf(hint, sizeof(hint), "%s", tri_strerror(stream->trouble));
    } else if (stream->state == TRI_STATE_WAITING) {
        snprintf(title, sizeof(title), "waiting for %s", stream->name);
        snprintf(hint, sizeof(hint), "to start it: triptych-capture --name %s", stream->name);
    } else if (stream->state == TRI_STATE_AWAY) {
        snprintf(title, sizeof(title), "no signal");
        snprintf(hint, sizeof(hint), "the writer of %s has ended; waiting for its return",
                 stream->name);
    } else if (stream->trouble != TRI_OK) {
        char fourcc[5];
        snprintf(title, sizeof(title), "cannot show %s",
                 tri_fourcc_text(stream->figures.video.fourcc, fourcc));
        snprintf(hint, sizeof(hint), "%s", tri_strerror(stream->trouble));
    } else {
        return;
    }
    draw_notice(overlay, renderer, area, title, hint);
}

static void draw_badge(struct overlay *overlay, SDL_Renderer *renderer,
                       const struct stream_view *stream, const struct view_area *area)
{
    const bool no_signal =
        stream->state == TRI_STATE_LIVE && (stream->info.flags & TRI_FRAME_NO_SIGNAL) != 0;
    const int pixels = text_pixels(area);

    if (!stream->paused && !no_signal)
        return;
    set(overlay, renderer, OVERLAY_BADGE, pixels,
        stream->paused ? "paused" : "no signal at the source");
    draw_panel(overlay, renderer, OVERLAY_BADGE,
               area->x + area->w - overlay->blocks[OVERLAY_BADGE].w - pixels * 2, area->y + pixels,
               amber);
}

static void draw_statistics(struct overlay *overlay, SDL_Renderer *renderer,
                            const struct stream_view *stream, const struct view_area *area)
{
    const int64_t now = tri_now_ns();
    const int pixels = text_pixels(area);

    if (!overlay->statistics)
        return;
    if (now - overlay->figures_ns >= FIGURES_NS) {
        statistics_write(overlay->figures, sizeof(overlay->figures), stream, overlay->level,
                         renderer, now);
        overlay->figures_ns = now;
    }
    set(overlay, renderer, OVERLAY_STATISTICS, pixels, overlay->figures);
    draw_panel(overlay, renderer, OVERLAY_STATISTICS, area->x + pixels, area->y + pixels, white);
}

static void draw_help(struct overlay *overlay, SDL_Renderer *renderer, const struct view_area *area)
{
    char keys[2048];
    const struct text_block *block = &overlay->blocks[OVERLAY_HELP];

    if (!overlay->help)
        return;
    keys_help(keys, sizeof(keys));
    // In a small window all of it at a smaller size is worth more than a part of it.
    for (int pixels = text_pixels(area); pixels >= 6; pixels--) {
        set(overlay, renderer, OVERLAY_HELP, pixels, keys);
        if (block->w + 2 * pixels <= area->w && block->h + 2 * pixels <= area->h)
            break;
    }
    draw_panel(overlay, renderer, OVERLAY_HELP, area->x + (area->w - block->w - block->pixels) / 2,
               area->y + (area->h - block->h - block->pixels) / 2, white);
}

static void draw_message(struct overlay *overlay, SDL_Renderer *renderer,
                         const struct view_area *area)
{
    const int pixels = text_pixels(area);

    if (overlay->message_until && tri_now_ns() >= overlay->message_until)
        overlay->message_until = 0;
    if (!overlay->message_until)
        return;
    set(overlay, renderer, OVERLAY_MESSAGE, pixels, overlay->message);
    draw_panel(overlay, renderer, OVERLAY_MESSAGE, area->x + pixels,
               area->y + area->h - overlay->blocks[OVERLAY_MESSAGE].h - pixels * 2, white);
}

void overlay_draw(struct overlay *overlay, SDL_Renderer *renderer, const struct stream_view *stream,
                  const struct view_area *area)
{
    if (!overlay->help) // both stand in the middle
        draw_state(overlay, renderer, stream, area);
    draw_badge(overlay, renderer, stream, area);
    draw_statistics(overlay, renderer, stream, area);
    draw_message(overlay, renderer, area);
    draw_help(overlay, renderer, area);
}
