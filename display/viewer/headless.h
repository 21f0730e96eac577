/* SPDX-License-Identifier: MIT */
/** A viewer without a window: the same conversions, statistics instead of a screen. */
#ifndef VIEWER_HEADLESS_H
#define VIEWER_HEADLESS_H

#include "model/config.h"

#include <triptych/log.h>

/** Uploads frames as the window does, into textures of SDL's software renderer, until a limit or a
 *  signal. Needs no screen and no video driver. @return the exit status */
int headless_run(const struct config *config, const tri_log *log);

#endif
