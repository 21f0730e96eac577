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
    bool begun;    // something was written: what a regular file held before is gone
    char *created; // where the file is that was not there before; NULL: it was
    off_t mark;
    int error; // errno of the first write that failed, 0 before
};

/** Opens for writing; "-" is stdout. What a file holds stays until there is something to write, a
 *  symbolic link is followed and stays. A file that another triptych program reads or writes is
 *  refused. `output` must stay where it is until it is closed.
 *  @return false, and it has been logged, or a signal asked to stop meanwhile */
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

/** Forgets what has not been written yet: there turned out to be nothing to record. */
void output_discard(struct output *output);

/** Closes; removes a file that it has created and nothing was written to. @return false if data
 *  was lost, logged. */
bool output_close(struct output *output);

#endif
