/* SPDX-License-Identifier: MIT */
/**
 * How a process that waits for streams learns of one without polling.
 *
 * Nothing in System V announces a new object. So each process that waits makes a small shared-memory
 * segment, its doorbell, and removes it at once: it has no key, and the kernel frees it with the
 * process, however that ends. A writer whose stream comes, changes or goes finds the doorbells in the
 * kernel's table by their size, counts up the word in each, and wakes the futex on it.
 *
 * Anybody may ring a doorbell, in vain too: the waiting process looks for its stream, at most once in
 * two milliseconds. Anybody may make doorbells: a writer rings a bounded number of them, when its
 * stream comes or goes and never between two frames. Without a doorbell a wait is a sleep.
 */
#ifndef TRI_DOORBELL_H
#define TRI_DOORBELL_H

#include "reader_sleep.h"

/** All zero: none. */
struct tri_doorbell {
    struct tri_doorbell_page *page; // NULL: none
    uint32_t seen;                  // rings that tri_doorbell_look() has seen
    int64_t rung_ns;                // when a ring last ended a wait
};

/** Makes a doorbell, unless there is one. @return whether it is new: look for streams once more. */
bool tri_doorbell_open(struct tri_doorbell *bell);

/** Before a look for streams: what comes later than this ends the next wait. */
void tri_doorbell_look(struct tri_doorbell *bell);

/** Waits until somebody rings. @return TRI_OK, somebody has, or `ns` is over; TRI_ERR_INTERRUPTED. */
enum tri_err tri_doorbell_wait(struct tri_doorbell *bell, struct tri_sleep *sleep, int64_t ns);

/** Whether somebody has rung since tri_doorbell_look(). */
bool tri_doorbell_is_rung(const struct tri_doorbell *bell);

/** Accepts one that was not opened. */
void tri_doorbell_close(struct tri_doorbell *bell);

/** Rings all doorbells of this IPC namespace. Never waits. */
void tri_doorbell_ring_all(void);

#endif
