/* SPDX-License-Identifier: MIT */
/** The frame that is shown, as a PNG file. */
#ifndef VIEWER_SCREENSHOT_H
#define VIEWER_SCREENSHOT_H

#include "stream_view.h"

#define SCREENSHOT_PATH_MAX 4096

/** Writes "DIRECTORY/triptych-NAME-YYYYmmdd-HHMMSS-FRAME.png", in local time; if that file exists, with
 *  "-2" and so on after the frame's number. */
void screenshot_path(char path[SCREENSHOT_PATH_MAX], const char *directory, const char *name,
                     uint64_t frame);

/**
 * Writes the front at its own size, rotated and mirrored as on the screen, not zoomed or cropped,
 * without overlays. Text chunks name the stream, the frame's number and its time of capture.
 *
 * @param path  "-": stdout
 * @return TRI_OK; TRI_ERR_NO_STREAM, there is no picture; TRI_ERR_NO_RESOURCES, too large for the
 *         renderer or for memory; otherwise as picture_write_png(). Failures are logged.
 */
enum tri_err screenshot_write(struct stream_view *stream, SDL_Renderer *renderer, const char *path);

#endif
