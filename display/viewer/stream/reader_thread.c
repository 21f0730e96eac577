/* SPDX-License-Identifier: MIT */
#include "reader_thread.h"

#include "program/stop.h"

#include <SDL2/SDL.h>

#include <stdlib.h>

#define RETRY_MS 20 // after an error of the system

struct reader_thread {
    tri_reader *reader;
    reader_thread_wake *wake;
    void *user;
    SDL_Thread *thread;
    SDL_mutex *mutex;
    SDL_cond *released;
    // Guarded by the mutex:
    bool ending;
    bool offered; // the window's thread uses the reader
    struct tri_frame frame;
    enum tri_err outcome;
};

static bool is_ending(struct reader_thread *reader_thread)
{
    SDL_LockMutex(reader_thread->mutex);
    const bool ending = reader_thread->ending;
    SDL_UnlockMutex(reader_thread->mutex);
    return ending;
}

/** Offers a result to the window's thread and waits until it has returned the reader. */
static void hand_over(struct reader_thread *reader_thread, const struct tri_frame *frame,
                      enum tri_err outcome)
{
    SDL_LockMutex(reader_thread->mutex);
    reader_thread->frame = *frame;
    reader_thread->outcome = outcome;
    reader_thread->offered = true;
    SDL_UnlockMutex(reader_thread->mutex);
    reader_thread->wake(reader_thread->user); // without the mutex, which the woken thread takes
    SDL_LockMutex(reader_thread->mutex);
    while (reader_thread->offered && !reader_thread->ending)
        SDL_CondWait(reader_thread->released, reader_thread->mutex);
    SDL_UnlockMutex(reader_thread->mutex);
}

/** Returns whether the stream exists without a writer. */
static bool has_no_writer(const tri_reader *reader)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    return counts.state == TRI_STATE_NO_WRITER;
}

static int wait_for_frames(void *user)
{
    struct reader_thread *reader_thread = user;
    enum tri_err last = TRI_OK; // errors of the stream are returned once, those of the system again
    int wait_ms = 0;            // the first call detects a stream without a writer
    while (!is_ending(reader_thread)) {
        struct tri_frame frame = { 0 };
        const enum tri_err err = tri_reader_acquire(reader_thread->reader, &frame, wait_ms);
        wait_ms = -1;
        if (stop_requested()) {
            tri_reader_release(reader_thread->reader, &frame);
            reader_thread->wake(reader_thread->user);
            return 0;
        }
        if (err == TRI_ERR_INTERRUPTED)
            continue;
        if (err == TRI_ERR_TIMEOUT && !has_no_writer(reader_thread->reader))
            continue;
        if (err == TRI_ERR_SYSTEM)
            SDL_Delay(RETRY_MS);
        if (err != TRI_ERR_SYSTEM || err != last)
            hand_over(reader_thread, &frame, err);
        // The window's thread takes newer frames as well, and the end is returned only once.
        if (err == TRI_OK && !is_ending(reader_thread) && has_no_writer(reader_thread->reader))
            hand_over(reader_thread, &(struct tri_frame){ 0 }, TRI_ERR_NO_WRITER);
        last = err;
    }
    return 0;
}

struct reader_thread *reader_thread_start(tri_reader *reader, reader_thread_wake *wake, void *user)
{
    struct reader_thread *reader_thread = calloc(1, sizeof(*reader_thread));
    if (!reader_thread)
        return NULL;
    reader_thread->reader = reader;
    reader_thread->wake = wake;
    reader_thread->user = user;
    reader_thread->mutex = SDL_CreateMutex();
    reader_thread->released = SDL_CreateCond();
    stop_add_reader(reader);
    if (reader_thread->mutex && reader_thread->released)
        reader_thread->thread = SDL_CreateThread(wait_for_frames, "reader", reader_thread);
    if (!reader_thread->thread)
        reader_thread_stop(&reader_thread);
    return reader_thread;
}

bool reader_thread_take(struct reader_thread *reader_thread, struct tri_frame *frame,
                        enum tri_err *outcome)
{
    SDL_LockMutex(reader_thread->mutex);
    const bool offered = reader_thread->offered;
    if (offered) {
        *frame = reader_thread->frame;
        reader_thread->frame = (struct tri_frame){ 0 };
        *outcome = reader_thread->outcome;
    }
    SDL_UnlockMutex(reader_thread->mutex);
    return offered;
}

void reader_thread_resume(struct reader_thread *reader_thread)
{
    SDL_LockMutex(reader_thread->mutex);
    reader_thread->offered = false;
    SDL_CondSignal(reader_thread->released);
    SDL_UnlockMutex(reader_thread->mutex);
}

void reader_thread_request_stop(struct reader_thread *reader_thread)
{
    if (!reader_thread)
        return;
    SDL_LockMutex(reader_thread->mutex);
    reader_thread->ending = true;
    SDL_CondSignal(reader_thread->released);
    SDL_UnlockMutex(reader_thread->mutex);
    tri_reader_interrupt(reader_thread->reader);
}

void reader_thread_stop(struct reader_thread **out)
{
    struct reader_thread *reader_thread = *out;
    *out = NULL;
    if (!reader_thread)
        return;
    stop_remove_reader(reader_thread->reader);
    if (reader_thread->thread) {
        reader_thread_request_stop(reader_thread);
        SDL_WaitThread(reader_thread->thread, NULL);
        tri_reader_release(reader_thread->reader, &reader_thread->frame);
    }
    if (reader_thread->released)
        SDL_DestroyCond(reader_thread->released);
    if (reader_thread->mutex)
        SDL_DestroyMutex(reader_thread->mutex);
    free(reader_thread);
}
