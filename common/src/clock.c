/* SPDX-License-Identifier: MIT */
#include <triptych/frame.h>

#include <time.h>

int64_t tri_now_ns(void)
{
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now); // fails only where a filter of system calls forbids it
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
