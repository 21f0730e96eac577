/* SPDX-License-Identifier: MIT */
#include "caps.h"

/* Colours: V4L2's numbers on our side, GStreamer's enums on the other; the first match counts. */
static const struct {
    guint32 ours;
    GstVideoColorMatrix gst;
} matrices[] = {
    { TRI_MATRIX_601, GST_VIDEO_COLOR_MATRIX_BT601 },
    { TRI_MATRIX_709, GST_VIDEO_COLOR_MATRIX_BT709 },
    { TRI_MATRIX_BT2020, GST_VIDEO_COLOR_MATRIX_BT2020 },
    { TRI_MATRIX_SMPTE240M, GST_VIDEO_COLOR_MATRIX_SMPTE240M },
    { TRI_MATRIX_XV601, GST_VIDEO_COLOR_MATRIX_BT601 },
    { TRI_MATRIX_XV709, GST_VIDEO_COLOR_MATRIX_BT709 },
    { TRI_MATRIX_BT2020C, GST_VIDEO_COLOR_MATRIX_BT2020 },
};

static const struct {
    guint32 ours;
    GstVideoTransferFunction gst;
} transfers[] = {
    { TRI_TRANSFER_709, GST_VIDEO_TRANSFER_BT709 },
    { TRI_TRANSFER_SRGB, GST_VIDEO_TRANSFER_SRGB },
    { TRI_TRANSFER_OPRGB, GST_VIDEO_TRANSFER_ADOBERGB },
    { TRI_TRANSFER_SMPTE240M, GST_VIDEO_TRANSFER_SMPTE240M },
    { TRI_TRANSFER_NONE, GST_VIDEO_TRANSFER_GAMMA10 },
    { TRI_TRANSFER_SMPTE2084, GST_VIDEO_TRANSFER_SMPTE2084 },
    { TRI_TRANSFER_709, GST_VIDEO_TRANSFER_BT601 },
    { TRI_TRANSFER_709, GST_VIDEO_TRANSFER_BT2020_10 },
};

static const struct {
    guint32 ours;
    GstVideoColorPrimaries gst;
} primaries[] = {
    { TRI_COLORSPACE_SMPTE170M, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M },
    { TRI_COLORSPACE_REC709, GST_VIDEO_COLOR_PRIMARIES_BT709 },
    { TRI_COLORSPACE_SMPTE240M, GST_VIDEO_COLOR_PRIMARIES_SMPTE240M },
    { TRI_COLORSPACE_470M, GST_VIDEO_COLOR_PRIMARIES_BT470M },
    { TRI_COLORSPACE_470BG, GST_VIDEO_COLOR_PRIMARIES_BT470BG },
    { TRI_COLORSPACE_BT2020, GST_VIDEO_COLOR_PRIMARIES_BT2020 },
    { TRI_COLORSPACE_OPRGB, GST_VIDEO_COLOR_PRIMARIES_ADOBERGB },
    { TRI_COLORSPACE_DCIP3, GST_VIDEO_COLOR_PRIMARIES_SMPTERP431 },
    { TRI_COLORSPACE_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT709 },
    { TRI_COLORSPACE_JPEG, GST_VIDEO_COLOR_PRIMARIES_BT709 },
};

/** Looks `value` up in column `from` of a table; 0 if it is not there: "not said" on both sides. */
#define LOOK_UP(table, from, to, value)                                     \
    ({                                                                      \
        guint32 found_ = 0;                                                 \
        for (gsize i_ = 0; i_ < G_N_ELEMENTS(table) && found_ == 0; i_++) { \
            if ((guint32)(table)[i_].from == (guint32)(value))              \
                found_ = (guint32)(table)[i_].to;                           \
        }                                                                   \
        found_;                                                             \
    })

GstCaps *gst_triptych_template_caps(void)
{
    GValue formats = G_VALUE_INIT;
    g_value_init(&formats, GST_TYPE_LIST);
    const struct tri_format *format;
    for (gsize i = 0; (format = tri_format_at(i)); i++) {
        if (!format->gstreamer)
            continue;
        GValue name = G_VALUE_INIT;
        g_value_init(&name, G_TYPE_STRING);
        g_value_set_static_string(&name, format->gstreamer);
        gst_value_list_append_and_take_value(&formats, &name);
    }

    GstCaps *caps = gst_caps_from_string("video/x-raw; image/jpeg");
    gst_structure_take_value(gst_caps_get_structure(caps, 0), "format", &formats);
    gst_caps_set_simple(caps, "width", GST_TYPE_INT_RANGE, 1, TRI_DIMENSION_MAX, "height",
                        GST_TYPE_INT_RANGE, 1, TRI_DIMENSION_MAX, "framerate",
                        GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);
    return caps;
}

static GstVideoColorimetry colorimetry_of(const struct tri_video *video,
                                          const struct tri_format *format)
{
    const enum tri_matrix matrix = tri_video_matrix(video);
    GstVideoColorimetry c = {
        .range = tri_video_range(video) == TRI_RANGE_FULL ? GST_VIDEO_COLOR_RANGE_0_255
                                                          : GST_VIDEO_COLOR_RANGE_16_235,
        .matrix = format->family == TRI_FAMILY_RGB
                      ? GST_VIDEO_COLOR_MATRIX_RGB
                      : (GstVideoColorMatrix)LOOK_UP(matrices, ours, gst, matrix),
        .transfer = (GstVideoTransferFunction)LOOK_UP(transfers, ours, gst, video->transfer),
        .primaries = (GstVideoColorPrimaries)LOOK_UP(primaries, ours, gst, video->colorspace),
    };
    // What the stream does not say follows from the matrix, as it does in GStreamer's own defaults.
    const gboolean sd = matrix == TRI_MATRIX_601;
    if (c.transfer == GST_VIDEO_TRANSFER_UNKNOWN)
        c.transfer = format->family == TRI_FAMILY_RGB ? GST_VIDEO_TRANSFER_SRGB
                     : sd                             ? GST_VIDEO_TRANSFER_BT601
                                                      : GST_VIDEO_TRANSFER_BT709;
    if (c.primaries == GST_VIDEO_COLOR_PRIMARIES_UNKNOWN)
        c.primaries = format->family != TRI_FAMILY_RGB && sd ? GST_VIDEO_COLOR_PRIMARIES_SMPTE170M
                                                             : GST_VIDEO_COLOR_PRIMARIES_BT709;
    return c;
}

static GstVideoInterlaceMode interlace_mode_of(guint32 field)
{
    switch (field) {
    case TRI_FIELD_INTERLACED:
    case TRI_FIELD_INTERLACED_TB:
    case TRI_FIELD_INTERLACED_BT:
        return GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
    default:
        return GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
    }
}

GstCaps *gst_triptych_caps_of(const struct tri_video *video)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (!format)
        return NULL;
    const gint num = (gint)video->fps_num;
    const gint den = video->fps_den ? (gint)video->fps_den : 1;
    if (format->fourcc == TRI_FOURCC_MJPG)
        return gst_caps_new_simple("image/jpeg", "width", G_TYPE_INT, (gint)video->width, "height",
                                   G_TYPE_INT, (gint)video->height, "framerate", GST_TYPE_FRACTION,
                                   num, den, NULL);

    GstVideoInfo info;
    const GstVideoFormat gst =
        format->gstreamer ? gst_video_format_from_string(format->gstreamer) : 0;
    if (gst == GST_VIDEO_FORMAT_UNKNOWN ||
        !gst_video_info_set_interlaced_format(&info, gst, interlace_mode_of(video->field),
                                              video->width, video->height))
        return NULL;
    info.fps_n = num;
    info.fps_d = den;
    if (format->family != TRI_FAMILY_GREY)
        info.colorimetry = colorimetry_of(video, format);
    if (video->field == TRI_FIELD_INTERLACED_TB)
        GST_VIDEO_INFO_FIELD_ORDER(&info) = GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST;
    if (video->field == TRI_FIELD_INTERLACED_BT)
        GST_VIDEO_INFO_FIELD_ORDER(&info) = GST_VIDEO_FIELD_ORDER_BOTTOM_FIELD_FIRST;
    return gst_video_info_to_caps(&info);
}

static guint32 field_of(const GstVideoInfo *info)
{
    if (!GST_VIDEO_INFO_IS_INTERLACED(info))
        return TRI_FIELD_NONE;
    switch (GST_VIDEO_INFO_FIELD_ORDER(info)) {
    case GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST:
        return TRI_FIELD_INTERLACED_TB;
    case GST_VIDEO_FIELD_ORDER_BOTTOM_FIELD_FIRST:
        return TRI_FIELD_INTERLACED_BT;
    default:
        return TRI_FIELD_INTERLACED;
    }
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

static gboolean jpeg_of(const GstStructure *s, struct tri_video *video, GstVideoInfo *info)
{
    gint width = 0;
    gint height = 0;
    gint num = 0;
    gint den = 1;
    gst_structure_get_fraction(s, "framerate", &num, &den);
    if (!gst_structure_get_int(s, "width", &width) || !gst_structure_get_int(s, "height", &height))
        return FALSE;
    gst_video_info_init(info);
    info->width = width;
    info->height = height;
    info->fps_n = num;
    info->fps_d = den;
    *video = (struct tri_video){ .fourcc = TRI_FOURCC_MJPG,
                                 .width = (guint32)width,
                                 .height = (guint32)height,
                                 .fps_num = (guint32)num,
                                 .fps_den = (guint32)den };
    return TRUE;
}

gboolean gst_triptych_video_of(const GstCaps *caps, struct tri_video *video, GstVideoInfo *info)
{
    const GstStructure *s = gst_caps_get_structure(caps, 0);
    if (gst_structure_has_name(s, "image/jpeg"))
        return jpeg_of(s, video, info);
    if (!gst_video_info_from_caps(info, caps))
        return FALSE;
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
        .colorspace = LOOK_UP(primaries, gst, ours, info->colorimetry.primaries),
        .transfer = LOOK_UP(transfers, gst, ours, info->colorimetry.transfer),
        .matrix = LOOK_UP(matrices, gst, ours, info->colorimetry.matrix),
        .range = range_of(info->colorimetry.range),
        .field = field_of(info),
    };
    return TRUE;
}
