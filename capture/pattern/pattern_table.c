/* SPDX-License-Identifier: MIT */
/** The table of patterns: the list in meson.build. */
#include "pattern.h"
#include "pattern_list.h"

#include <string.h>

#define DECLARE(name) extern const struct pattern pattern_##name;
PATTERN_LIST(DECLARE)

#define ADDRESS(name) &pattern_##name,
static const struct pattern *const patterns[] = { PATTERN_LIST(ADDRESS) };

const struct pattern *pattern_at(size_t index)
{
    return index < sizeof(patterns) / sizeof(patterns[0]) ? patterns[index] : NULL;
}

const struct pattern *pattern_find(const char *text, const char **arg)
{
    const size_t length = strcspn(text, "=");
    *arg = text[length] ? text + length + 1 : NULL;
    for (size_t i = 0; pattern_at(i); i++) {
        const struct pattern *pattern = pattern_at(i);
        if (strlen(pattern->name) == length && !strncmp(pattern->name, text, length))
            return pattern;
    }
    return NULL;
}

double pattern_swing(uint64_t number)
{
    const uint64_t pass = 120;
    const uint64_t at = number % (2 * pass);
    return (double)(at < pass ? at : 2 * pass - at) / (double)pass;
}
