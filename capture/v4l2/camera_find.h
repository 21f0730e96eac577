/* SPDX-License-Identifier: MIT */
/** Which device a person means. */
#ifndef CAPTURE_CAMERA_FIND_H
#define CAPTURE_CAMERA_FIND_H

#include "camera_device.h"

/** A capture device of this machine. */
struct camera_entry {
    struct camera camera;        // closed; path and names are set
    bool denied;                 // this user may not open it: most is unknown
    char by_id[CAMERA_PATH_MAX]; // "/dev/v4l/by-id/...": the same at every boot; empty: none
};

/** This machine's capture devices by number. @return an array, the caller's to free(), NULL for
 *  none */
struct camera_entry *camera_entries(size_t *count);

/**
 * Finds the device meant by `word`: a path, "videoN" or N; its whole card, bus or by-id name; or a
 * part of one that no other device shares (case does not matter). NULL or "": the first one. Logs
 * what is wrong.
 *
 * @return SOURCE_OK, SOURCE_LOST: none such now, SOURCE_MISUSED: more than one
 */
enum source_result camera_find(const char *word, char path[CAMERA_PATH_MAX], const tri_log *log);

#endif
