/* SPDX-License-Identifier: MIT */
#include "depth.h"

#include <math.h>

#define NEAREST_LOG2 8.0 // where the ramp begins, of 16

void depth_color(uint16_t depth, uint8_t rgb[3])
{
    const double far = fmax(log2(depth ? depth : 1) - NEAREST_LOG2, 0) / (16 - NEAREST_LOG2);
    for (int c = 0; c < 3; c++) {
        const double level = 1.5 - fabs(0.5 + 3 * far - (1 + c)); // a peak for each colour
        rgb[c] = depth ? (uint8_t)lround(255 * fmin(fmax(level, 0), 1)) : 0;
    }
}
