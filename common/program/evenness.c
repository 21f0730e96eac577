/* SPDX-License-Identifier: MIT */
#include "evenness.h"

#include <math.h>
#include <stdlib.h>

int64_t evenness_period(uint64_t num, uint64_t den)
{
    return num ? (int64_t)((den * UINT64_C(1000000000) + num / 2) / num) : 0;
}

void evenness_add(struct evenness *evenness, int64_t off_ns, int64_t period_ns)
{
    const int64_t off = off_ns < 0 ? -off_ns : off_ns;

    if (off_ns > (EVENNESS_STALL - 1) * period_ns) {
        evenness->stalls++;
        if (__builtin_add_overflow(evenness->stall_sum_ns, off, &evenness->stall_sum_ns))
            evenness->stall_sum_ns = INT64_MAX; // a hostile stream: times centuries apart
        if (off > evenness->stall_max_ns)
            evenness->stall_max_ns = off;
        return;
    }
    evenness->uneven += off > period_ns / EVENNESS_SHARE;
    if (off > evenness->uneven_max_ns)
        evenness->uneven_max_ns = off;
}

/** With one digit behind the point. */
static json_t *microseconds(int64_t ns)
{
    return json_real(nearbyint((double)ns / 100) / 10);
}

void evenness_set_json(json_t *object, const struct evenness *evenness, bool known)
{
    static const char *const keys[] = { "stalls", "stall_us", "uneven", "uneven_us" };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !known; i++)
        json_object_set_new(object, keys[i], json_null());
    if (!known)
        return;
    json_t *stall = json_object();
    json_object_set_new(stall, "sum", microseconds(evenness->stall_sum_ns));
    json_object_set_new(stall, "max", microseconds(evenness->stall_max_ns));
    json_t *uneven = json_object();
    json_object_set_new(uneven, "max", microseconds(evenness->uneven_max_ns));
    json_object_set_new(object, "stalls", json_integer((json_int_t)evenness->stalls));
    json_object_set_new(object, "stall_us", stall);
    json_object_set_new(object, "uneven", json_integer((json_int_t)evenness->uneven));
    json_object_set_new(object, "uneven_us", uneven);
}
