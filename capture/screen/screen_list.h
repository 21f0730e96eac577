/* SPDX-License-Identifier: MIT */
/** Lists of screens and monitors, of their formats, and of what --set-ctrl sets. */
#ifndef CAPTURE_SCREEN_LIST_H
#define CAPTURE_SCREEN_LIST_H

#include "source/frame_source.h"

/** What --set-ctrl sets. */
struct screen_controls {
    bool cursor; // draw it
    bool damage; // publish only pictures that differ from the one before
};

/** Sets what the command line says, the rest to its default. @return false: refused, logged */
bool screen_controls_set(struct screen_controls *controls, const struct source_options *options);

/** As source_ops.list. */
enum source_result screen_list(const struct source_options *options, enum source_list what);

#endif
