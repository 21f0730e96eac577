/* SPDX-License-Identifier: MIT */
#include "real.h"

#include <dlfcn.h>

// The linker makes the bounds of a section whose name is an identifier.
extern struct real __start_real_places[] __attribute__((visibility("hidden")));
extern struct real __stop_real_places[] __attribute__((visibility("hidden")));

void *real_look_up(struct real *real)
{
    void *const found = dlsym(RTLD_NEXT, real->name);
    __atomic_store_n(&real->function, found, __ATOMIC_RELAXED);
    return found;
}

static void look_up_all(void) __attribute__((constructor));
static void look_up_all(void)
{
    // cppcheck-suppress comparePointers ; the bounds of one section
    for (struct real *real = __start_real_places; real < __stop_real_places; real++)
        real_look_up(real);
}
