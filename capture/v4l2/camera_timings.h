/* SPDX-License-Identifier: MIT */
/** What an input receives: whether anything, digital video timings (HDMI, SDI), shape of pixels. */
#ifndef CAPTURE_CAMERA_TIMINGS_H
#define CAPTURE_CAMERA_TIMINGS_H

#include "camera_device.h"

/**
 * Makes the current input follow its signal: the timings received are set in the driver, and from
 * here on changes of the source arrive as events. An input without timings (a webcam) needs
 * nothing. Not while streaming.
 *
 * @param video  its rate, and the size where timings tell it, are set; otherwise unchanged
 * @return SOURCE_OK, SOURCE_LOST: no signal, logged, or SOURCE_FAILED
 */
enum source_result camera_timings_follow(const struct camera *camera, struct tri_video *video);

/** Takes the events that wait. @return whether one of them says that the source's picture changed */
bool camera_timings_changed(const struct camera *camera);

/** Sets the pixels' aspect ratio where the driver tells one that is not square. Of a picture that
 *  it scales, that of the scaled pixels. */
void camera_pixel_aspect(const struct camera *camera, struct tri_video *video);

/** Why the current input receives nothing, as one line; NULL when all is well or it cannot tell. */
const char *camera_no_signal(const struct camera *camera);

#endif
