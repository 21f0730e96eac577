/* SPDX-License-Identifier: MIT */
/** Finds a device by path, number or name. */
#ifndef CAPTURE_CAMERA_FIND_H
#define CAPTURE_CAMERA_FIND_H

#include "camera_device.h"

/** A capture device of this machine. */
struct camera_entry {
    struct camera camera;        // closed; only path and names are set
    bool denied;                 // this user may not open it: little is known
    char by_id[CAMERA_PATH_MAX]; // "/dev/v4l/by-id/...": the same at every boot; empty: none
};

/** Lists this machine's capture devices by number. @return an array, to be freed with free(); NULL
 *  if there are none */
struct camera_entry *camera_entries(size_t *count);

/**
 * Finds a device: by path, "videoN" or N; by its whole card, bus or by-id name; or by a unique
 * substring of one of those, ignoring case. NULL or "": the first device. Logs failures.
 *
 * @return SOURCE_OK, SOURCE_LOST (no such device now), SOURCE_MISUSED (more than one)
 */
enum source_result camera_find(const char *word, char path[CAMERA_PATH_MAX], const tri_log *log);

#endif
