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
    history->records[0] = history->records[ring->newest];
    for (unsigned i = size; i < ring->size; i++)
        texture_free(&history->pictures[i]);
    *ring = (struct ring){ .size = size, .count = ring->count ? 1 : 0 };
}

struct texture *frame_history_next(struct history *history, uint32_t width, uint32_t height,
                                   uint64_t budget)
{
    const unsigned size = ring_size_for((uint64_t)width * height * PIXEL_BYTES, budget);

    if (size != history->ring.size)
        resize(history, size);
    return &history->pictures[ring_next(&history->ring)];
}

void frame_history_push(struct history *history, const struct frame_record *frame_record)
{
    ring_push(&history->ring);
    history->records[history->ring.newest] = *frame_record;
}

struct frame_record *frame_history_front(struct history *history)
{
    return &history->records[ring_shown(&history->ring)];
}

void frame_history_free(struct history *history)
{
    for (unsigned i = 0; i < RING_SIZE_MAX; i++)
        texture_free(&history->pictures[i]);
    *history = (struct history){ 0 };
}
