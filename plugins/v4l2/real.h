/* SPDX-License-Identifier: MIT */
/** The next definition of an interposed function: libc's, or libv4l2's. */
#ifndef V4L2_REAL_H
#define V4L2_REAL_H

#include <dlfcn.h>

#define EXPORT __attribute__((visibility("default")))

/** REAL(open)(path, flags): looked up at the first call; a race looks it up twice. */
#define REAL(function)                                                                       \
    ({                                                                                       \
        static __typeof__(&(function)) real_##function;                                      \
        __typeof__(&(function)) found = __atomic_load_n(&real_##function, __ATOMIC_RELAXED); \
        if (!found) {                                                                        \
            found = (__typeof__(found))dlsym(RTLD_NEXT, #function);                          \
            __atomic_store_n(&real_##function, found, __ATOMIC_RELAXED);                     \
        }                                                                                    \
        found;                                                                               \
    })

#endif
