/* SPDX-License-Identifier: MIT */
#include "strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void strbuf_init(struct strbuf *buf, char *text, size_t bytes)
{
    *buf = (struct strbuf){ .text = text, .bytes = bytes };
    text[0] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(buf->text + buf->used, buf->bytes - buf->used, format, args);
    va_end(args);
    if (n > 0) {
        const size_t room = buf->bytes - 1 - buf->used;
        buf->used += (size_t)n < room ? (size_t)n : room;
    }
}

unsigned strbuf_count_lines(const char *text)
{
    unsigned count = 1;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

void strbuf_add_clipped(struct strbuf *buf, const char *text, int columns, int rows)
{
    const int count = (int)strbuf_count_lines(text);
    for (int row = 0; row < count; row++) {
        const int length = (int)strcspn(text, "\n");
        if (row + 1 >= rows && row + 1 < count) {
            strbuf_add(buf, "… %d lines", count - row);
            return;
        }
        if (length <= columns)
            strbuf_add(buf, "%.*s", length, text);
        else
            strbuf_add(buf, "%.*s…", columns > 1 ? columns - 1 : 0, text);
        text += length + (text[length] == '\n');
        strbuf_add(buf, "%s", row + 1 < count ? "\n" : "");
    }
}
