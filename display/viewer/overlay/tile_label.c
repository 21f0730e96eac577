/* SPDX-License-Identifier: MIT */
#include "tile_label.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_SHARE   8  // letters of a name are at most this part of a small tile's height,
#define NAME_LEAST   10 // but at least this high
#define HINT_COLUMNS 64 // letters of a line of a hint

/** Renderer, size and place of a label. */
struct drawing {
    struct tile_label *tile_label;
    struct text *text;
    SDL_Renderer *renderer;
    const struct view_area *area;
    int pixels;
    int margin; // of badges from the edges
};

/** Sets a label, `pixels` high or as high as fits into `w` by `h`. */
static const struct text_block *set(const struct drawing *on, enum tile_label_text which,
                                    const char *string, int pixels, int w, int h)
{
    struct text_block *block = &on->tile_label->blocks[which];
    text_block_set(block, on->text, on->renderer, text_fit(on->text, string, pixels, w, h), string);
    return block;
}

/** Draws two lines in the middle: the state, and what to do. */
static void draw_state(const struct drawing *on, const char *title, const char *hint)
{
    const struct view_area *area = on->area;
    const int gap = SDL_min(on->pixels, area->h / 10) / 2;
    const int room = area->w - 4 * gap;
    const struct text_block *upper =
        set(on, TILE_LABEL_TITLE, title, on->pixels * 2, room, (area->h - 5 * gap) * 2 / 3);
    const struct text_block *lower =
        set(on, TILE_LABEL_HINT, hint, SDL_min(on->pixels, upper->pixels), room,
            area->h - 5 * gap - upper->h);
    const bool hinted = lower->w <= room; // a cut hint is useless
    const int wide = (hinted ? SDL_max(upper->w, lower->w) : upper->w) + 4 * gap;
    const int high = upper->h + (hinted ? gap + lower->h : 0) + 4 * gap;
    const int top = area->y + (area->h - high) / 2 + 2 * gap;
    text_background(on->renderer, area->x + (area->w - wide) / 2, top - 2 * gap, wide, high);
    text_block_draw(upper, on->renderer, area->x + (area->w - upper->w) / 2, top, text_white);
    if (hinted)
        text_block_draw(lower, on->renderer, area->x + (area->w - lower->w) / 2,
                        top + upper->h + gap, text_dim);
}

/** Draws the label of the reference: left of the divider, otherwise in the lower right corner. */
static void draw_compared(const struct drawing *on, const struct stream_view *stream)
{
    char text[64];
    if (!compare_is_on(&stream->compare) || !stream->has_picture)
        return;
    compare_label(&stream->compare, text, sizeof(text));
    const struct text_block *block =
        set(on, TILE_LABEL_COMPARED, text, on->pixels, on->area->w / 2, on->area->h / 4);
    const int wide = block->w + block->pixels + on->margin;
    const int right = stream->compare.mode == COMPARE_SPLIT
                          ? compare_divider(&stream->compare, on->area)
                          : on->area->w;
    text_block_panel(block, on->renderer, on->area->x + SDL_max(right - wide, on->margin),
                     on->area->y + on->area->h - block->h - block->pixels - on->margin, text_amber);
}

/** Divides a message into lines: after its reason, and between words. `to` is as large as `text`. */
static void wrap(char *to, const char *text)
{
    size_t begin = 0;
    size_t space = 0;
    size_t i;
    for (i = 0; text[i]; i++) {
        to[i] = text[i];
        if (text[i] != ' ')
            continue;
        if (i - begin > HINT_COLUMNS && space > begin) {
            to[space] = '\n';
            begin = space + 1;
        }
        space = i;
        if (i > 0 && text[i - 1] == ';') {
            to[i] = '\n';
            begin = i + 1;
        }
    }
    if (i - begin > HINT_COLUMNS && space > begin)
        to[space] = '\n';
    to[i] = '\0';
}

static void draw_state_label(const struct drawing *on, const struct stream_view *stream)
{
    char title[128];
    char hint[sizeof(stream->reason)];
    if (stream->last_error != TRI_OK && !stream->refused_fourcc) {
        snprintf(title, sizeof(title), "cannot read %s", stream->name);
        wrap(hint, stream->reason);
    } else if (stream->state == TRI_STATE_WAITING) {
        snprintf(title, sizeof(title), "waiting for %s", stream->name);
        if (stream->writer_without_frames)
            snprintf(hint, sizeof(hint), "its writer runs and has published no frame yet");
        else
            snprintf(hint, sizeof(hint), "to start it: triptych-capture --name %s", stream->name);
    } else if (stream->state == TRI_STATE_NO_WRITER) {
        snprintf(title, sizeof(title), "no signal");
        snprintf(hint, sizeof(hint), "the writer of %s has ended; waiting for another",
                 stream->name);
    } else if (stream->last_error != TRI_OK) {
        char fourcc[5];
        snprintf(title, sizeof(title), "cannot show %s",
                 tri_fourcc_name(stream->refused_fourcc, fourcc));
        wrap(hint, stream->reason);
    } else {
        return;
    }
    draw_state(on, title, hint);
}

static void draw_name(const struct drawing *on, const struct stream_view *stream)
{
    const int pixels = SDL_min(on->pixels, SDL_max(on->area->h / NAME_SHARE, NAME_LEAST));
    const struct text_block *block =
        set(on, TILE_LABEL_NAME, stream->name, pixels, on->area->w / 2, on->area->h / 4);
    text_block_panel(block, on->renderer, on->area->x, on->area->y, text_white);
}

/** "paused, frame 123, -3": three frames before the newest that was shown. */
static void write_paused(const struct stream_view *stream, char *text, size_t bytes)
{
    char back[16] = "";
    if (stream->history.ring.back)
        snprintf(back, sizeof(back), ", -%u", stream->history.ring.back);
    if (stream->has_picture)
        snprintf(text, bytes, "paused, frame %" PRIu64 "%s", stream->info.number, back);
    else
        snprintf(text, bytes, "paused");
}

static void draw_badge(const struct drawing *on, const struct stream_view *stream)
{
    char text[64] = "no signal at the source";
    const bool no_signal =
        stream->state == TRI_STATE_LIVE && (stream->info.flags & TRI_FRAME_NO_SIGNAL) != 0;
    if (!stream->paused && !no_signal)
        return;
    if (stream->paused)
        write_paused(stream, text, sizeof(text));
    const struct text_block *block =
        set(on, TILE_LABEL_BADGE, text, on->pixels, on->area->w / 2, on->area->h / 4);
    text_block_panel(block, on->renderer,
                     on->area->x + on->area->w - block->w - block->pixels - on->margin,
                     on->area->y + on->margin, text_amber);
}

bool tile_label_is_empty(const struct stream_view *stream)
{
    return stream->state == TRI_STATE_LIVE && stream->last_error == TRI_OK && !stream->paused &&
           !compare_is_on(&stream->compare) && !(stream->info.flags & TRI_FRAME_NO_SIGNAL);
}

void tile_label_draw(struct tile_label *tile_label, struct text *text, SDL_Renderer *renderer,
                     const struct stream_view *stream, const struct view_area *area, int pixels,
                     bool named)
{
    const int margin = named ? 0 : SDL_min(pixels, area->w / 40); // in line with a name
    const struct drawing on = { tile_label, text, renderer, area, pixels, margin };
    draw_state_label(&on, stream);
    draw_badge(&on, stream);
    draw_compared(&on, stream);
    if (named)
        draw_name(&on, stream);
}

int tile_label_name_height(const struct tile_label *tile_label)
{
    const struct text_block *block = &tile_label->blocks[TILE_LABEL_NAME];
    return block->texture ? block->h + block->pixels : 0;
}

void tile_label_free(struct tile_label *tile_label)
{
    for (size_t i = 0; i < TILE_LABEL_TEXTS; i++)
        text_block_free(&tile_label->blocks[i]);
}
