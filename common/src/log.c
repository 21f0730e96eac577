/* SPDX-License-Identifier: MIT */
#include "utf8.h"
#include "write_line.h"

#include <triptych/frame.h>
#include <triptych/log.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 1024 // one write(2) a line, so that lines of several processes do not mix

static const char *const level_words[] = { "error", "warn", "info", "debug" };
static const char *const level_colours[] = { "\033[31m", "\033[33m", "", "\033[2m" };

void tri_log_write(const tri_log *log, enum tri_log_level level, const char *part,
                   const char *format, ...)
{
    if (!log || !log->write || level > log->level)
        return;

    const int saved = errno;
    char text[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    tri_utf8_clean(text); // it may contain names of files, devices and processes
    log->write(log->user, level, part, text);
    errno = saved;
}

/** Time of this process's first log: zero of its time stamps. */
static _Atomic int64_t log_start_ns;

/** Lines lost because stderr would have blocked, since the last written line. */
static _Atomic uint64_t lost_lines;

static void write_to_stderr(void *user, enum tri_log_level level, const char *part,
                            const char *text)
{
    const bool colours = user != NULL;
    char line[LINE_BYTES + 128];
    const double seconds = (double)(tri_now_ns() - log_start_ns) / 1e9;
    const uint64_t lost = atomic_exchange(&lost_lines, 0);
    char gap[64] = "";
    if (lost > 0)
        snprintf(gap, sizeof(gap), "(%" PRIu64 " lines lost: stderr was blocked) ", lost);
    snprintf(line, sizeof(line), "%s%6.3f %s %-5s %-8s %s%s%s", colours ? level_colours[level] : "",
             seconds, program_invocation_short_name, level_words[level], part, gap, text,
             colours && *level_colours[level] ? "\033[0m" : "");
    if (!tri_write_line(STDERR_FILENO, line))
        atomic_fetch_add(&lost_lines, lost + 1);
}

tri_log tri_log_to_stderr(enum tri_log_level level)
{
    static int yes;
    int64_t unset = 0;
    atomic_compare_exchange_strong(&log_start_ns, &unset, tri_now_ns());

    const char *wanted = getenv("TRIPTYCH_LOG");
    for (size_t i = 0; wanted && i < sizeof(level_words) / sizeof(level_words[0]); i++) {
        if (strcmp(wanted, level_words[i]) == 0)
            level = (enum tri_log_level)i;
    }

    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    const bool colours =
        isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !(no_color && *no_color);
    return (tri_log){ .write = write_to_stderr, .user = colours ? &yes : NULL, .level = level };
}
