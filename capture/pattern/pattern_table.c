/* SPDX-License-Identifier: MIT */
/** The table of patterns, in the order of --help. */
#include "pattern.h"

#include <string.h>

/* One row per pattern: the struct pattern that its file defines. */
#define PATTERNS(ROW)       \
    ROW(pattern_clock)      \
    ROW(pattern_smpte)      \
    ROW(pattern_colors)     \
    ROW(pattern_gradient)   \
    ROW(pattern_zone_plate) \
    ROW(pattern_checkers_1) \
    ROW(pattern_checkers_8) \
    ROW(pattern_ball)       \
    ROW(pattern_bar)        \
    ROW(pattern_snow)       \
    ROW(pattern_black)      \
    ROW(pattern_white)      \
    ROW(pattern_red)        \
    ROW(pattern_green)      \
    ROW(pattern_blue)       \
    ROW(pattern_solid)      \
    ROW(pattern_no_signal)  \
    ROW(pattern_standby)

#define DECLARE(name) extern const struct pattern name;
PATTERNS(DECLARE)

#define ADDRESS(name) &name,
static const struct pattern *const patterns[] = { PATTERNS(ADDRESS) };

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
