/* SPDX-License-Identifier: MIT */
/** Output of a run: statistics each second, the summary at its end. */
#ifndef VIEWER_RUN_SUMMARY_H
#define VIEWER_RUN_SUMMARY_H

#include "model/config.h"
#include "stream/tile_grid.h"

/** Prints a line per stream on stdout, at most once a second; none with --json or --quiet. */
void run_summary_each_second(const struct config *config, struct tile_grid *grid);

/** Ends a run: writes the screenshots of --screenshot and the summaries of --json, and checks the
 *  expectations. @return the exit status; failures are logged */
int run_summary_end(const struct config *config, struct tile_grid *grid, SDL_Renderer *renderer);

#endif
