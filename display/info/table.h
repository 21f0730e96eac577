/* SPDX-License-Identifier: MIT */
/** A table of streams that is written again and again: over the last one on a terminal, below it
 *  elsewhere. */
#ifndef INFO_TABLE_H
#define INFO_TABLE_H

#include <triptych/triptych.h>

#include <stdbool.h>

struct table {
    bool terminal;          // one that knows how to move its cursor
    unsigned width, height; // of the terminal; 80 columns and any number of lines elsewhere
    unsigned name_width;
    unsigned lines; // written so far
};

/** Looks how large the terminal is now, and writes the head. `first`: there is no table before it. */
void table_begin(struct table *table, bool first);

/** A line of one stream; `rate` below 0: not known. `left`, itself included, are still to come, 0 with
 *  the last one: where they do not fit any more, their number stands in the last line. */
void table_row(struct table *table, const struct tri_stream *stream,
               const tri_attachment_list *attachments, double rate, size_t left);

/** A line of words. */
void table_say(struct table *table, const char *text);

void table_end(struct table *table);

#endif
