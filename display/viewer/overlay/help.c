/* SPDX-License-Identifier: MIT */
#include "help.h"

#include "program/strbuf.h"

#include <string.h>

#define LETTERS_MIN 9 // pixels: pages rather than smaller letters
#define COLUMNS_MIN 22
#define ROWS_MIN    4 // a window without room for that shows what it can
#define TEXT_BYTES  2048

void help_next(struct help *help)
{
    help->page = help->page && help->page >= help->pages ? 0 : help->page + 1;
}

/** Writes all keys in the number of columns that allows the largest letters. @return their size */
static int write_whole(const struct help *help, char *keys, size_t bytes, const struct text *text,
                       const struct view_area *area, int pixels)
{
    static const unsigned columns[] = { 2, 3, 4, 1 };
    unsigned best = columns[0];
    int largest = 0;
    for (size_t i = 0; i < SDL_arraysize(columns); i++) {
        key_help_write(keys, bytes, help->rows, help->row_count, columns[i]);
        const int fitting =
            text_fit(text, keys, pixels, area->w - 2 * pixels, area->h - 2 * pixels);
        if (fitting > largest) {
            largest = fitting;
            best = columns[i];
        }
    }
    key_help_write(keys, bytes, help->rows, help->row_count, best);
    return largest;
}

/** Writes one page of `columns` by `rows` characters. Its last line gives the number of the page. */
static void write_page(struct help *help, char *page, size_t bytes, int columns, int rows)
{
    char keys[TEXT_BYTES];
    struct strbuf buf;
    unsigned line = 0;
    key_help_write_narrow(keys, sizeof(keys), help->rows, help->row_count, columns);
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
    strbuf_add(&buf, "h: next, %u of %u", help->page, help->pages);
}

void help_draw(struct help *help, struct text *text, SDL_Renderer *renderer,
               const struct view_area *area, int pixels)
{
    char keys[TEXT_BYTES];
    int columns;
    int rows;
    if (!help->page)
        return;
    int fitting = write_whole(help, keys, sizeof(keys), text, area, pixels);
    text_room(text, LETTERS_MIN, area->w - LETTERS_MIN, area->h - LETTERS_MIN, &columns, &rows);
    help->pages = 1;
    if (fitting < SDL_min(LETTERS_MIN, pixels) && columns >= COLUMNS_MIN && rows >= ROWS_MIN) {
        fitting = LETTERS_MIN;
        write_page(help, keys, sizeof(keys), columns, rows);
    }
    text_panel_set(&help->block, text, renderer, fitting, keys, 0, 0);
    // If it does not fit, the left edge with the keys stays visible.
    text_panel_draw(&help->block, renderer, area->x + SDL_max((area->w - help->block.w) / 2, 0),
                    area->y + SDL_max((area->h - help->block.h) / 2, 0));
}

void help_free(struct help *help)
{
    text_block_free(&help->block);
}
