/* SPDX-License-Identifier: MIT */
/** --on-first-reader and --on-last-reader: commands that run when a stream gets its first reader, and
 *  when it has lost the last one. */
#ifndef CAPTURE_READER_HOOKS_H
#define CAPTURE_READER_HOOKS_H

#include "publisher.h"

/** The caller sets the first group; the rest starts as zero. */
struct reader_hooks {
    const char *first; // for sh -c; NULL: none
    const char *last;
    const char *stream; // name, for the commands in TRIPTYCH_STREAM
    const tri_log *log;

    bool has_readers;
    bool lost; // the last check found none
    int64_t checked_ns;
};

/** Returns when the next check is due while nothing else happens; INT64_MAX: never. */
int64_t reader_hooks_next(const struct reader_hooks *hooks);

/** Runs the command that is due, without waiting for its end. Checks for readers at most every 40 ms;
 *  two successive checks must find none, because a reader that moves to another segment is attached to
 *  none for a moment. */
void reader_hooks_check(struct reader_hooks *hooks, const struct publisher *publisher);

/** Runs the command for the last reader if the stream ends while it has readers. */
void reader_hooks_end(struct reader_hooks *hooks);

#endif
