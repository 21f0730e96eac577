/* SPDX-License-Identifier: MIT */
#include "sys_fork.h"

#include <pthread.h>

_Atomic unsigned tri_fork_depth;

static void count(void)
{
    atomic_fetch_add_explicit(&tri_fork_depth, 1, memory_order_relaxed);
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, count);
}

unsigned tri_fork_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch);
    return atomic_load_explicit(&tri_fork_depth, memory_order_relaxed);
}
