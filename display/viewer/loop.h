/* SPDX-License-Identifier: MIT */
/** The event loop of a viewer with a window: waits for events, takes frames, draws. */
#ifndef VIEWER_LOOP_H
#define VIEWER_LOOP_H

#include "model/config.h"

#include <triptych/log.h>

/** Runs until the user, a limit or a failure ends it. @return the exit status */
int loop_run(const struct config *config, const tri_log *log);

#endif
