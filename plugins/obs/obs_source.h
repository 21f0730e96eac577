/* SPDX-License-Identifier: MIT */
/** The source "triptych stream": a thread reads one stream and passes its frames to OBS. */
#ifndef OBS_TRIPTYCH_OBS_SOURCE_H
#define OBS_TRIPTYCH_OBS_SOURCE_H

#include <obs-module.h>

extern struct obs_source_info obs_triptych_source;

#endif
