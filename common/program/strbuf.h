/* SPDX-License-Identifier: MIT */
/** Text that is put together piece by piece; what does not fit is left out. */
#ifndef PROGRAM_STRBUF_H
#define PROGRAM_STRBUF_H

#include <triptych/log.h>

#include <stddef.h>

struct lines {
    char *text;
    size_t bytes, used;
};

/** Begins with nothing in `text`, which has room for `bytes`, at least 1. */
void lines_start(struct lines *lines, char *text, size_t bytes);

void lines_add(struct lines *lines, const char *format, ...) TRI_PRINTF(2, 3);

/** How many lines a text has. */
unsigned lines_count(const char *text);

/** Adds as much of a text as has room in `columns` by `rows` letters, each a byte: a line that is cut
 *  ends with "…", and of lines that are left out the last one tells the number. */
void lines_add_cut(struct lines *lines, const char *text, int columns, int rows);

#endif
