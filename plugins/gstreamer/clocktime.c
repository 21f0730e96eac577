/* SPDX-License-Identifier: MIT */
#include "clocktime.h"

#include <triptych/frame.h>

/** What to add to CLOCK_MONOTONIC to get the element's running time. @return FALSE without a clock. */
static gboolean offset_to_running_time(GstElement *element, gint64 *offset)
{
    GstClock *clock = gst_element_get_clock(element);
    if (!clock)
        return FALSE;
    const GstClockTime base = gst_element_get_base_time(element);

    // The usual clock is CLOCK_MONOTONIC itself: then the offset is exact. Otherwise both are read
    // at the same moment, as near as two calls can be.
    GstClockType type = GST_CLOCK_TYPE_OTHER;
    if (GST_IS_SYSTEM_CLOCK(clock))
        g_object_get(clock, "clock-type", &type, NULL);
    if (type == GST_CLOCK_TYPE_MONOTONIC && gst_clock_get_master(clock) == NULL)
        *offset = -(gint64)base;
    else
        *offset = (gint64)gst_clock_get_time(clock) - tri_now_ns() - (gint64)base;
    gst_object_unref(clock);
    return TRUE;
}

GstClockTime gst_triptych_running_time(GstElement *element, gint64 monotonic_ns)
{
    gint64 offset;
    if (!offset_to_running_time(element, &offset))
        return GST_CLOCK_TIME_NONE;
    const gint64 running = monotonic_ns + offset;
    return running > 0 ? (GstClockTime)running : 0;
}

gint64 gst_triptych_monotonic(GstElement *element, GstClockTime running_time)
{
    const gint64 now = tri_now_ns();
    gint64 offset;
    if (!GST_CLOCK_TIME_IS_VALID(running_time) || !offset_to_running_time(element, &offset))
        return now;
    const gint64 then = (gint64)running_time - offset;
    return then > 0 && then < now ? then : now;
}
