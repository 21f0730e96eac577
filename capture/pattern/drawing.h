/* SPDX-License-Identifier: MIT */
/** A pattern drawn into a stream's slots, each time no more of it than has changed. */
#ifndef CAPTURE_DRAWING_H
#define CAPTURE_DRAWING_H

#include "pattern.h"

/** Threads: one at a time. */
struct drawing;

/**
 * Makes a drawing of `pattern` for frames of `video`. MJPG is drawn aside and encoded by
 * libjpeg-turbo, where that was built in.
 *
 * @param arg  what follows the pattern's "="; NULL: nothing
 * @return TRI_OK; TRI_ERR_INVALID, nothing can be drawn in that format; TRI_ERR_NO_RESOURCES, out
 * of memory
 */
enum tri_err drawing_open(struct drawing **out, const struct pattern *pattern, const char *arg,
                          const struct tri_video *video);

/** Whether frames of that format can be drawn at all. */
bool drawing_possible(uint32_t fourcc);

/** Draws the frame of `now` into a draft of the drawing's video, sets bytes_used and copies.
 *  @return TRI_OK, or TRI_ERR_NO_RESOURCES: an encoded picture did not fit, or out of memory. */
enum tri_err drawing_draw(struct drawing *drawing, struct tri_draft *draft,
                          const struct pattern_moment *now);

/** The two clocks now, for frame `number`. */
struct pattern_moment drawing_moment(uint64_t number);

/** Accepts NULL. */
void drawing_close(struct drawing **drawing);

#endif
