/* SPDX-License-Identifier: MIT */
/** The picture that is shown, as a PNG file. */
#ifndef VIEWER_SCREENSHOT_H
#define VIEWER_SCREENSHOT_H

#include "stream_view.h"

#define SCREENSHOT_PATH_MAX 4096

/** "DIRECTORY/triptych-NAME-YYYYmmdd-HHMMSS-FRAME.png", in local time; where there is such a file, with
 *  "-2" and so on behind the frame's number. */
void screenshot_path(char path[SCREENSHOT_PATH_MAX], const char *directory, const char *name,
                     uint64_t frame);

/**
 * Writes the front picture at its own size, one picture pixel a pixel, turned and mirrored as it is
 * seen; not zoomed or cut, and without what is written over it. The text chunks name stream, frame
 * number and time of capture.
 *
 * @param path  "-": stdout
 * @return TRI_OK; TRI_ERR_NO_STREAM, there is no picture; TRI_ERR_NO_RESOURCES, too large for the
 * renderer
 *         or for memory; otherwise as picture_write_png(). The log says what failed.
 */
enum tri_err screenshot_write(struct stream_view *stream, SDL_Renderer *renderer, const char *path);

#endif
