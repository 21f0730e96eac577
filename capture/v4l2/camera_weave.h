/* SPDX-License-Identifier: MIT */
/** Pairs fields to frames for drivers that send them one by one. */
#ifndef CAPTURE_CAMERA_WEAVE_H
#define CAPTURE_CAMERA_WEAVE_H

#include "camera_buffers.h"

/** All zero before the first field. */
struct camera_weave {
    bool half;          // the draft has one field
    uint32_t field;     // that field, V4L2_FIELD_*
    int64_t capture_ns; // of that field
    uint32_t sequence;  // of the newest field
    uint32_t first;     // number of the first field
    uint64_t fields;    // received so far
    bool paired;        // two fields had the same number
};

/**
 * Adds a field. When it completes a frame, sets the capture time and field order of the draft, if
 * there is one.
 *
 * @param lost  incremented for each field whose other field did not arrive
 * @return whether the field completes a frame
 */
bool camera_weave(struct camera_weave *weave, const struct camera_taken *taken, int64_t capture_ns,
                  struct tri_draft *draft, uint64_t *lost);

#endif
