/* SPDX-License-Identifier: MIT */
/** Draws a pattern into a stream's slots; each slot only where it has changed. */
#ifndef CAPTURE_DRAWING_H
#define CAPTURE_DRAWING_H

#include "pattern.h"

/** Threads: one at a time. */
struct drawing;

/**
 * Prepares to draw `pattern` in frames of `video`. MJPG is drawn in a buffer and encoded by
 * libjpeg-turbo, if that was built in.
 *
 * @param arg  what follows the pattern's "="; NULL: nothing
 * @return TRI_OK; TRI_ERR_INVALID (this format cannot be drawn); TRI_ERR_NO_RESOURCES (out of
 *         memory)
 */
enum tri_err drawing_open(struct drawing **out, const struct pattern *pattern, const char *arg,
                          const struct tri_video *video);

/** Whether this format can be drawn. */
bool drawing_possible(uint32_t fourcc);

/** Draws frame `now` into a draft of the same video, sets bytes_used and copies.
 *  @return TRI_OK, or TRI_ERR_NO_RESOURCES (the encoded frame does not fit, or out of memory) */
enum tri_err drawing_draw(struct drawing *drawing, struct tri_draft *draft,
                          const struct pattern_moment *now);

/** Reads both clocks, for frame `number`. */
struct pattern_moment drawing_moment(uint64_t number);

/** Accepts NULL. */
void drawing_close(struct drawing **drawing);

#endif
