/* SPDX-License-Identifier: MIT */
/** Builds a string piece by piece in the caller's memory; text that does not fit is cut off. */
#ifndef PROGRAM_STRBUF_H
#define PROGRAM_STRBUF_H

#include <triptych/log.h>

#include <stddef.h>

struct strbuf {
    char *text;
    size_t bytes;
    size_t used;
};

/** Starts with an empty string in `text`, which has room for `bytes`, at least 1. */
void strbuf_init(struct strbuf *buf, char *text, size_t bytes);

void strbuf_add(struct strbuf *buf, const char *format, ...) TRI_PRINTF(2, 3);

/** Number of lines in a text. */
unsigned strbuf_count_lines(const char *text);

/** Adds as much of a text as fits into `columns` by `rows` characters of one byte. A line that is cut
 *  ends with "…"; the last row gives the number of rows left out. */
void strbuf_add_clipped(struct strbuf *buf, const char *text, int columns, int rows);

#endif
