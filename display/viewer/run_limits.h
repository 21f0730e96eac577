/* SPDX-License-Identifier: MIT */
/** Ends of a run by options: --count, --duration, --timeout, --exit-on-end. */
#ifndef VIEWER_RUN_LIMITS_H
#define VIEWER_RUN_LIMITS_H

#include "model/config.h"
#include "stream/tile_grid.h"

/** When the run's time is over, on tri_now_ns()'s clock; 0: never. */
int64_t run_limits_deadline(const struct config *config, const struct tile_grid *grid);

/** Returns whether --timeout has passed without a frame of this stream: the first one or, with
 *  --expect-... options, any one. */
bool run_limits_too_late(const struct config *config, const struct stream_view *stream);

/** Returns whether the run has reached its end. */
bool run_limits_reached(const struct config *config, const struct tile_grid *grid);

#endif
