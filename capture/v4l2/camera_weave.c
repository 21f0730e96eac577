/* SPDX-License-Identifier: MIT */
#include "camera_weave.h"

#define SEPARATE 4 // successive fields without a pair that prove that each field has its own number

/** Whether a field belongs to the frame of the one before. V4L2 specifies that both have the same
 *  number. If a driver numbers each field, every other number begins a frame, from the first one on. */
static bool is_second(const struct camera_weave *weave, const struct camera_taken *taken)
{
    if (!weave->half || weave->field == taken->field)
        return false;
    if (weave->sequence == taken->sequence)
        return true;
    return !weave->paired && weave->fields > SEPARATE && taken->sequence == weave->sequence + 1 &&
           (weave->sequence - weave->first) % 2 == 0;
}

bool camera_weave(struct camera_weave *weave, const struct camera_taken *taken, int64_t capture_ns,
                  struct tri_draft *draft, uint64_t *lost)
{
    const bool complete = is_second(weave, taken);
    if (weave->fields++ == 0)
        weave->first = taken->sequence;
    weave->paired |= complete && weave->sequence == taken->sequence;
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
