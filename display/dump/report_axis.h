/* SPDX-License-Identifier: MIT */
/** From values to places of a drawing, and where its ticks stand. */
#ifndef DUMP_REPORT_AXIS_H
#define DUMP_REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS = 16 };

/** In units of what is shown: milliseconds, frames. */
struct axis {
    double low, high;
    bool logarithmic; // then low is above 0
    double from, to;  // places of low and high
};

/** An axis over low to high, rounded outwards so that ticks stand at its ends or near; logarithmic
 *  where `ratio` (0: never) is exceeded by high / low. */
struct axis axis_over(double low, double high, double ratio, double from, double to);

/** The place of a value; values outside lie at the ends. */
double axis_place(const struct axis *axis, double value);

/** Round values within the axis, rising. @return how many. */
size_t axis_ticks(const struct axis *axis, double ticks[AXIS_TICKS]);

/** Round numbers, rising: 1, 10, 100 with one in a decade; 1, 3, 10; or 1, 2, 5, 10 with three. */
double axis_rung(size_t index, size_t in_decade);

/** A unit of time in which `ns` reads well: its name, and how many ns it is. */
const char *axis_time_unit(double ns, double *unit_ns);

#endif
