/* SPDX-License-Identifier: MIT */
/** A thread that waits for a stream's frames, so that the window's thread can sleep. */
#ifndef VIEWER_READER_THREAD_H
#define VIEWER_READER_THREAD_H

#include <triptych/triptych.h>

#include <stdbool.h>

/**
 * The thread uses the reader while it waits; the window's thread uses it from the wake-up until
 * reader_thread_resume(). They never use it at the same time.
 */
struct reader_thread;

/** Called on the reader's thread when there is a result to take, or when a signal stops the program. */
typedef void reader_thread_wake(void *user);

/** Starts a thread that waits for frames of `reader`, which outlives it. @return NULL: no memory or
 *  thread */
struct reader_thread *reader_thread_start(tri_reader *reader, reader_thread_wake *wake, void *user);

/**
 * Takes the result of tri_reader_acquire(). With TRI_OK the caller owns `frame`. TRI_ERR_TIMEOUT: the
 * stream exists without a writer, which ended before this reader was opened.
 *
 * @return false: there is none, and the caller must not use the reader
 */
bool reader_thread_take(struct reader_thread *reader_thread, struct tri_frame *frame,
                        enum tri_err *outcome);

/** Returns the reader to the thread, after reader_thread_take() and the release of the frame. */
void reader_thread_resume(struct reader_thread *reader_thread);

/** Requests the thread to end without waiting for it, so that several end in parallel. Accepts NULL. */
void reader_thread_request_stop(struct reader_thread *reader_thread);

/** Ends the thread and releases its frame. Accepts NULL. */
void reader_thread_stop(struct reader_thread **reader_thread);

#endif
