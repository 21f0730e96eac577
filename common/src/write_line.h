/* SPDX-License-Identifier: MIT */
/** Log lines that never delay frames. */
#ifndef TRI_WRITE_LINE_H
#define TRI_WRITE_LINE_H

#include <stdbool.h>

/**
 * Writes `text` and a newline to `fd` and never waits: not for a terminal after Ctrl-S, nor for a full
 * pipe.
 *
 * @return false if not all of it was written; errno is EAGAIN where the write would have waited.
 */
bool tri_write_line(int fd, const char *text);

#endif
