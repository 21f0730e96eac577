/* SPDX-License-Identifier: MIT */
/** A thread that waits on a stream, so that the window sleeps until there is something to do. */
#ifndef VIEWER_FEED_H
#define VIEWER_FEED_H

#include <triptych/triptych.h>

#include <SDL2/SDL.h>

/**
 * The reader belongs to the thread while it waits, and to the window's thread from the event on
 * until feed_release(): it is never used by both.
 */
struct feed;

/**
 * Starts to wait for frames of `reader`, which must outlive the feed.
 *
 * @param event  type of the SDL event pushed when there is something to take; its data1 is `user`.
 *               When the program is asked to stop, SDL_QUIT is pushed instead, within FEED_WAIT_MS.
 * @return NULL when there is no memory or thread to be had.
 */
struct feed *feed_start(tri_reader *reader, uint32_t event, void *user);

#define FEED_WAIT_MS 200 // longest that ending a feed may take

/** After an event: what tri_reader_borrow() said; on TRI_OK `frame` is on loan to the caller. */
enum tri_err feed_take(struct feed *feed, struct tri_frame *frame);

/** After feed_take(), with no frame on loan any more: wait for the next. */
void feed_release(struct feed *feed);

/** Ends the thread, gives back what it holds. Accepts NULL. */
void feed_stop(struct feed **feed);

#endif
