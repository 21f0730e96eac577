/* SPDX-License-Identifier: MIT */
#include "videocaps.h"

#include "program/caps.h"

/* Colours from GStreamer's enums to V4L2's numbers; 0 is unspecified in both. caps_gstreamer() converts
 * the other way. */
static const guint32 matrices[] = {
    [GST_VIDEO_COLOR_MATRIX_BT601] = TRI_MATRIX_601,
    [GST_VIDEO_COLOR_MATRIX_BT709] = TRI_MATRIX_709,
    [GST_VIDEO_COLOR_MATRIX_BT2020] = TRI_MATRIX_BT2020,
    [GST_VIDEO_COLOR_MATRIX_SMPTE240M] = TRI_MATRIX_SMPTE240M,
};
static const guint32 transfers[] = {
    [GST_VIDEO_TRANSFER_GAMMA10] = TRI_TRANSFER_NONE,
    [GST_VIDEO_TRANSFER_BT601] = TRI_TRANSFER_709,
    [GST_VIDEO_TRANSFER_BT709] = TRI_TRANSFER_709,
    [GST_VIDEO_TRANSFER_BT2020_10] = TRI_TRANSFER_709,
    [GST_VIDEO_TRANSFER_BT2020_12] = TRI_TRANSFER_709,
    [GST_VIDEO_TRANSFER_SRGB] = TRI_TRANSFER_SRGB,
    [GST_VIDEO_TRANSFER_ADOBERGB] = TRI_TRANSFER_OPRGB,
    [GST_VIDEO_TRANSFER_SMPTE240M] = TRI_TRANSFER_SMPTE240M,
    [GST_VIDEO_TRANSFER_SMPTE2084] = TRI_TRANSFER_SMPTE2084,
    [GST_VIDEO_TRANSFER_ARIB_STD_B67] = TRI_TRANSFER_HLG,
};
static const guint32 primaries[] = {
    [GST_VIDEO_COLOR_PRIMARIES_SMPTE170M] = TRI_COLORSPACE_SMPTE170M,
    [GST_VIDEO_COLOR_PRIMARIES_BT709] = TRI_COLORSPACE_REC709,
    [GST_VIDEO_COLOR_PRIMARIES_SMPTE240M] = TRI_COLORSPACE_SMPTE240M,
    [GST_VIDEO_COLOR_PRIMARIES_BT470M] = TRI_COLORSPACE_470M,
    [GST_VIDEO_COLOR_PRIMARIES_BT470BG] = TRI_COLORSPACE_470BG,
    [GST_VIDEO_COLOR_PRIMARIES_BT2020] = TRI_COLORSPACE_BT2020,
    [GST_VIDEO_COLOR_PRIMARIES_ADOBERGB] = TRI_COLORSPACE_OPRGB,
    [GST_VIDEO_COLOR_PRIMARIES_SMPTERP431] = TRI_COLORSPACE_DCIP3,
};

#define LOOK_UP(table, value) ((gsize)(value) < G_N_ELEMENTS(table) ? (table)[value] : 0)

/** Returns whether this version of GStreamer knows the format as raw video. */
static gboolean is_known(const struct tri_format *format)
{
    return format->gstreamer &&
           gst_video_format_from_string(format->gstreamer) != GST_VIDEO_FORMAT_UNKNOWN;
}

GstCaps *gst_triptych_template_caps(void)
{
    GValue formats = G_VALUE_INIT;
    g_value_init(&formats, GST_TYPE_LIST);
    const struct tri_format *format;
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        if (!is_known(format))
            continue;
        GValue name = G_VALUE_INIT;
        g_value_init(&name, G_TYPE_STRING);
        g_value_set_static_string(&name, format->gstreamer);
        gst_value_list_append_and_take_value(&formats, &name);
    }

    GstCaps *caps = gst_caps_new_empty_simple("video/x-raw");
    gst_structure_take_value(gst_caps_get_structure(caps, 0), "format", &formats);
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        if (format->media)
            gst_caps_append(caps, gst_caps_from_string(format->media));
    }
    gst_caps_set_simple(caps, "width", GST_TYPE_INT_RANGE, 1, TRI_DIMENSION_MAX, "height",
                        GST_TYPE_INT_RANGE, 1, TRI_DIMENSION_MAX, "framerate",
                        GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);
    return gst_caps_simplify(caps);
}

GstCaps *gst_triptych_make_caps(const struct tri_video *video)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (!format || (!format->media && !is_known(format)))
        return NULL;
    char text[CAPS_BYTES];
    GstCaps *caps = gst_caps_from_string(caps_gstreamer(video, text, sizeof(text)));
    GstVideoInfo info;
    if (!format->gstreamer || !gst_video_info_from_caps(&info, caps))
        return caps;
    gst_caps_unref(caps);
    return gst_video_info_to_caps(&info); // colours by name where possible: filters compare text
}

guint32 gst_triptych_buffer_field(const GstVideoInfo *info, GstBuffer *buffer)
{
    const GstVideoInterlaceMode mode = GST_VIDEO_INFO_INTERLACE_MODE(info);
    if (mode == GST_VIDEO_INTERLACE_MODE_PROGRESSIVE ||
        (mode == GST_VIDEO_INTERLACE_MODE_MIXED &&
         !GST_BUFFER_FLAG_IS_SET(buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED)))
        return TRI_FIELD_NONE;
    const GstVideoFieldOrder order = GST_VIDEO_INFO_FIELD_ORDER(info);
    const gboolean top = order == GST_VIDEO_FIELD_ORDER_UNKNOWN
                             ? GST_BUFFER_FLAG_IS_SET(buffer, GST_VIDEO_BUFFER_FLAG_TFF)
                             : order == GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST;
    return top ? TRI_FIELD_INTERLACED_TB : TRI_FIELD_INTERLACED_BT;
}

void gst_triptych_flag_fields(GstBuffer *buffer, const struct tri_video *video)
{
    if (video->field != TRI_FIELD_INTERLACED && video->field != TRI_FIELD_INTERLACED_TB &&
        video->field != TRI_FIELD_INTERLACED_BT)
        return;
    GST_BUFFER_FLAG_SET(buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED);
    // As in V4L2: by default only 525-line television begins with the bottom field.
    const gboolean ntsc = video->height == 480 || video->height == 486;
    if (video->field == TRI_FIELD_INTERLACED_TB || (video->field == TRI_FIELD_INTERLACED && !ntsc))
        GST_BUFFER_FLAG_SET(buffer, GST_VIDEO_BUFFER_FLAG_TFF);
}

/** Reads the caps, because GstVideoInfo has a default where they give no siting. */
static guint32 siting_of(const GstStructure *s)
{
    const gchar *site = gst_structure_get_string(s, "chroma-site");
    switch (site ? gst_video_chroma_site_from_string(site) : GST_VIDEO_CHROMA_SITE_UNKNOWN) {
    case GST_VIDEO_CHROMA_SITE_MPEG2:
        return TRI_SITING_LEFT;
    case GST_VIDEO_CHROMA_SITE_JPEG:
        return TRI_SITING_CENTER;
    case GST_VIDEO_CHROMA_SITE_COSITED:
        return TRI_SITING_TOPLEFT;
    case GST_VIDEO_CHROMA_SITE_V_COSITED:
        return TRI_SITING_TOP;
    default:
        return TRI_SITING_DEFAULT;
    }
}

/** Sets the pixel aspect ratio; square pixels are left unspecified. */
static void set_aspect(struct tri_video *video, gint num, gint den)
{
    if (num == den || num <= 0 || den <= 0 || num > TRI_ASPECT_MAX || den > TRI_ASPECT_MAX)
        return;
    video->aspect_num = (guint32)num;
    video->aspect_den = (guint32)den;
}

static guint32 range_of(GstVideoColorRange range)
{
    switch (range) {
    case GST_VIDEO_COLOR_RANGE_0_255:
        return TRI_RANGE_FULL;
    case GST_VIDEO_COLOR_RANGE_16_235:
        return TRI_RANGE_LIMITED;
    default:
        return TRI_RANGE_DEFAULT;
    }
}

/** Returns the format of caps that are not video/x-raw; NULL if there is none. */
static const struct tri_format *format_of_media(const GstStructure *s)
{
    const struct tri_format *format;
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        GstStructure *media = format->media ? gst_structure_from_string(format->media, NULL) : NULL;
        const gboolean found = media && gst_structure_is_subset(s, media);
        g_clear_pointer(&media, gst_structure_free);
        if (found)
            return format;
    }
    return NULL;
}

/** Reads caps of compressed video, and of Bayer formats, whose rows GStreamer rounds up to 4
 *  bytes. */
static gboolean parse_media(const GstStructure *s, struct tri_video *video, GstVideoInfo *info)
{
    const struct tri_format *format = format_of_media(s);
    gint width = 0;
    gint height = 0;
    gint num = 0;
    gint den = 1;
    gst_structure_get_fraction(s, "framerate", &num, &den);
    if (!format || !gst_structure_get_int(s, "width", &width) ||
        !gst_structure_get_int(s, "height", &height))
        return FALSE;
    gst_video_info_init(info);
    info->width = width;
    info->height = height;
    info->fps_n = num;
    info->fps_d = den;
    *video = (struct tri_video){ .fourcc = format->fourcc,
                                 .width = (guint32)width,
                                 .height = (guint32)height,
                                 .fps_num = (guint32)num,
                                 .fps_den = (guint32)den };
    if (gst_structure_get_fraction(s, "pixel-aspect-ratio", &num, &den))
        set_aspect(video, num, den);
    struct tri_shape shape;
    if (tri_video_shape(video, &shape) != TRI_OK)
        return FALSE;
    info->stride[0] = (gint)((shape.plane[0].row_bytes + 3) / 4 * 4);
    info->size = (gsize)info->stride[0] * shape.plane[0].rows;
    return TRUE;
}

gboolean gst_triptych_parse_caps(const GstCaps *caps, struct tri_video *video, GstVideoInfo *info)
{
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    if (!gst_structure_has_name(s, "video/x-raw"))
        return parse_media(s, video, info);
    if (!gst_video_info_from_caps(info, caps) ||
        GST_VIDEO_INFO_INTERLACE_MODE(info) > GST_VIDEO_INTERLACE_MODE_MIXED)
        return FALSE; // fields that are not interleaved
    const struct tri_format *format =
        tri_format_from_name(gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(info)));
    if (!format)
        return FALSE;

    *video = (struct tri_video){
        .fourcc = format->fourcc,
        .width = (guint32)info->width,
        .height = (guint32)info->height,
        .fps_num = (guint32)info->fps_n,
        .fps_den = (guint32)info->fps_d,
        .colorspace = LOOK_UP(primaries, info->colorimetry.primaries),
        .transfer = LOOK_UP(transfers, info->colorimetry.transfer),
        .matrix = LOOK_UP(matrices, info->colorimetry.matrix),
        .range = range_of(info->colorimetry.range),
        .siting = siting_of(s),
    };
    set_aspect(video, info->par_n, info->par_d);
    return TRUE;
}
