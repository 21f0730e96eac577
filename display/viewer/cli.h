/* SPDX-License-Identifier: MIT */
/** The command line of triptych-display. */
#ifndef VIEWER_CLI_H
#define VIEWER_CLI_H

#include "model/config.h"

/** Fills *config. @return -1 to continue; otherwise the exit status */
int config_parse(struct config *config, int argc, char **argv);

#endif
