/* SPDX-License-Identifier: MIT */
#include "report_axis.h"

#include <math.h>

#define ABOUT_TICKS 5

/* The step of 1, 2 or 5 times a power of ten that cuts `range` into about five. */
static double round_step(double range)
{
    const double raw = range / ABOUT_TICKS;
    const double power = pow(10, floor(log10(raw)));
    const double share = raw / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

struct axis axis_over(double low, double high, double ratio, double from, double to)
{
    struct axis axis = { .low = low, .high = high, .from = from, .to = to };
    axis.logarithmic = ratio > 0 && low > 0 && high / low > ratio;
    if (axis.logarithmic) {
        axis.low = low / 1.1;
        axis.high = high * 1.1;
        return axis;
    }
    if (!(high > low))
        axis.high = low + (low > 0 ? low : 1);
    const double step = round_step(axis.high - axis.low);
    axis.low = floor(axis.low / step + 1e-9) * step;
    axis.high = ceil(axis.high / step - 1e-9) * step;
    return axis;
}

double axis_place(const struct axis *axis, double value)
{
    const double inside = fmin(fmax(value, axis->low), axis->high);
    const double share = axis->logarithmic ? log(inside / axis->low) / log(axis->high / axis->low)
                                           : (inside - axis->low) / (axis->high - axis->low);
    return axis->from + share * (axis->to - axis->from);
}

double axis_rung(size_t index, size_t in_decade)
{
    static const double rungs[][3] = { { 1 }, { 1, 3 }, { 1, 2, 5 } };
    const size_t decade = index / in_decade;
    return rungs[in_decade - 1][index % in_decade] * pow(10, (double)decade);
}

static size_t log_ticks(const struct axis *axis, double ticks[AXIS_TICKS])
{
    const double decades = log10(axis->high / axis->low);
    const size_t in_decade = decades > 4 ? 1 : decades > 2.2 ? 2 : 3;
    const double first = pow(10, floor(log10(axis->low)));
    size_t count = 0;
    for (size_t i = 0; count < AXIS_TICKS && first * axis_rung(i, in_decade) <= axis->high; i++)
        if (first * axis_rung(i, in_decade) >= axis->low)
            ticks[count++] = first * axis_rung(i, in_decade);
    return count;
}

size_t axis_ticks(const struct axis *axis, double ticks[AXIS_TICKS])
{
    if (axis->logarithmic)
        return log_ticks(axis, ticks);
    const double step = round_step(axis->high - axis->low);
    const double first = ceil(axis->low / step - 1e-9) + 0.0; // + 0: no -0
    size_t count = 0;
    while (count < AXIS_TICKS && (first + (double)count) * step <= axis->high * (1 + 1e-9)) {
        ticks[count] = (first + (double)count) * step;
        count++;
    }
    return count;
}

const char *axis_time_unit(double ns, double *unit_ns)
{
    static const struct {
        double least_ns, unit_ns;
        const char *name;
    } units[] = { { 7200e9, 3600e9, "h" },
                  { 180e9, 60e9, "min" },
                  { 2e9, 1e9, "s" },
                  { 0.5e6, 1e6, "ms" },
                  { 0, 1e3, "µs" } };
    size_t i = 0;
    while (ns < units[i].least_ns)
        i++;
    *unit_ns = units[i].unit_ns;
    return units[i].name;
}
