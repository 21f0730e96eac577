/* SPDX-License-Identifier: MIT */
/** Indices of the frames kept last, and of the one that is shown. */
#ifndef VIEWER_RING_H
#define VIEWER_RING_H

#include <stdbool.h>

#define RING_SIZE_MAX 9 // eight frames to step back to, and the next one

/** All zero has no places. */
struct ring {
    unsigned size;   // places in use, from 0 on
    unsigned newest; // place of the newest frame
    unsigned count;  // frames kept
    unsigned back;   // steps from the newest to the one shown
};

/** Returns the place for the next frame and drops the frame in it. */
unsigned ring_next(struct ring *ring);

/** Makes the frame in that place the newest, and the one shown. */
void ring_push(struct ring *ring);

/** Returns the place of the frame shown. */
unsigned ring_shown(const struct ring *ring);

/** Shows an older (`by` above 0) or newer frame. @return false: there is none, nothing changes */
bool ring_step(struct ring *ring, int by);

/** Number of frames of `bytes` each that fit into `budget`: at least 2, one on the screen and the
 *  next. */
unsigned ring_size_for(unsigned long long bytes, unsigned long long budget);

#endif
