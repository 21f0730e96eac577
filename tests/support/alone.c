/* SPDX-License-Identifier: MIT */
#include "alone.h"

#include <sched.h>

static bool alone;

__attribute__((constructor)) static void leave_other_tests(void)
{
    alone = unshare(CLONE_NEWIPC) == 0;
}

bool test_is_alone(void)
{
    return alone;
}
