/* SPDX-License-Identifier: MIT */
/** Which fields make a picture where a driver sends them one by one. */
#ifndef CAPTURE_CAMERA_WEAVE_H
#define CAPTURE_CAMERA_WEAVE_H

#include "camera_buffers.h"

/** All zero before the first field. */
struct camera_weave {
    bool half;              // one field is in the draft
    bool numbered_in_pairs; // both fields of a picture have the same number, as V4L2 wants
    uint32_t field;         // of that half, V4L2_FIELD_*
    uint32_t sequence;      // of the newest field
    int64_t capture_ns;     // of the half
};

/**
 * Counts a field in. Of a complete picture it sets time and field order in the draft, if there is
 * one.
 *
 * @param lost  is raised for each half whose other half did not come
 * @return whether the field completes a picture
 */
bool camera_weave(struct camera_weave *weave, const struct camera_taken *taken, int64_t capture_ns,
                  struct tri_draft *draft, uint64_t *lost);

#endif
