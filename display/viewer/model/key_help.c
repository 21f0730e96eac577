/* SPDX-License-Identifier: MIT */
#include "key_help.h"

#include "program/strbuf.h"

#include <string.h>

/** The longest label and text of some rows. */
static void measure(const struct key_help *rows, size_t count, int *label, int *text)
{
    *label = *text = 0;
    for (size_t i = 0; i < count; i++) {
        const int label_length = (int)strlen(rows[i].label);
        const int text_length = (int)strlen(rows[i].text);
        *label = label_length > *label ? label_length : *label;
        *text = text_length > *text ? text_length : *text;
    }
}

void key_help_write(char *text, size_t bytes, const struct key_help *rows, size_t count,
                    unsigned columns)
{
    const size_t lines = (count + columns - 1) / columns;
    struct strbuf buf;
    int label_width;
    int text_width;
    strbuf_init(&buf, text, bytes);
    for (size_t line = 0; line < lines; line++) {
        for (size_t at = line; at < count; at += lines) {
            const size_t top = at - line;
            const size_t in_column = count - top < lines ? count - top : lines;
            const bool last = at + lines >= count;
            measure(rows + top, in_column, &label_width, &text_width);
            strbuf_add(&buf, "%-*s  %-*s%s", label_width, rows[at].label, last ? 0 : text_width,
                       rows[at].text, last ? "" : "  ");
        }
        if (line + 1 < lines)
            strbuf_add(&buf, "\n");
    }
}

void key_help_write_narrow(char *text, size_t bytes, const struct key_help *rows, size_t count,
                           int width)
{
    struct strbuf buf;
    int label_width;
    int text_width;
    measure(rows, count, &label_width, &text_width);
    strbuf_init(&buf, text, bytes);
    for (size_t i = 0; i < count; i++) {
        int used = label_width + 1;
        strbuf_add(&buf, "%s%-*s ", i ? "\n" : "", label_width, rows[i].label);
        for (const char *word = rows[i].text; *word;) {
            const int length = (int)strcspn(word, " ");
            if (used + 1 + length > width && used > label_width + 1) {
                strbuf_add(&buf, "\n%-*s ", label_width, "");
                used = label_width + 1;
            }
            strbuf_add(&buf, " %.*s", length, word);
            used += 1 + length;
            word += length + (word[length] == ' ');
        }
    }
}
