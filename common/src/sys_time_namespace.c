/* SPDX-License-Identifier: MIT */
#include "sys_time_namespace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S    1000000000
#define KEY         "monotonic"
#define SECONDS_MAX (1ll << 32) // the kernel's limit is lower; keeps products below overflow

/** Parses "monotonic  SECONDS  NANOSECONDS", see time_namespaces(7). */
int64_t tri_time_namespace_offset(void)
{
    FILE *file = fopen("/proc/self/timens_offsets", "re");
    if (!file)
        return 0;
    char line[128];
    int64_t offset = 0;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, KEY, strlen(KEY)) != 0)
            continue;
        char *rest = line + strlen(KEY);
        const long long seconds = strtoll(rest, &rest, 10);
        const long long nanoseconds = strtoll(rest, NULL, 10);
        if (seconds > -SECONDS_MAX && seconds < SECONDS_MAX)
            offset = seconds * NS_PER_S + nanoseconds;
    }
    fclose(file);
    return offset;
}
