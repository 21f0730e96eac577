/* SPDX-License-Identifier: MIT */
/** A thread that waits for events, and a file descriptor that it makes readable. */
#ifndef TRI_WATCHER_H
#define TRI_WATCHER_H

#include "doorbell.h"
#include "sys_fork.h"

struct tri_watcher {
    int fd;              // an eventfd: readable after tri_watcher_raise()
    pid_t pid;           // of the process that has the thread;
    unsigned fork_depth; // a child in a PID namespace of its own may have the same pid
    pthread_t thread;
    struct tri_sleep sleep;   // the thread's
    struct tri_doorbell bell; // the thread's
    _Atomic bool stop;
};

/** Makes the descriptor, readable at first, and runs body(argument) in a thread that receives no signal
 *  but SIGURG. @return false: nothing is left behind; no descriptor or thread can be had. */
bool tri_watcher_start(struct tri_watcher *watcher, void *(*body)(void *), void *argument);

/** Makes the descriptor readable. Any thread. */
void tri_watcher_raise(struct tri_watcher *watcher);

/** Makes it not readable. A check after this call sees all events raised before it. */
void tri_watcher_clear(struct tri_watcher *watcher);

/** Whether the thread has to end. Clears an interrupt of its sleep: check for work after this call. */
bool tri_watcher_stopped(struct tri_watcher *watcher);

/**
 * Ends the thread and closes the descriptor. A forked child has no such thread, and closes the
 * descriptor only.
 *
 * @param wake  wakes a thread that waits for something else than its sleep; NULL: it never does
 */
void tri_watcher_stop(struct tri_watcher *watcher, void (*wake)(void *argument), void *argument);

#endif
