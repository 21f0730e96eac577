/* SPDX-License-Identifier: MIT */
/** A file or pipe that frames are written to one after the other, or not at all. */
#ifndef DUMP_OUTPUT_H
#define DUMP_OUTPUT_H

#include <triptych/triptych.h>

#include <stdio.h>

struct output {
    const char *path;
    const tri_log *log;
    int fd;
    FILE *file;    // buffers what goes to fd; NULL: not open
    bool can_undo; // a regular file: what was written of a frame can be taken back
    off_t mark;
    int error; // errno of the first write that failed, 0 before
};

/** "-" is stdout. `output` must stay where it is until it is closed.
 *  @return false, and it has been logged. */
bool output_open(struct output *output, const char *path, const tri_log *log);

/* Writing: after the first failure nothing more is written, and every call returns false. */
bool output_text(struct output *output, const char *format, ...) TRI_PRINTF(2, 3);
bool output_rows(struct output *output, const uint8_t *data, uint32_t stride, size_t row_bytes,
                 uint32_t rows);

/** Everything written from here on can be taken back, if can_undo. */
void output_mark(struct output *output);
bool output_undo(struct output *output);

/** Hands what is buffered to the system, so that a reader at a pipe's end has the whole frame. */
bool output_flush(struct output *output);

/** Says in the log why a write failed, in terms of what to do. */
void output_complain(const struct output *output);

/** Closes; removes a file that nothing was written to. @return false if data was lost, logged. */
bool output_close(struct output *output);

#endif
