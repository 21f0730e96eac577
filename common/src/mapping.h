/* SPDX-License-Identifier: MIT */
/** A segment with its semaphores, mapped for as long as a frame or draft lies in it. */
#ifndef TRI_MAPPING_H
#define TRI_MAPPING_H

#include "segment.h"
#include "sys_fork.h"

struct tri_mapping {
    struct tri_segment segment;
    int sem_id;
    uint64_t populated; // slots whose pages a reader has mapped, a bit for each
    _Atomic unsigned references;
    unsigned fork_depth; // of the process that attached, see sys_fork.h
};

/** Whether this process inherited the mapping by fork(): the locks are its parent's. */
static inline bool tri_mapping_is_inherited(const struct tri_mapping *mapping)
{
    return tri_forked_since(mapping->fork_depth);
}

/** Takes the segment over, with one reference. @return NULL when out of memory: detached then. */
struct tri_mapping *tri_mapping_new(struct tri_segment *segment, int sem_id);

/** Another reference. Any thread. */
struct tri_mapping *tri_mapping_ref(struct tri_mapping *mapping);

/** Drops a reference; the last one detaches. Sets *mapping to NULL; accepts NULL. Any thread. */
void tri_mapping_unref(struct tri_mapping **mapping);

#endif
