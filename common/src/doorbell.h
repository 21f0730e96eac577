/* SPDX-License-Identifier: MIT */
/**
 * Notification of processes that wait for a stream, and of writers that wait for a reader, without
 * polling.
 *
 * System V does not announce new objects. Each waiting process therefore creates a small shared-
 * memory segment, its doorbell, and removes it at once: it has no key, and the kernel frees it
 * with the process, however that ends. A writer whose stream appears, changes or ends finds the
 * doorbells in the kernel's table by their size, increments the word in each that waits for its key,
 * and wakes the futex on it. A reader that attaches does the same for its writer.
 *
 * Any process may ring a doorbell without a reason: the waiting process then looks its stream up,
 * at most once in two milliseconds. Any process may create doorbells: a writer rings a bounded
 * number of them, when its stream appears or ends and never between two frames. Without a doorbell
 * a wait is a sleep.
 */
#ifndef TRI_DOORBELL_H
#define TRI_DOORBELL_H

#include "reader_sleep.h"

#include <sys/types.h>

#define TRI_ANY_KEY 0 // no stream has it

/** What readers of the stream of `key` ring when they attach: no stream has it either. */
static inline key_t tri_doorbell_readers_of(key_t key)
{
    return ~key;
}

/** All zero: none. */
struct tri_doorbell {
    struct tri_doorbell_page *page; // NULL: none
    uint32_t seen;                  // rings up to the last tri_doorbell_arm()
    int64_t rung_ns;                // when a ring last ended a wait
};

/** Creates a doorbell for the stream of `key`, for all (TRI_ANY_KEY), or for readers of one; unless
 *  there is one. @return whether it is new: check once more. */
bool tri_doorbell_open(struct tri_doorbell *bell, key_t key);

/** Call before a lookup of streams: a later ring ends the next wait. */
void tri_doorbell_arm(struct tri_doorbell *bell);

/** Waits for a ring. @return TRI_OK, rung, or `ns` is over; TRI_ERR_INTERRUPTED. */
enum tri_err tri_doorbell_wait(struct tri_doorbell *bell, struct tri_sleep *sleep, int64_t ns);

/** Whether the doorbell was rung since tri_doorbell_arm(). */
bool tri_doorbell_is_rung(const struct tri_doorbell *bell);

/** Accepts one that was not opened. */
void tri_doorbell_close(struct tri_doorbell *bell);

/** Rings the doorbells of this IPC namespace that wait for the stream of `key`. Never waits. */
void tri_doorbell_ring(key_t key);

#endif
