/* SPDX-License-Identifier: MIT */
#include "reader_thread.h"

#include "program/stop.h"

#include <SDL2/SDL.h>

#include <stdlib.h>

struct feed {
    tri_reader *reader;
    feed_wake *wake;
    void *user;
    SDL_Thread *thread;
    SDL_mutex *mutex;
    SDL_cond *released;
    // Guarded by the mutex:
    bool ending;
    bool offered; // the reader is the taker's
    struct tri_frame frame;
    enum tri_err outcome;
};

static bool is_ending(struct feed *feed)
{
    SDL_LockMutex(feed->mutex);
    const bool ending = feed->ending;
    SDL_UnlockMutex(feed->mutex);
    return ending;
}

/** Tells the taker, and waits until it has had its turn with the reader. */
static void offer(struct feed *feed, const struct tri_frame *frame, enum tri_err outcome)
{
    SDL_LockMutex(feed->mutex);
    feed->frame = *frame;
    feed->outcome = outcome;
    feed->offered = true;
    feed->wake(feed->user);
    while (feed->offered && !feed->ending)
        SDL_CondWait(feed->released, feed->mutex);
    SDL_UnlockMutex(feed->mutex);
}

/** Whether the stream is there without a writer. */
static bool is_away(const tri_reader *reader)
{
    struct tri_reader_stats counts;

    tri_reader_get_stats(reader, &counts);
    return counts.state == TRI_STATE_NO_WRITER;
}

static int wait_for_frames(void *user)
{
    struct feed *feed = user;
    enum tri_err last = TRI_OK;
    bool away = false; // it was said
    int wait_ms = 0;   // a first look tells what there is

    while (!is_ending(feed)) {
        struct tri_frame frame = { 0 };
        const enum tri_err err = tri_reader_acquire(feed->reader, &frame, wait_ms);
        wait_ms = FEED_WAIT_MS;

        if (stop_asked()) {
            tri_reader_release(feed->reader, &frame);
            feed->wake(feed->user);
            return 0;
        }
        if (err == TRI_ERR_INTERRUPTED)
            continue;
        if (err == TRI_ERR_TIMEOUT) {
            last = err;
            if (!away && is_away(feed->reader)) {
                away = true;
                offer(feed, &frame, err);
            }
            continue;
        }
        if (err == TRI_OK || err == TRI_ERR_NO_WRITER)
            away = err == TRI_ERR_NO_WRITER;
        if (err != TRI_OK && err != TRI_ERR_NO_WRITER)
            SDL_Delay(FEED_WAIT_MS); // a refusal comes at once, and again at the next try
        if (err == TRI_OK || err != last)
            offer(feed, &frame, err);
        last = err;
    }
    return 0;
}

struct feed *feed_start(tri_reader *reader, feed_wake *wake, void *user)
{
    struct feed *feed = calloc(1, sizeof(*feed));

    if (!feed)
        return NULL;
    feed->reader = reader;
    feed->wake = wake;
    feed->user = user;
    feed->mutex = SDL_CreateMutex();
    feed->released = SDL_CreateCond();
    if (feed->mutex && feed->released)
        feed->thread = SDL_CreateThread(wait_for_frames, "feed", feed);
    if (!feed->thread)
        feed_stop(&feed);
    return feed;
}

bool feed_take(struct feed *feed, struct tri_frame *frame, enum tri_err *outcome)
{
    SDL_LockMutex(feed->mutex);
    const bool offered = feed->offered;
    if (offered) {
        *frame = feed->frame;
        feed->frame = (struct tri_frame){ 0 };
        *outcome = feed->outcome;
    }
    SDL_UnlockMutex(feed->mutex);
    return offered;
}

void feed_release(struct feed *feed)
{
    SDL_LockMutex(feed->mutex);
    feed->offered = false;
    SDL_CondSignal(feed->released);
    SDL_UnlockMutex(feed->mutex);
}

void feed_ask_to_end(struct feed *feed)
{
    if (!feed)
        return;
    SDL_LockMutex(feed->mutex);
    feed->ending = true;
    SDL_CondSignal(feed->released);
    SDL_UnlockMutex(feed->mutex);
}

void feed_stop(struct feed **out)
{
    struct feed *feed = *out;

    *out = NULL;
    if (!feed)
        return;
    if (feed->thread) {
        feed_ask_to_end(feed);
        SDL_WaitThread(feed->thread, NULL);
        tri_reader_release(feed->reader, &feed->frame);
    }
    if (feed->released)
        SDL_DestroyCond(feed->released);
    if (feed->mutex)
        SDL_DestroyMutex(feed->mutex);
    free(feed);
}
