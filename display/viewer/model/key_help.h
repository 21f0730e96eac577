/* SPDX-License-Identifier: MIT */
/** The help of the keys as text, in columns. */
#ifndef VIEWER_KEY_HELP_H
#define VIEWER_KEY_HELP_H

#include <stdbool.h>
#include <stddef.h>

#define KEY_HELP_MAX 64 // keys

struct key_help {
    const char *label;
    const char *text;
};

/** Writes `count` rows in `columns` columns, without a newline at the end. */
void key_help_write(char *text, size_t bytes, const struct key_help *rows, size_t count,
                    unsigned columns);

/** Writes them in one column; lines longer than `width` characters are wrapped between words. */
void key_help_write_narrow(char *text, size_t bytes, const struct key_help *rows, size_t count,
                           int width);

#endif
