/* SPDX-License-Identifier: MIT */
/** A ball with smooth edges, for patterns that move one. */
#ifndef CAPTURE_PATTERN_BALL_H
#define CAPTURE_PATTERN_BALL_H

#include "paint.h"

/** Makes a square part with a ball in it. part->data[0] is to be freed with free(), also on
 *  failure.
 *  @return false if out of memory */
bool pattern_ball_open(struct paint *part, const struct paint *canvas, uint32_t diameter,
                       struct paint_rgb ink, struct paint_rgb ground);

#endif
