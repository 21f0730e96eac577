/* SPDX-License-Identifier: MIT */
/**
 * The descriptor of a reader: a thread waits for what the reader waits for, and makes it readable.
 *
 * The thread follows no stream: it only sleeps where the reader's phase says, on the reader's mapping.
 * For each frame it makes the descriptor readable and goes on. After any other change, it waits until
 * the reader has dealt with it in tri_reader_acquire() and has a phase to go on with.
 */
#ifndef TRI_READER_FD_H
#define TRI_READER_FD_H

#include "reader_private.h"

/** Before tri_reader_acquire() looks: makes the descriptor not readable. */
void tri_reader_fd_begin(tri_reader *r);

/** After it: readable again if there is more. */
void tri_reader_fd_end(tri_reader *r);

/** The phase has changed. */
void tri_reader_fd_follow(tri_reader *r);

/** Ends the thread and closes the descriptor. */
void tri_reader_fd_close(tri_reader *r);

#endif
