/* SPDX-License-Identifier: MIT */
#include "clocktime.h"

#include <triptych/frame.h>

#define NTP_EPOCH_NS (2208988800 * (gint64)GST_SECOND) // from 1900 to 1970, RFC 5905

#define NTP_ERROR_NS (10 * (gint64)GST_SECOND)

/** Returns NTP time minus CLOCK_MONOTONIC, by this host's real-time clock. */
static gint64 offset_to_ntp(void)
{
    return g_get_real_time() * 1000 - tri_now_ns() + NTP_EPOCH_NS;
}

static GstStaticCaps monotonic_caps = GST_STATIC_CAPS(GST_TRIPTYCH_REFERENCE);
static GstStaticCaps ntp_caps = GST_STATIC_CAPS(GST_TRIPTYCH_REFERENCE_NTP);

static GstReferenceTimestampMeta *add_reference(GstBuffer *buffer, GstStaticCaps *kind)
{
    GstCaps *caps = gst_static_caps_get(kind);
    GstReferenceTimestampMeta *meta =
        gst_buffer_add_reference_timestamp_meta(buffer, caps, 0, GST_CLOCK_TIME_NONE);
    gst_caps_unref(caps);
    return meta;
}

void gst_triptych_add_capture_times(GstBuffer *buffer, GstReferenceTimestampMeta **monotonic,
                                    GstReferenceTimestampMeta **ntp)
{
    *monotonic = add_reference(buffer, &monotonic_caps);
    *ntp = add_reference(buffer, &ntp_caps);
}

void gst_triptych_set_capture_times(const GstBuffer *buffer, GstReferenceTimestampMeta *monotonic,
                                    GstReferenceTimestampMeta *ntp, gint64 capture_ns)
{
    monotonic->timestamp = (GstClockTime)capture_ns;
    ntp->timestamp = (GstClockTime)(capture_ns + offset_to_ntp());
    monotonic->duration = ntp->duration = GST_BUFFER_DURATION(buffer);
}

/** Returns whether a reference has these caps. */
static gboolean is_of(const GstReferenceTimestampMeta *meta, GstStaticCaps *kind)
{
    GstCaps *caps = gst_static_caps_get(kind);
    const gboolean same = gst_caps_is_subset(meta->reference, caps);
    gst_caps_unref(caps);
    return same;
}

/** Converts NTP time; 0 if its clock cannot be that of a synchronised host. */
static gint64 from_ntp(GstClockTime ntp)
{
    const gint64 capture_ns = (gint64)ntp - offset_to_ntp();
    return ABS(capture_ns - tri_now_ns()) < NTP_ERROR_NS ? capture_ns : 0;
}

gint64 gst_triptych_get_capture_time(GstBuffer *buffer, gboolean *by_sender)
{
    gpointer state = NULL;
    const GstMeta *meta;
    gint64 monotonic_ns = 0;
    gint64 ntp_ns = 0;
    while ((meta = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                    GST_REFERENCE_TIMESTAMP_META_API_TYPE))) {
        const GstReferenceTimestampMeta *reference = (const GstReferenceTimestampMeta *)meta;
        if (is_of(reference, &monotonic_caps))
            monotonic_ns = (gint64)reference->timestamp;
        else if (ntp_ns == 0 && is_of(reference, &ntp_caps))
            ntp_ns = from_ntp(reference->timestamp);
    }
    if (by_sender)
        *by_sender = monotonic_ns == 0 && ntp_ns > 0;
    return monotonic_ns ? monotonic_ns : ntp_ns;
}

gboolean gst_triptych_clock_is_monotonic(GstClock *clock)
{
    GstClockType type = GST_CLOCK_TYPE_OTHER;
    if (G_OBJECT_TYPE(clock) == GST_TYPE_SYSTEM_CLOCK) // derived classes may be network clocks
        g_object_get(clock, "clock-type", &type, NULL);
    return type == GST_CLOCK_TYPE_MONOTONIC;
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

/** Calculates running time minus CLOCK_MONOTONIC. @return FALSE without a clock */
static gboolean offset_to_running_time(GstElement *element, gboolean monotonic, gint64 *offset)
{
    GST_OBJECT_LOCK(element);
    GstClock *clock = GST_ELEMENT_CLOCK(element);
    const gint64 base = (gint64)element->base_time;
    const gboolean exact = clock && monotonic && !is_calibrated(clock);
    if (clock && !exact)
        gst_object_ref(clock);
    GST_OBJECT_UNLOCK(element);

    if (!clock)
        return FALSE;
    *offset = -base;
    if (!exact) { // two reads, as close together as possible
        *offset += (gint64)gst_clock_get_time(clock) - tri_now_ns();
        gst_object_unref(clock);
    }
    return TRUE;
}

GstClockTime gst_triptych_running_time(GstElement *element, gboolean monotonic, gint64 moment_ns)
{
    gint64 offset;
    if (!offset_to_running_time(element, monotonic, &offset))
        return GST_CLOCK_TIME_NONE;
    const gint64 running = moment_ns + offset;
    return running > 0 ? (GstClockTime)running : 0;
}

gint64 gst_triptych_monotonic(GstElement *element, gboolean monotonic, GstClockTime running_time)
{
    const gint64 now = tri_now_ns();
    gint64 offset;
    if (!GST_CLOCK_TIME_IS_VALID(running_time) ||
        !offset_to_running_time(element, monotonic, &offset))
        return now;
    const gint64 then = (gint64)running_time - offset;
    return then > 0 && then < now ? then : now;
}
