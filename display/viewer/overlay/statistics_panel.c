/* SPDX-License-Identifier: MIT */
#include "statistics_panel.h"

#include "program/strbuf.h"

#include <stdio.h>
#include <string.h>

#define GRAPH_LINES 4  // height of a graph in lines of text, gaps included
#define ALL_LEAST   14 // pixels: smallest letters of the full statistics

/** Composes the text, as far as it fits. */
static void compose(struct statistics_panel *panel, const char *head, const char *details,
                    int columns, int rows)
{
    const int stats =
        (int)strbuf_count_lines(head) + (details[0] ? (int)strbuf_count_lines(details) : 0);
    char words[sizeof(panel->words)];
    struct strbuf buf;
    if (stats + 2 * GRAPH_LINES > rows)
        panel->graphed = false; // they have their own level
    snprintf(words, sizeof(words), "%s%s%s%s", head,
             panel->graphed ? "\n \n \n \n \n \n \n \n " : "", details[0] ? "\n" : "", details);
    strbuf_init(&buf, panel->words, sizeof(panel->words));
    strbuf_add_clipped(&buf, words, columns, rows);
}

/** Replaces the padding of numbers by single spaces. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        if (at[0] != ' ' || at[1] != ' ')
            *to++ = *at;
    }
    *to = '\0';
}

static void write_out(struct statistics_panel *panel, struct text *text, SDL_Renderer *renderer,
                      const struct stream_view *stream, enum statistics_level level,
                      const struct view_area *window, int64_t now_ns)
{
    char head[128];
    char details[sizeof(panel->words) - sizeof(head)];
    int columns;
    int rows;
    if (now_ns - panel->written_ns < STATISTICS_PANEL_NS && panel->of == stream)
        return;
    statistics_write_rates(head, sizeof(head), stream, now_ns);
    details[0] = '\0';
    if (level >= STATISTICS_ALL && stream->has_picture)
        statistics_write_details(details, sizeof(details), stream, renderer);
    panel->graphed = level >= STATISTICS_GRAPHS && stream->has_picture;
    text_room(text, TEXT_PIXELS_MIN, window->w - TEXT_PIXELS_MIN, window->h - TEXT_PIXELS_MIN,
              &columns, &rows);
    if ((int)strlen(head) > columns)
        squeeze(head);
    compose(panel, head, details, columns, rows);
    panel->written_ns = now_ns;
    panel->of = stream;
}

/** The stream's period in ms; 0: unknown. */
static double period_ms(const struct stream_view *stream)
{
    const struct tri_video *video = &stream->info.video;
    return video->fps_num ? 1000.0 * video->fps_den / video->fps_num : 0;
}

void statistics_panel_draw(struct statistics_panel *panel, struct text *text,
                           SDL_Renderer *renderer, const struct stream_view *stream,
                           enum statistics_level level, int x, int y,
                           const struct view_area *window, int pixels)
{
    const struct text_block *block = &panel->block;
    const int64_t now = tri_now_ns();
    write_out(panel, text, renderer, stream, level, window, now);
    if (level >= STATISTICS_ALL) // many lines: smaller letters hide less and cost less
        pixels = SDL_max(pixels * 3 / 4, SDL_min(pixels, ALL_LEAST));
    pixels = text_fit(text, panel->words, pixels, window->w - 2 * pixels, window->h - 2 * pixels);
    const int margin = pixels / 2;
    text_panel_set(&panel->block, text, renderer, pixels, panel->words, 0, 0);
    x = SDL_max(SDL_min(x, window->x + window->w - block->w), window->x);
    y = SDL_max(SDL_min(y, window->y + window->h - block->h), window->y);
    text_panel_draw(block, renderer, x, y);

    const int line = (block->h - 2 * margin) / (int)strbuf_count_lines(panel->words);
    for (int i = 0; panel->graphed && i < 2; i++) {
        const struct view_area area = { x + margin, y + 2 * margin + line * (1 + GRAPH_LINES * i),
                                        block->w - 2 * margin, GRAPH_LINES * line - 2 * margin };
        graph_draw(&panel->graphs[i], text, renderer, &area, &stream->trace, (enum trace_kind)i,
                   i == TRACE_INTERVAL ? period_ms(stream) : 0, now, pixels);
    }
}

void statistics_panel_free(struct statistics_panel *panel)
{
    text_block_free(&panel->block);
    graph_free(&panel->graphs[0]);
    graph_free(&panel->graphs[1]);
}
