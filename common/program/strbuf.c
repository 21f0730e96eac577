/* SPDX-License-Identifier: MIT */
#include "strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lines_start(struct lines *lines, char *text, size_t bytes)
{
    *lines = (struct lines){ .text = text, .bytes = bytes };
    text[0] = '\0';
}

void lines_add(struct lines *lines, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int n = vsnprintf(lines->text + lines->used, lines->bytes - lines->used, format, args);
    va_end(args);
    if (n > 0) {
        const size_t room = lines->bytes - 1 - lines->used;
        lines->used += (size_t)n < room ? (size_t)n : room;
    }
}

unsigned lines_count(const char *text)
{
    unsigned count = 1;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

void lines_add_cut(struct lines *lines, const char *text, int columns, int rows)
{
    const int count = (int)lines_count(text);

    for (int row = 0; row < count; row++) {
        const int length = (int)strcspn(text, "\n");
        if (row + 1 >= rows && row + 1 < count) {
            lines_add(lines, "… %d lines", count - row);
            return;
        }
        if (length <= columns)
            lines_add(lines, "%.*s", length, text);
        else
            lines_add(lines, "%.*s…", columns > 1 ? columns - 1 : 0, text);
        text += length + (text[length] == '\n');
        lines_add(lines, "%s", row + 1 < count ? "\n" : "");
    }
}
