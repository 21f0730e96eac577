/* SPDX-License-Identifier: MIT */
/** Arithmetic of fractions. */
#ifndef PROGRAM_FRACTION_H
#define PROGRAM_FRACTION_H

#include <stdint.h>

/** The greatest common divisor; 0 if both are 0. */
static inline uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#endif
