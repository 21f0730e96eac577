/* SPDX-License-Identifier: MIT */
/* Preloaded: a program that runs its exit handlers ends with status 42. */
#include <unistd.h>

__attribute__((destructor)) static void end_with_42(void)
{
    _exit(42);
}
