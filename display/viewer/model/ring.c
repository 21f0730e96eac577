/* SPDX-License-Identifier: MIT */
#include "ring.h"

unsigned ring_next(struct ring *ring)
{
    if (ring->count == ring->size)
        ring->count--;
    return (ring->newest + 1) % ring->size;
}

void ring_push(struct ring *ring)
{
    ring->newest = (ring->newest + 1) % ring->size;
    ring->count++;
    ring->back = 0;
}

unsigned ring_shown(const struct ring *ring)
{
    return ring->size ? (ring->newest + ring->size - ring->back) % ring->size : 0;
}

bool ring_step(struct ring *ring, int by)
{
    const int back = (int)ring->back + by;
    if (back < 0 || back >= (int)ring->count)
        return false;
    ring->back = (unsigned)back;
    return true;
}

unsigned ring_size_for(unsigned long long bytes, unsigned long long budget)
{
    const unsigned long long fitting = bytes ? budget / bytes : RING_SIZE_MAX;
    if (fitting < 2)
        return 2;
    return fitting < RING_SIZE_MAX ? (unsigned)fitting : RING_SIZE_MAX;
}
