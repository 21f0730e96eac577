/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <stdarg.h>
#include <stdio.h>

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
