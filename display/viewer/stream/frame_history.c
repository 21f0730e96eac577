/* SPDX-License-Identifier: MIT */
#include "frame_history.h"

#define PIXEL_BYTES 4 // of the largest texture format

/** Another number of places: the newest picture stays, in the first. */
static void resize(struct history *history, unsigned size)
{
    struct ring *ring = &history->ring;
    const struct texture newest = history->pictures[ring->newest];

    history->pictures[ring->newest] = history->pictures[0];
    history->pictures[0] = newest;
    history->shots[0] = history->shots[ring->newest];
    for (unsigned i = size; i < ring->size; i++)
        texture_free(&history->pictures[i]);
    *ring = (struct ring){ .size = size, .kept = ring->kept ? 1 : 0 };
}

struct texture *history_clear(struct history *history, uint32_t width, uint32_t height,
                              uint64_t budget)
{
    const unsigned size = ring_fitting((uint64_t)width * height * PIXEL_BYTES, budget);

    if (size != history->ring.size)
        resize(history, size);
    return &history->pictures[ring_clear(&history->ring)];
}

void history_push(struct history *history, const struct shot *shot)
{
    ring_push(&history->ring);
    history->shots[history->ring.newest] = *shot;
}

struct shot *history_shot(struct history *history)
{
    return &history->shots[ring_shown(&history->ring)];
}

void history_free(struct history *history)
{
    for (unsigned i = 0; i < RING_PLACES; i++)
        texture_free(&history->pictures[i]);
    *history = (struct history){ 0 };
}
