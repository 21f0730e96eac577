/* SPDX-License-Identifier: MIT */
/** A segment with its semaphores, alive for as long as a frame or draft lies in it. */
#ifndef TRI_MAPPING_H
#define TRI_MAPPING_H

#include "segment.h"

struct tri_mapping {
    struct tri_segment segment;
    int sem_id;
    uint64_t populated; // slots whose pages a reader has mapped, a bit for each
    _Atomic unsigned references;
};

/** Takes the segment over, with one reference. @return NULL when out of memory: detached then. */
struct tri_mapping *tri_mapping_new(struct tri_segment *segment, int sem_id);

/** Another reference. Any thread. */
struct tri_mapping *tri_mapping_ref(struct tri_mapping *mapping);

/** Drops a reference; the last one detaches. Sets *mapping to NULL; accepts NULL. Any thread. */
void tri_mapping_unref(struct tri_mapping **mapping);

#endif
