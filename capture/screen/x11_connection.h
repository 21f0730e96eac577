/* SPDX-License-Identifier: MIT */
/** A connection to an X server. No call waits longer than its time limit: a server that is stopped does
 *  not stop the caller. */
#ifndef CAPTURE_X11_CONNECTION_H
#define CAPTURE_X11_CONNECTION_H

#include "source/frame_source.h"

#include <xcb/xcb.h>

#define X11_ANSWER_MS 5000 // longest wait for the answer to one request while a source is opened

/** Set by x11_open(). Threads: one at a time. */
struct x11_connection {
    xcb_connection_t *xcb; // NULL: closed
    xcb_screen_t *screen;
    const tri_log *log;
    char display[64]; // for messages
    bool shm;         // the extensions that the server has
    bool damage;
    bool xfixes;
    bool composite;
    bool randr;
    bool is_wayland;    // it shows the X programs of a Wayland desktop
    uint8_t error;      // X error of the last answer; 0: it was a reply
    bool late;          // x11_await() has timed out
    int64_t waiting_ns; // since when an answer is late; 0: none is

    void (*on_event)(void *user,
                     const xcb_generic_event_t *event); // set by the caller; may be NULL
    void *user;                                         // of on_event
};

/**
 * Connects to `display`, or $DISPLAY where it is empty, and queries the extensions.
 *
 * @return SOURCE_OK; SOURCE_NOTHING, stopped by a signal; SOURCE_LOST, no server there now;
 *         SOURCE_MISUSED, no such display can exist
 */
enum source_result x11_open(struct x11_connection *x, const char *display, const tri_log *log);

/** Accepts a closed connection. Does not wait for the server. */
void x11_close(struct x11_connection *x);

/** Reads what the server has sent and passes events on. @return false: the connection is broken */
bool x11_read(struct x11_connection *x);

/** Waits up to `timeout_ms` until the server has sent something. */
void x11_wait(struct x11_connection *x, int timeout_ms);

/**
 * Waits up to `timeout_ms` for the answer to a request, and reads events meanwhile.
 *
 * @param reply  NULL: the server answered with x->error, or the connection is broken; freed by the
 *               caller
 *
 * @return false: no answer yet, or a signal arrived
 */
bool x11_answer(struct x11_connection *x, unsigned request, int timeout_ms, void **reply);

/** Waits for the reply to a request, at most X11_ANSWER_MS or until a stop signal arrives.
 *  @return NULL: an error, or none came; freed by the caller */
void *x11_await(struct x11_connection *x, unsigned request);

/** Logs that the server is gone or silent. @return SOURCE_LOST, SOURCE_NOTHING after a stop signal */
enum source_result x11_lost(const struct x11_connection *x);

#endif
