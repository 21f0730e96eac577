/* SPDX-License-Identifier: MIT */
/** The next definition of an interposed function: libc's, or libv4l2's. */
#ifndef V4L2_REAL_H
#define V4L2_REAL_H

#include <stdbool.h>

#define EXPORT __attribute__((visibility("default")))

/** Whether a program gave a path. libc's headers declare paths as nonnull, so that a compiler removes
 *  a plain comparison with NULL. */
static inline bool is_given(const char *path)
{
    __asm__("" : "+r"(path));
    return path;
}

/** A place that calls such a function. */
struct real {
    const char *name;
    void *function; // NULL: not looked up yet
};

/** Looks a function up. Threads: any. */
void *real_look_up(struct real *real);

/**
 * REAL(open)(path, flags). All places are in one section, and their functions are looked up when the
 * program starts: dlsym() waits for a dlopen() in progress, and a library's constructor may wait for
 * the thread that calls REAL (lttng-ust, which libcamera loads, does).
 */
#define REAL(symbol)                                                                  \
    ({                                                                                \
        static struct real real_place                                                 \
            __attribute__((section("real_places"), used)) = { #symbol, (void *)0 };   \
        void *real_found = __atomic_load_n(&real_place.function, __ATOMIC_RELAXED);   \
        (__typeof__(&(symbol)))(real_found ? real_found : real_look_up(&real_place)); \
    })

#endif
