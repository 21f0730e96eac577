/* SPDX-License-Identifier: MIT */
#include "latency.h"

#include <triptych/frame.h>

#define MARGIN     (2 * GST_MSECOND)          // beyond the greatest age
#define WINDOW     ((gint64)(2 * GST_SECOND)) // ages count for one to two windows
#define AGE_MAX    ((gint64)(5 * GST_SECOND)) // an older frame has a wrong time
#define PERIOD_MAX (100 * GST_MSECOND)        // counts as latency before ages are known

/** Returns the minimum latency of a stream: one frame period, limited for slow streams. */
static GstClockTime min_latency(const struct tri_video *video)
{
    if (video->fps_num == 0)
        return 0;
    return MIN(gst_util_uint64_scale(GST_SECOND, video->fps_den, video->fps_num), PERIOD_MAX);
}

void gst_triptych_latency_update(struct gst_triptych_latency *latency, GstElement *element,
                                 const struct tri_video *video, gint64 age)
{
    const gint64 now = tri_now_ns();
    if (now - latency->window_start >= WINDOW) {
        latency->window_start = now;
        latency->previous_max_age = latency->max_age;
        latency->max_age = 0;
    }
    latency->max_age = MAX(latency->max_age, (GstClockTime)CLAMP(age, 0, AGE_MAX));
    const GstClockTime greatest = MAX(latency->max_age, latency->previous_max_age);
    const GstClockTime least = min_latency(video);
    const GstClockTime wanted = MAX(greatest + MARGIN, least);

    GST_OBJECT_LOCK(element);
    const GstClockTime before = latency->value;
    if (greatest > before || before < least || wanted < before / 2)
        latency->value = wanted;
    const gboolean changed = latency->value != before;
    GST_OBJECT_UNLOCK(element);
    if (changed)
        gst_element_post_message(element, gst_message_new_latency(GST_OBJECT(element)));
}
