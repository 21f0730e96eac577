/* SPDX-License-Identifier: MIT */
/** Where the library's messages go. A NULL log is silent. */
#ifndef TRIPTYCH_LOG_H
#define TRIPTYCH_LOG_H

#include <triptych/api.h>

TRI_BEGIN

/** Severity of a message. */
enum tri_log_level { TRI_LOG_ERROR, TRI_LOG_WARN, TRI_LOG_INFO, TRI_LOG_DEBUG };

/** Receives messages. Each writer and reader keeps a copy; `user` must outlive them. */
typedef struct tri_log {
    /**
     * Takes one message: UTF-8 without control characters and without a newline, valid during the
     * call only. Runs on the thread that called the library; it must not call the same writer or
     * reader, and it should not block, because the frame waits for it.
     *
     * @param part  the component that sends the message: "segment", "writer", "reader", "v4l2"
     */
    void (*write)(void *user, enum tri_log_level level, const char *part, const char *text);
    void *user;               // passed to write()
    enum tri_log_level level; // messages above this level are not formatted at all
} tri_log;

/**
 * A log on stderr: seconds since start, program, level, part, text. The environment variable
 * TRIPTYCH_LOG (error, warn, info or debug) overrides `level`; NO_COLOR, a TERM that is
 * "dumb" or not set, and a stderr that is no terminal turn colours off.
 *
 * It never waits for stderr: a line that a stopped terminal or an unread pipe does not take is lost,
 * and the next line that is written gives the number of lost ones.
 *
 * Threads: any, also for the returned log; lines do not mix.
 * Cost:    a few system calls for each line that is written, none for others.
 */
TRI_API tri_log tri_log_to_stderr(enum tri_log_level level);

/** Formats one message, of which it keeps 1023 bytes, and sends it to `log`. Does nothing if `log` is
 *  NULL or does not want `level`. Keeps errno. Threads: any, as far as log->write() allows. Cost: that
 *  of log->write(). */
TRI_API void tri_log_write(const tri_log *log, enum tri_log_level level, const char *part,
                           const char *format, ...) TRI_PRINTF(4, 5);

TRI_END

#endif
