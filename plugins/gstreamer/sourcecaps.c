/* SPDX-License-Identifier: MIT */
#include "sourcecaps.h"

#include "videocaps.h"

#include <triptych/format.h>

void gst_triptych_source_caps_init(struct gst_triptych_source_caps *current)
{
    current->video = (struct tri_video){ 0 };
    current->mixed = FALSE;
    gst_video_info_init(&current->info);
}

/** Sets caps that describe `video`; if `mixed`, the flags of each buffer give its fields. */
static gboolean set_caps(struct gst_triptych_source_caps *current, GstBaseSrc *src,
                         const struct tri_video *video)
{
    GstCaps *caps = gst_triptych_make_caps(video);
    if (!caps) {
        char fourcc[5];
        GST_ELEMENT_ERROR(src, STREAM, FORMAT,
                          ("GStreamer has no format %s.", tri_fourcc_name(video->fourcc, fourcc)),
                          (NULL));
        return FALSE;
    }
    if (current->mixed) {
        gst_caps_set_simple(caps, "interlace-mode", G_TYPE_STRING, "mixed", NULL);
        gst_structure_remove_field(gst_caps_get_structure(caps, 0), "field-order");
    }
    struct tri_video ignored;
    const gboolean done = gst_triptych_parse_caps(caps, &ignored, &current->info) &&
                          gst_base_src_set_caps(src, caps) &&
                          gst_base_src_negotiate(src); // calls decide_allocation()
    gst_caps_unref(caps);
    return done;
}

gboolean gst_triptych_source_caps_update(struct gst_triptych_source_caps *current, GstBaseSrc *src,
                                         const struct tri_video *video)
{
    struct tri_video before = current->video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    const gboolean raw = format && format->gstreamer;
    const gboolean same = tri_video_same(video, &before);
    before.field = video->field;
    const gboolean same_but_field = raw && tri_video_same(video, &before);
    if (same || (same_but_field && current->mixed))
        return TRUE;
    current->mixed = same_but_field;
    if (!set_caps(current, src, video))
        return FALSE;
    if (video->rotation != current->video.rotation) {
        gchar *orientation = g_strdup_printf("rotate-%u", video->rotation);
        GstTagList *tags = gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, orientation, NULL);
        // The base class sends the tag after the segment event.
        gst_element_send_event(GST_ELEMENT(src), gst_event_new_tag(tags));
        g_free(orientation);
    }
    current->video = *video;
    return TRUE;
}
