/* SPDX-License-Identifier: MIT */
/** Which of a few places hold the last pictures, and which of them is shown. Pure numbers. */
#ifndef VIEWER_RING_H
#define VIEWER_RING_H

#include <stdbool.h>

#define RING_SIZE_MAX 9 // eight pictures to go back to, and one place for the next

/** All zero has no place yet. */
struct ring {
    unsigned size;   // places in use, from 0 on
    unsigned newest; // place of the newest picture
    unsigned count;  // pictures that are whole
    unsigned back;   // pictures between the newest and the one shown
};

/** The place that the next picture is made in; what was there is given up. */
unsigned ring_next(struct ring *ring);

/** The picture made in that place is whole: it is the newest, and is shown. */
void ring_push(struct ring *ring);

/** The place of the picture shown. */
unsigned ring_shown(const struct ring *ring);

/** Shows an older (`by` above 0) or newer one. @return false: there is none, nothing has changed. */
bool ring_step(struct ring *ring, int by);

/** Places for pictures of `bytes` each within `budget`: 2, one shown while the next is made, or
 *  more. */
unsigned ring_size_for(unsigned long long bytes, unsigned long long budget);

#endif
