/* SPDX-License-Identifier: MIT */
#include "ring.h"

unsigned ring_clear(struct ring *ring)
{
    if (ring->kept == ring->size)
        ring->kept--;
    return (ring->newest + 1) % ring->size;
}

void ring_push(struct ring *ring)
{
    ring->newest = (ring->newest + 1) % ring->size;
    ring->kept++;
    ring->back = 0;
}

unsigned ring_shown(const struct ring *ring)
{
    return ring->size ? (ring->newest + ring->size - ring->back) % ring->size : 0;
}

bool ring_step(struct ring *ring, int by)
{
    const int back = (int)ring->back + by;

    if (back < 0 || back >= (int)ring->kept)
        return false;
    ring->back = (unsigned)back;
    return true;
}

unsigned ring_fitting(unsigned long long bytes, unsigned long long budget)
{
    const unsigned long long fitting = bytes ? budget / bytes : RING_PLACES;

    if (fitting < 2)
        return 2;
    return fitting < RING_PLACES ? (unsigned)fitting : RING_PLACES;
}
