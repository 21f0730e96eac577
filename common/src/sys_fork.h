/* SPDX-License-Identifier: MIT */
/** Whether this process is a forked child of the one that opened a writer or reader. The
 *  semaphores belong to the parent: the kernel reverts a child's operations at the child's end. */
#ifndef TRI_SYS_FORK_H
#define TRI_SYS_FORK_H

#include <stdatomic.h>
#include <stdbool.h>

/** Number of forks between the process that loaded the library and this one. */
extern _Atomic unsigned tri_fork_depth;

/** Starts counting and returns the count. Children made by a bare clone(2) are not counted. */
unsigned tri_fork_watch(void);

/** Whether the process that had `depth` when it called tri_fork_watch() is not this one. */
static inline bool tri_forked_since(unsigned depth)
{
    return atomic_load_explicit(&tri_fork_depth, memory_order_relaxed) != depth;
}

#endif
