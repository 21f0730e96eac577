/* SPDX-License-Identifier: MIT */
/** Lets an X server write into slots of a stream: MIT-SHM's segments are those of System V. */
#ifndef CAPTURE_SCREEN_MEMORY_H
#define CAPTURE_SCREEN_MEMORY_H

#include "x11_connection.h"

#include <xcb/shm.h>

/** The segment that the server has attached. Starts as zero. */
struct screen_memory {
    bool usable;      // MIT-SHM works with this server
    xcb_shm_seg_t id; // 0: none attached
    int shm_id;       // of it
    size_t offset;    // of the last draft in it
};

/**
 * Checks whether the server shares memory with this process, and logs why not. In another IPC
 * namespace the same id may be another segment, which the server would overwrite. So the server first
 * reads a segment that is made for this check.
 */
void screen_memory_open(struct screen_memory *memory, struct x11_connection *x);

/** Requests the server to attach the draft's segment, for reading and writing, unless it has. Does not
 *  wait: a refusal is the error of the next request, see screen_memory_is_refused(). */
void screen_memory_attach(struct screen_memory *memory, struct x11_connection *x,
                          const struct tri_draft *draft);

/** Whether an X error shows that the server could not attach the segment. */
bool screen_memory_is_refused(const struct x11_connection *x, uint8_t error);

/** Detaches the server, and waits for that, unless it is silent: its attachment would count as a
 *  reader. */
void screen_memory_close(struct screen_memory *memory, struct x11_connection *x);

#endif
