/* SPDX-License-Identifier: MIT */
/** Distances as colours. */
#ifndef PICTURE_DEPTH_H
#define PICTURE_DEPTH_H

#include <stdint.h>

/** The colour of a distance: red at 256 and nearer, over yellow, green and cyan to blue at 65535, on a
 *  logarithmic scale, which shows near and far alike. 0, not known, is black. */
void depth_color(uint16_t depth, uint8_t rgb[3]);

#endif
