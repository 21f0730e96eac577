/* SPDX-License-Identifier: MIT */
/** The signal of an input: whether there is one, its digital video timings (HDMI, SDI), its pixel
 *  aspect ratio. */
#ifndef CAPTURE_CAMERA_TIMINGS_H
#define CAPTURE_CAMERA_TIMINGS_H

#include "camera_device.h"

/**
 * Makes the current input follow its signal: sets the received timings in the driver, and
 * subscribes to events about changes. Does nothing for an input without timings (a webcam). Not
 * while streaming.
 *
 * @param video  its size and rate are set if there are timings; else unchanged
 * @return SOURCE_OK, SOURCE_LOST (no signal, logged) or SOURCE_FAILED
 */
enum source_result camera_timings_follow(const struct camera *camera, struct tri_video *video);

/** Dequeues all events. @return whether one of them reports a change of the source */
bool camera_timings_changed(const struct camera *camera);

/** Sets the pixel aspect ratio if the driver reports one that is not square; if the driver scales,
 *  that of the scaled pixels. */
void camera_pixel_aspect(const struct camera *camera, struct tri_video *video);

/** Why the current input has no signal, in one line; NULL if it has one, or the driver does not
 *  know. */
const char *camera_no_signal(const struct camera *camera);

#endif
