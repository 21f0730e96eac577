/* SPDX-License-Identifier: MIT */
#include "mapping.h"

#include <stdlib.h>

struct tri_mapping *tri_mapping_new(struct tri_segment *segment, int sem_id)
{
    struct tri_mapping *mapping = malloc(sizeof(*mapping));
    if (!mapping) {
        tri_segment_detach(segment);
        return NULL;
    }
    *mapping = (struct tri_mapping){
        .segment = *segment, .sem_id = sem_id, .references = 1, .fork_depth = tri_fork_watch()
    };
    *segment = TRI_SEGMENT_NONE;
    return mapping;
}

struct tri_mapping *tri_mapping_ref(struct tri_mapping *mapping)
{
    atomic_fetch_add_explicit(&mapping->references, 1, memory_order_relaxed);
    return mapping;
}

void tri_mapping_unref(struct tri_mapping **mapping)
{
    struct tri_mapping *m = *mapping;
    *mapping = NULL;
    // Release and acquire: what other threads did with the memory comes before its detaching.
    if (!m || atomic_fetch_sub_explicit(&m->references, 1, memory_order_acq_rel) > 1)
        return;
    tri_segment_detach(&m->segment);
    free(m);
}
