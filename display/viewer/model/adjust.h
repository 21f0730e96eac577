/* SPDX-License-Identifier: MIT */
/** Brightness, contrast and gamma of the picture on the screen; the stream does not change. */
#ifndef VIEWER_ADJUST_H
#define VIEWER_ADJUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum adjust_what { ADJUST_BRIGHTNESS, ADJUST_CONTRAST, ADJUST_GAMMA, ADJUST_COUNT };

/** Steps from the unchanged picture, which is all zero. */
struct adjust {
    int steps[ADJUST_COUNT];
};

/** One step up (`by` 1) or down (-1), within limits. */
void adjust_by(struct adjust *adjust, enum adjust_what what, int by);

/** Returns whether any value differs from the default. */
bool adjust_is_on(const struct adjust *adjust);

/** Writes one value: "brightness +10 %", "contrast 120 %", "gamma 1.15". */
void adjust_write_one(const struct adjust *adjust, enum adjust_what what, char *text, size_t bytes);

/** Writes all values that differ from the default, separated by commas; otherwise "none". */
void adjust_write_all(const struct adjust *adjust, char *text, size_t bytes);

/**
 * Fills the lookup table of 8-bit R', G' and B': contrast about the middle grey, then brightness, then
 * gamma.
 *
 * out = clamp((in - 1/2) * contrast + 1/2 + brightness)^(1/gamma), on a scale of 0 to 1
 */
void adjust_table(const struct adjust *adjust, uint8_t table[256]);

/** The same for `count` codes of more bits; `black` and `white` are the codes of 0 and 1. */
void adjust_levels(const struct adjust *adjust, double black, double white, uint8_t *table,
                   unsigned count);

#endif
