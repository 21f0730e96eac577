/* SPDX-License-Identifier: MIT */
/** A file or pipe for frames. A frame is written completely or, where possible, not at all. */
#ifndef DUMP_OUTPUT_H
#define DUMP_OUTPUT_H

#include <triptych/triptych.h>

#include <stdio.h>

struct output {
    const char *path;
    const tri_log *log;
    int fd;
    FILE *file;    // buffers what goes to fd; NULL: not open
    bool can_undo; // a regular file: a partly written frame can be removed again
    bool begun;    // something was written; a regular file was truncated before that
    char *created; // path of a file that did not exist before; NULL: it did
    off_t mark;
    int error; // errno of the first write that failed, 0 before
};

/** Opens for writing; "-" is stdout. A file keeps its contents until the first write. Symbolic
 *  links are followed. A file that another triptych program reads or writes is refused. `output`
 *  must not move until it is closed.
 *  @return false: logged, or a signal requested the end of the program */
bool output_open(struct output *output, const char *path, const tri_log *log);

/* After the first failure nothing more is written, and every call returns false. */
bool output_text(struct output *output, const char *format, ...) TRI_PRINTF(2, 3);
bool output_rows(struct output *output, const uint8_t *data, uint32_t stride, size_t row_bytes,
                 uint32_t rows);

/** Marks the position that output_undo() returns to, if can_undo. */
void output_mark(struct output *output);
bool output_undo(struct output *output);

/** Writes what is buffered, so that the reader of a pipe gets the complete frame. */
bool output_flush(struct output *output);

/** Logs why a write failed and what to do. */
void output_log_error(const struct output *output);

/** Discards what is buffered, if nothing was written yet: there is nothing to record. */
void output_discard(struct output *output);

/** Closes. Removes a file that it created if nothing was written. @return false if data was
 *  lost, logged. */
bool output_close(struct output *output);

#endif
