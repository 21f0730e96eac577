/* SPDX-License-Identifier: MIT */
/** Brightness, contrast and gamma of what is shown; never of the stream. */
#ifndef VIEWER_ADJUST_H
#define VIEWER_ADJUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum adjust_what { ADJUST_BRIGHTNESS, ADJUST_CONTRAST, ADJUST_GAMMA, ADJUST_COUNT };

/** Steps of each from the picture as it is, which is all zero. */
struct adjust {
    int steps[ADJUST_COUNT];
};

/** A step more (`by` 1) or less (-1), as far as it goes. */
void adjust_by(struct adjust *adjust, enum adjust_what what, int by);

/** Whether anything is to be changed. */
bool adjust_is_on(const struct adjust *adjust);

/** One of them as people say it: "brightness +10 %", "contrast 120 %", "gamma 1.15". */
void adjust_write_one(const struct adjust *adjust, enum adjust_what what, char *text, size_t bytes);

/** All that are changed, with commas between; "none". */
void adjust_write_all(const struct adjust *adjust, char *text, size_t bytes);

/**
 * What becomes of each 8-bit code of R', G' and B': contrast about the middle grey, then brightness,
 * then gamma.
 *
 * out = clamp((in - 1/2) * contrast + 1/2 + brightness)^(1/gamma), on a scale of 0 to 1
 */
void adjust_table(const struct adjust *adjust, uint8_t table[256]);

/** The same of `count` codes of more bits, of which `black` and `white` are 0 and 1 on that scale. */
void adjust_levels(const struct adjust *adjust, double black, double white, uint8_t *table,
                   unsigned count);

#endif
