/* SPDX-License-Identifier: MIT */
/** A run of triptych-capture, from opening the source to the summary. */
#ifndef CAPTURE_CAPTURE_RUN_H
#define CAPTURE_CAPTURE_RUN_H

#include "cli.h"

/** @return the exit status */
int capture_run(const struct config *config, const tri_log *log);

#endif
