/* SPDX-License-Identifier: MIT */
/** Lists of screens and monitors, of their formats, and of the controls for --set-ctrl. */
#ifndef CAPTURE_SCREEN_LIST_H
#define CAPTURE_SCREEN_LIST_H

#include "source/frame_source.h"

/** Values of the controls. */
struct screen_controls {
    bool cursor; // draw it
    bool damage; // publish only pictures that differ from the one before
};

/** Sets the controls that the command line names, the others to their default. @return false:
 *  refused, logged */
bool screen_controls_set(struct screen_controls *controls, const struct source_options *options);

/** As source_ops.list. */
enum source_result screen_list(const struct source_options *options, enum source_list what);

#endif
