/* SPDX-License-Identifier: MIT */
/** The table of `watch`: overwritten at each update on a terminal, printed below the last one
 *  elsewhere. */
#ifndef INFO_TABLE_H
#define INFO_TABLE_H

#include <triptych/triptych.h>

#include <stdbool.h>

struct table {
    bool terminal;  // a terminal that can move its cursor
    unsigned width; // of the terminal; elsewhere 80 columns and height 0
    unsigned height;
    unsigned name_width;
    unsigned lines; // written so far
};

/** Reads the size of the terminal and writes the head. `first`: no table was written before. */
void table_begin(struct table *table, bool first);

/** A line of one stream; `rate` below 0: not known. `left`, itself included, are still to come, 0 with
 *  the last one: if they do not fit, the last line has their number. */
void table_row(struct table *table, const struct tri_stream *stream,
               const tri_attachment_list *attachments, double rate, size_t left);

/** Writes a line of text. */
void table_text(struct table *table, const char *text);

void table_end(struct table *table);

#endif
