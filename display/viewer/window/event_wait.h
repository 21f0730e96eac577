/* SPDX-License-Identifier: MIT */
/** Waits for window events or for another thread.
 *
 * SDL wakes a waiting thread by an event through the X server, which costs 4 % of a frame of 1920x1080
 * drawn without a graphics card. Under X11 the wait polls the connection and an eventfd instead. */
#ifndef VIEWER_EVENT_WAIT_H
#define VIEWER_EVENT_WAIT_H

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stdint.h>

struct event_wait {
    void *x_display; // NULL: not X11
    int wake_fd;     // -1: not X11
    uint32_t wake_event;
};

/** @return false: no file descriptor is left */
bool event_wait_open(struct event_wait *wait, SDL_Window *window);
void event_wait_close(struct event_wait *wait);

/** Ends the wait in progress, or the next one. Any thread. */
void event_wait_wake(const struct event_wait *wait);

/**
 * Waits until SDL's queue has events, event_wait_wake() is called, or the time is over.
 *
 * @param timeout_ms  -1: no limit
 * @return whether event_wait_wake() was called; under other systems than X11 an event of the type
 *         `wake_event` in the queue means the same
 */
bool event_wait(const struct event_wait *wait, int timeout_ms);

#endif
