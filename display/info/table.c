/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, NAME_WIDTH = 14, SIZE_FROM = 100 }; // least width with room for sizes

/* One line, cut at the width of the terminal. */
static void write_line(struct table *table, const char *format, ...) TRI_PRINTF(2, 3);

static void write_line(struct table *table, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    length = length < (int)sizeof(text) ? length : (int)sizeof(text) - 1;
    length = length < (int)table->width ? length : (int)table->width;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    // Clears the rest of an older line; after a full line terminals would clear its last character.
    const bool clears = table->terminal && length < (int)table->width;
    printf("%.*s%s\n", length, text, clears ? "\033[K" : "");
    table->lines++;
}

static void write_row(struct table *table, const char *const cells[10])
{
    char size[16] = "";
    if (table->width >= SIZE_FROM)
        snprintf(size, sizeof(size), "%-10.10s ", cells[4]);
    write_line(table, "%-*.*s %-6.6s %-8.8s %-4.4s %s%7s %8s %7s %9s %s", (int)table->name_width,
               (int)table->name_width, cells[0], cells[1], cells[2], cells[3], size, cells[5],
               cells[6], cells[7], cells[8], cells[9]);
}

void table_begin(struct table *table, bool first)
{
    static const char *const heads[10] = { "NAME", "STATE",  "OWNER",   "FMT",       "SIZE",
                                           "FPS",  "AGE ms", "READERS", "DROPS d+w", "READ BY" };
    struct winsize size = { .ws_col = 0 };
    const char *term = getenv("TERM");
    *table = (struct table){ .width = WIDTH };
    table->terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        table->width = size.ws_col;
        table->height = table->terminal ? size.ws_row : 0;
    }
    const unsigned more = table->width > SIZE_FROM ? table->width - SIZE_FROM : 0;
    table->name_width =
        NAME_WIDTH + (more < TRI_NAME_MAX - NAME_WIDTH ? more : TRI_NAME_MAX - NAME_WIDTH);
    if (table->terminal)
        fputs("\033[H", stdout); // to the top left
    else if (!first)
        putchar('\n');
    write_row(table, heads);
}

/* Eight characters at most: "12.3", "123456.7", "2.5e+07". */
static void short_number(double value, char *text, size_t bytes)
{
    snprintf(text, bytes, value < 1e7 ? "%.1f" : "%.1e", value);
}

void table_row(struct table *table, const struct tri_stream *stream,
               const tri_attachment_list *attachments, double rate, size_t left)
{
    char name[32];
    char owner[64];
    char format[8];
    char size[16];
    char fps[24] = "-";
    char age[24] = "-";
    char readers[16];
    char drops[48];
    char read_by[256];
    // The last line of a terminal stays empty, for the cursor.
    if (table->height > 0 && table->lines + 1 >= table->height)
        return;
    if (table->height > 0 && table->lines + 2 >= table->height && left > 0) {
        write_line(table, "... %zu more", left);
        return;
    }
    if (rate >= 0)
        snprintf(fps, sizeof(fps), rate < 10000 ? "%.2f" : "%.0f", rate);
    if (stream->has_frame)
        short_number(describe_age_ms(stream), age, sizeof(age));
    snprintf(readers, sizeof(readers), "%" PRIu32, describe_readers(stream));
    snprintf(drops, sizeof(drops), "%" PRIu64 "+%" PRIu64, stream->dropped_driver,
             stream->dropped_writer);
    write_row(table, (const char *const[10]){
                         describe_name(stream, name, sizeof(name)), describe_state(stream),
                         describe_user(stream->owner, owner, sizeof(owner)),
                         describe_format(stream, format, sizeof(format)),
                         describe_size(stream, size, sizeof(size)), fps, age, readers, drops,
                         describe_read_by(stream, attachments, read_by, sizeof(read_by)) });
}

void table_text(struct table *table, const char *text)
{
    write_line(table, "%s", text);
}

void table_end(struct table *table)
{
    if (table->terminal)
        fputs("\033[J", stdout); // clears the rest of a longer table
}
