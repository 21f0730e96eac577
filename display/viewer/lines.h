/* SPDX-License-Identifier: MIT */
/** Text that is put together piece by piece; what does not fit is left out. */
#ifndef VIEWER_LINES_H
#define VIEWER_LINES_H

#include <triptych/log.h>

#include <stddef.h>

struct lines {
    char *text;
    size_t bytes, used;
};

/** Begins with nothing in `text`, which has room for `bytes`, at least 1. */
void lines_start(struct lines *lines, char *text, size_t bytes);

void lines_add(struct lines *lines, const char *format, ...) TRI_PRINTF(2, 3);

#endif
