/* SPDX-License-Identifier: MIT */
#include "clocktime.h"

#include <triptych/frame.h>

#define NTP_EPOCH_NS (2208988800 * (gint64)GST_SECOND) // from 1900 to 1970, RFC 5905

/** What to add to CLOCK_MONOTONIC to get NTP time, as this host's real-time clock has it now. */
static gint64 offset_to_ntp(void)
{
    return g_get_real_time() * 1000 - tri_now_ns() + NTP_EPOCH_NS;
}

static void add_reference(GstBuffer *buffer, GstStaticCaps *kind, gint64 time)
{
    GstCaps *caps = gst_static_caps_get(kind);
    gst_buffer_add_reference_timestamp_meta(buffer, caps, (GstClockTime)time,
                                            GST_BUFFER_DURATION(buffer));
    gst_caps_unref(caps);
}

static gint64 find_reference(GstBuffer *buffer, GstStaticCaps *kind)
{
    GstCaps *caps = gst_static_caps_get(kind);
    const GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta(buffer, caps);
    gst_caps_unref(caps);
    return meta ? (gint64)meta->timestamp : 0;
}

static GstStaticCaps monotonic = GST_STATIC_CAPS(GST_TRIPTYCH_REFERENCE);
static GstStaticCaps ntp = GST_STATIC_CAPS(GST_TRIPTYCH_REFERENCE_NTP);

void gst_triptych_add_references(GstBuffer *buffer, gint64 capture_ns)
{
    add_reference(buffer, &monotonic, capture_ns);
    add_reference(buffer, &ntp, capture_ns + offset_to_ntp());
}

gint64 gst_triptych_reference(GstBuffer *buffer)
{
    const gint64 exact = find_reference(buffer, &monotonic);
    const gint64 told = exact ? 0 : find_reference(buffer, &ntp);
    return told ? told - offset_to_ntp() : exact;
}

/** Whether a clock reads CLOCK_MONOTONIC, apart from its calibration. What is found is kept with it:
 *  properties are slow to ask. Clocks that follow a network are of classes derived from the system's. */
static gboolean reads_monotonic(GstClock *clock)
{
    enum { UNKNOWN, YES, NO };
    const GQuark quark = g_quark_from_static_string("triptych-monotonic");
    gint known = GPOINTER_TO_INT(g_object_get_qdata(G_OBJECT(clock), quark));
    if (known == UNKNOWN) {
        GstClockType type = GST_CLOCK_TYPE_OTHER;
        if (G_OBJECT_TYPE(clock) == GST_TYPE_SYSTEM_CLOCK)
            g_object_get(clock, "clock-type", &type, NULL);
        known = type == GST_CLOCK_TYPE_MONOTONIC ? YES : NO;
        g_object_set_qdata(G_OBJECT(clock), quark, GINT_TO_POINTER(known));
    }
    return known == YES;
}

static gboolean is_calibrated(GstClock *clock)
{
    GstClockTime internal;
    GstClockTime external;
    GstClockTime num;
    GstClockTime den;
    gst_clock_get_calibration(clock, &internal, &external, &num, &den);
    return internal != external || num != den;
}

/** What to add to CLOCK_MONOTONIC to get the element's running time. @return FALSE without a clock. */
static gboolean offset_to_running_time(GstElement *element, gint64 *offset)
{
    GstClock *clock = gst_element_get_clock(element);
    if (!clock)
        return FALSE;
    const GstClockTime base = gst_element_get_base_time(element);

    // The usual clock is CLOCK_MONOTONIC itself: then the offset is exact. Otherwise both are read
    // at the same moment, as near as two calls can be.
    if (reads_monotonic(clock) && !is_calibrated(clock))
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
