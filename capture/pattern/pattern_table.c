/* SPDX-License-Identifier: MIT */
/** The table of patterns. */
#include "pattern.h"

#include <string.h>

static const struct pattern *const patterns[] = {
    &pattern_clock,      // pattern_clock.c
    &pattern_smpte,      // pattern_bars.c
    &pattern_colors,     // pattern_ramp.c
    &pattern_gradient,   // pattern_ramp.c
    &pattern_zone_plate, // pattern_ramp.c
    &pattern_checkers_1, // pattern_plain.c
    &pattern_checkers_8, // pattern_plain.c
    &pattern_ball,       // pattern_motion.c
    &pattern_bar,        // pattern_motion.c
    &pattern_snow,       // pattern_snow.c
    &pattern_black,      // pattern_plain.c
    &pattern_white,      // pattern_plain.c
    &pattern_red,        // pattern_plain.c
    &pattern_green,      // pattern_plain.c
    &pattern_blue,       // pattern_plain.c
    &pattern_solid,      // pattern_plain.c
    &pattern_no_signal,  // pattern_no_signal.c
};

const struct pattern *pattern_at(size_t index)
{
    return index < sizeof(patterns) / sizeof(patterns[0]) ? patterns[index] : NULL;
}

const struct pattern *pattern_named(const char *text, const char **arg)
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
    const uint64_t pass = 120, at = number % (2 * pass);

    return (double)(at < pass ? at : 2 * pass - at) / (double)pass;
}
