/* SPDX-License-Identifier: MIT */
/** A thread that waits on a stream, so that the window sleeps until there is something to do. */
#ifndef VIEWER_READER_THREAD_H
#define VIEWER_READER_THREAD_H

#include <triptych/triptych.h>

#include <stdbool.h>

/**
 * The reader belongs to the thread while it waits, and to the window's thread from the wake-up on
 * until feed_release(): it is never used by both.
 */
struct reader_thread;

/** Called on a feed's thread when there is something to take, or the program is asked to stop. */
typedef void reader_thread_wake(void *user);

/** Starts to wait for frames of `reader`, which must outlive the feed.
 *  @return NULL when there is no memory or thread to be had. */
struct reader_thread *reader_thread_start(tri_reader *reader, reader_thread_wake *wake, void *user);

#define READER_THREAD_WAIT_MS \
    200 // longest that a signal goes unnoticed, and that ending a feed may take

/**
 * What the feed has: what tri_reader_acquire() said; on TRI_OK `frame` is on loan to the caller. On
 * TRI_ERR_TIMEOUT the stream was found without its writer, whose end nobody here has seen.
 *
 * @return false: nothing, and the reader is not the caller's
 */
bool reader_thread_take(struct reader_thread *reader_thread, struct tri_frame *frame,
                        enum tri_err *outcome);

/** After feed_take(), with no frame on loan any more: wait for the next. */
void reader_thread_resume(struct reader_thread *reader_thread);

/** Asks the thread to end, without waiting for it: of several feeds, first ask all. Accepts NULL. */
void reader_thread_request_stop(struct reader_thread *reader_thread);

/** Ends the thread, gives back what it holds. Accepts NULL. */
void reader_thread_stop(struct reader_thread **reader_thread);

#endif
