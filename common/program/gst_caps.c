/* SPDX-License-Identifier: MIT */
/* GStreamer caps of a stream as text: for people, scripts and the GStreamer plugin. */
#include "caps.h"

#include "strbuf.h"

#include <string.h>

/* The numbers of GstVideoColorMatrix, GstVideoTransferFunction and GstVideoColorPrimaries. */
enum {
    GST_MATRIX_RGB = 1,
    GST_TRANSFER_BT709 = 5,
    GST_TRANSFER_SRGB = 7,
    GST_TRANSFER_BT2020_12 = 11,
    GST_TRANSFER_BT2020_10 = 13,
    GST_TRANSFER_BT601 = 16,
};
static const int gst_matrix[] = {
    [TRI_MATRIX_601] = 4,       [TRI_MATRIX_709] = 3,    [TRI_MATRIX_XV601] = 4,
    [TRI_MATRIX_XV709] = 3,     [TRI_MATRIX_BT2020] = 6, [TRI_MATRIX_BT2020C] = 6,
    [TRI_MATRIX_SMPTE240M] = 5,
};
static const int gst_transfer[] = {
    [TRI_TRANSFER_709] = 5,        [TRI_TRANSFER_SRGB] = 7, [TRI_TRANSFER_OPRGB] = 12,
    [TRI_TRANSFER_SMPTE240M] = 6,  [TRI_TRANSFER_NONE] = 1, [TRI_TRANSFER_DCIP3] = 0,
    [TRI_TRANSFER_SMPTE2084] = 14, [TRI_TRANSFER_HLG] = 15,
};
static const int gst_primaries[] = {
    [TRI_COLORSPACE_SMPTE170M] = 4, [TRI_COLORSPACE_SMPTE240M] = 5, [TRI_COLORSPACE_REC709] = 1,
    [TRI_COLORSPACE_470M] = 2,      [TRI_COLORSPACE_470BG] = 3,     [TRI_COLORSPACE_JPEG] = 1,
    [TRI_COLORSPACE_SRGB] = 1,      [TRI_COLORSPACE_OPRGB] = 8,     [TRI_COLORSPACE_BT2020] = 7,
    [TRI_COLORSPACE_RAW] = 0,       [TRI_COLORSPACE_DCIP3] = 10,
};
static const char *const chroma_site[] = {
    [TRI_SITING_LEFT] = "mpeg2",
    [TRI_SITING_CENTER] = "jpeg",
    [TRI_SITING_TOPLEFT] = "cosited",
    [TRI_SITING_TOP] = "v-cosited",
};

#define LOOK_UP(table, value) ((value) < sizeof(table) / sizeof((table)[0]) ? (table)[value] : 0)

static uint32_t colorspace_of(const struct tri_video *video, bool rgb, uint32_t matrix)
{
    if (video->colorspace != TRI_COLORSPACE_DEFAULT)
        return video->colorspace;
    if (rgb)
        return TRI_COLORSPACE_SRGB;
    switch (matrix) {
    case TRI_MATRIX_601:
    case TRI_MATRIX_XV601:
        return TRI_COLORSPACE_SMPTE170M;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        return TRI_COLORSPACE_BT2020;
    case TRI_MATRIX_SMPTE240M:
        return TRI_COLORSPACE_SMPTE240M;
    default:
        return TRI_COLORSPACE_REC709;
    }
}

/* V4L2 has one number for the identical transfer functions of BT.601, BT.709 and BT.2020.
 * GStreamer has one for each, and its named combinations ("bt601") need the right one. */
static int transfer_of(const struct tri_video *video, bool rgb, uint32_t colorspace, uint32_t depth)
{
    if (video->transfer == TRI_TRANSFER_DEFAULT && rgb)
        return GST_TRANSFER_SRGB;
    if (video->transfer != TRI_TRANSFER_DEFAULT && video->transfer != TRI_TRANSFER_709)
        return LOOK_UP(gst_transfer, video->transfer);
    switch (colorspace) {
    case TRI_COLORSPACE_SMPTE170M:
    case TRI_COLORSPACE_470BG:
        return GST_TRANSFER_BT601;
    case TRI_COLORSPACE_BT2020:
        return depth == 10 ? GST_TRANSFER_BT2020_10 : GST_TRANSFER_BT2020_12;
    default:
        return GST_TRANSFER_BT709;
    }
}

static void append_colorimetry(const struct tri_video *video, const struct tri_format *format,
                               struct strbuf *caps)
{
    const bool rgb = format->family == TRI_FAMILY_RGB;
    const int range = tri_video_range(video) == TRI_RANGE_FULL ? 1 : 2;
    if (format->family == TRI_FAMILY_GREY) {
        if (range == 2) // GStreamer's default is full
            strbuf_add(caps, ", colorimetry=(string)2:4:0:0");
        return;
    }
    if (format->family == TRI_FAMILY_DEPTH)
        return;
    // "range:matrix:transfer:primaries": GStreamer's names cover only some of the combinations.
    const uint32_t matrix = tri_video_matrix(video);
    const uint32_t colorspace = colorspace_of(video, rgb, matrix);
    strbuf_add(caps, ", colorimetry=(string)%d:%d:%d:%d", range,
               rgb ? GST_MATRIX_RGB : LOOK_UP(gst_matrix, matrix),
               transfer_of(video, rgb, colorspace, format->depth),
               LOOK_UP(gst_primaries, colorspace));
    if (format->family == TRI_FAMILY_YUV && LOOK_UP(chroma_site, video->siting))
        strbuf_add(caps, ", chroma-site=(string)%s", chroma_site[video->siting]);
}

static void append_fields(uint32_t field, struct strbuf *caps)
{
    const bool known = field == TRI_FIELD_INTERLACED_TB || field == TRI_FIELD_INTERLACED_BT;
    if (known || field == TRI_FIELD_INTERLACED)
        strbuf_add(caps, ", interlace-mode=(string)interleaved");
    if (known)
        strbuf_add(caps, ", field-order=(string)%s-field-first",
                   field == TRI_FIELD_INTERLACED_TB ? "top" : "bottom");
}

const char *caps_gstreamer(const struct tri_video *video, char *text, size_t bytes)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    if (!format || (!format->gstreamer && !format->media))
        return text;
    if (format->gstreamer)
        strbuf_add(&buf, "video/x-raw, format=(string)%s", format->gstreamer);
    else
        strbuf_add(&buf, "%s", format->media);
    strbuf_add(&buf, ", width=(int)%u, height=(int)%u, framerate=(fraction)%u/%u", video->width,
               video->height, video->fps_num, video->fps_den ? video->fps_den : 1);
    if (video->aspect_num && video->aspect_den)
        strbuf_add(&buf, ", pixel-aspect-ratio=(fraction)%u/%u", video->aspect_num,
                   video->aspect_den);
    if (format->gstreamer) {
        append_fields(video->field, &buf);
        append_colorimetry(video, format, &buf);
    }
    return text;
}
