/* SPDX-License-Identifier: MIT */
/**
 * The descriptor of a reader: a thread waits for the reader's next event and makes the descriptor
 * readable.
 *
 * The thread does not follow the stream: it sleeps on the reader's mapping, as the reader's phase
 * requires. For each frame it makes the descriptor readable and continues. After any other change
 * it waits until the reader has handled it in tri_reader_acquire() and has a new phase.
 */
#ifndef TRI_READER_FD_H
#define TRI_READER_FD_H

#include "reader_private.h"

/** At the start of tri_reader_acquire(): makes the descriptor not readable. */
void tri_reader_fd_begin(tri_reader *r);

/** At its end: readable again if there is more. */
void tri_reader_fd_end(tri_reader *r);

/** The phase has changed. */
void tri_reader_fd_follow(tri_reader *r);

/** Ends the thread and closes the descriptor. */
void tri_reader_fd_close(tri_reader *r);

#endif
