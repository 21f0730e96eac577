/* SPDX-License-Identifier: MIT */
#include "frame_history.h"

#define PIXEL_BYTES 4 // of the largest texture format

/** Changes the number of places: the newest frame stays, in the first. */
static void resize(struct frame_history *history, unsigned size)
{
    struct ring *ring = &history->ring;
    const struct texture newest = history->textures[ring->newest];
    history->textures[ring->newest] = history->textures[0];
    history->textures[0] = newest;
    history->records[0] = history->records[ring->newest];
    for (unsigned i = size; i < ring->size; i++)
        texture_free(&history->textures[i]);
    *ring = (struct ring){ .size = size, .count = ring->count ? 1 : 0 };
}

struct texture *frame_history_next(struct frame_history *history, uint32_t width, uint32_t height,
                                   uint64_t budget)
{
    const unsigned size = ring_size_for((uint64_t)width * height * PIXEL_BYTES, budget);
    if (size != history->ring.size)
        resize(history, size);
    return &history->textures[ring_next(&history->ring)];
}

void frame_history_push(struct frame_history *history, const struct frame_record *record)
{
    struct texture *before = &history->textures[history->ring.newest];
    ring_push(&history->ring);
    history->records[history->ring.newest] = *record;
    if (before->place == TEXTURE_SLOT) {
        texture_clear(before);
        history->ring.count = 1;
    }
}

struct texture *frame_history_front(struct frame_history *history)
{
    return &history->textures[ring_shown(&history->ring)];
}

struct frame_record *frame_history_record(struct frame_history *history)
{
    return &history->records[ring_shown(&history->ring)];
}

void frame_history_free(struct frame_history *history)
{
    for (unsigned i = 0; i < RING_SIZE_MAX; i++)
        texture_free(&history->textures[i]);
    *history = (struct frame_history){ 0 };
}
