/* SPDX-License-Identifier: MIT */
/** What a run says of itself: figures each second, and its end. */
#ifndef VIEWER_RUN_SUMMARY_H
#define VIEWER_RUN_SUMMARY_H

#include "model/config.h"
#include "stream/tile_grid.h"

/** A line of figures a stream on stdout, at most once a second; none with --json or --quiet. */
void run_summary_each_second(const struct config *config, struct tile_grid *grid);

/** The end of a run: the last pictures as --screenshot wants them, the summaries as --json wants
 *  them, and whether all was as expected. @return the exit status; the log says what is wrong. */
int run_summary_end(const struct config *config, struct tile_grid *grid, SDL_Renderer *renderer);

#endif
