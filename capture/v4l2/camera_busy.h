/* SPDX-License-Identifier: MIT */
/** Which process has a device open. */
#ifndef CAPTURE_CAMERA_BUSY_H
#define CAPTURE_CAMERA_BUSY_H

#include <stdbool.h>
#include <stddef.h>

#define CAMERA_BUSY_MAX 128

/** "in use by ffmpeg (pid 4121)": the first other process that has the file at `path` open.
 *  @return false: none that this user may see; `text` is empty */
bool camera_busy_process(const char *path, char *text, size_t bytes);

#endif
