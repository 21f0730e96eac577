/* SPDX-License-Identifier: MIT */
#include "help.h"

#include "input/keys.h"
#include "program/strbuf.h"

#include <string.h>

#define LEAST         9 // pixels: rather than smaller letters there are pages
#define LEAST_COLUMNS 22
#define LEAST_ROWS    4 // a window without room for that shows what it can
#define TEXT_BYTES    2048

void help_next(struct help *help)
{
    help->page = help->page && help->page >= help->pages ? 0 : help->page + 1;
}

/** Writes all keys in as many columns as allow the largest letters. @return their size */
static int write_whole(char *keys, size_t bytes, const struct text *text,
                       const struct view_area *area, int pixels)
{
    static const unsigned columns[] = { 2, 3, 4, 1 };
    unsigned best = columns[0];
    int largest = 0;

    for (size_t i = 0; i < SDL_arraysize(columns); i++) {
        keys_help(keys, bytes, columns[i]);
        const int fitting =
            text_fit(text, keys, pixels, area->w - 2 * pixels, area->h - 2 * pixels);
        if (fitting > largest) {
            largest = fitting;
            best = columns[i];
        }
    }
    keys_help(keys, bytes, best);
    return largest;
}

/** Writes one page of so many letters and lines, the last of which tells which page it is. */
static void write_page(struct help *help, char *page, size_t bytes, int columns, int rows)
{
    char keys[TEXT_BYTES];
    struct strbuf buf;
    unsigned line = 0;

    keys_help_narrow(keys, sizeof(keys), columns);
    const unsigned each = (unsigned)rows - 1;
    help->pages = (strbuf_count_lines(keys) + each - 1) / each;
    help->page = SDL_min(help->page, help->pages);
    strbuf_init(&buf, page, bytes);
    for (const char *at = keys; *at; line++) {
        const int length = (int)strcspn(at, "\n");
        if (line / each + 1 == help->page)
            strbuf_add(&buf, "%.*s\n", length, at);
        at += length + (at[length] == '\n');
    }
    strbuf_add(&buf, "h: on, %u of %u", help->page, help->pages);
}

void help_draw(struct help *help, struct text *text, SDL_Renderer *renderer,
               const struct view_area *area, int pixels)
{
    char keys[TEXT_BYTES];
    int columns, rows;

    if (!help->page)
        return;
    int fitting = write_whole(keys, sizeof(keys), text, area, pixels);
    text_room(text, LEAST, area->w - LEAST, area->h - LEAST, &columns, &rows);
    help->pages = 1;
    if (fitting < SDL_min(LEAST, pixels) && columns >= LEAST_COLUMNS && rows >= LEAST_ROWS) {
        fitting = LEAST;
        write_page(help, keys, sizeof(keys), columns, rows);
    }
    text_panel_set(&help->block, text, renderer, fitting, keys, 0, 0);
    // Where not all of it has room the keys come first.
    text_panel_draw(&help->block, renderer, area->x + SDL_max((area->w - help->block.w) / 2, 0),
                    area->y + SDL_max((area->h - help->block.h) / 2, 0));
}

void help_free(struct help *help)
{
    text_block_free(&help->block);
}
