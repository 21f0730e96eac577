/* SPDX-License-Identifier: MIT */
#include "camera_weave.h"

bool camera_weave(struct camera_weave *weave, const struct camera_taken *taken, int64_t capture_ns,
                  struct tri_draft *draft, uint64_t *lost)
{
    const bool same_number = taken->sequence == weave->sequence;
    const bool complete =
        weave->half && weave->field != taken->field && (same_number || !weave->numbered_in_pairs);

    weave->numbered_in_pairs |= same_number && weave->capture_ns != 0;
    weave->sequence = taken->sequence;
    if (!complete) {
        *lost += weave->half;
        weave->half = true;
        weave->field = taken->field;
        weave->capture_ns = capture_ns;
        return false;
    }
    weave->half = false;
    if (draft) {
        draft->info.capture_ns = weave->capture_ns;
        draft->info.video.field =
            taken->field == V4L2_FIELD_BOTTOM ? TRI_FIELD_INTERLACED_TB : TRI_FIELD_INTERLACED_BT;
    }
    return true;
}
