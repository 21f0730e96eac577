/* SPDX-License-Identifier: MIT */
#include "caps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append(char *text, size_t bytes, const char *format, ...) TRI_PRINTF(3, 4);

static void append(char *text, size_t bytes, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, bytes - used, format, args);
    va_end(args);
}

/* The numbers of GstVideoColorMatrix, GstVideoTransferFunction and GstVideoColorPrimaries. */
enum { GST_MATRIX_RGB = 1, GST_TRANSFER_BT709 = 5, GST_TRANSFER_SRGB = 7, GST_TRANSFER_BT601 = 16 };
static const int gst_matrix[] = {
    [TRI_MATRIX_601] = 4,       [TRI_MATRIX_709] = 3,    [TRI_MATRIX_XV601] = 4,
    [TRI_MATRIX_XV709] = 3,     [TRI_MATRIX_BT2020] = 6, [TRI_MATRIX_BT2020C] = 6,
    [TRI_MATRIX_SMPTE240M] = 5,
};
static const int gst_transfer[] = {
    [TRI_TRANSFER_709] = 5,        [TRI_TRANSFER_SRGB] = 7, [TRI_TRANSFER_OPRGB] = 12,
    [TRI_TRANSFER_SMPTE240M] = 6,  [TRI_TRANSFER_NONE] = 1, [TRI_TRANSFER_DCIP3] = 0,
    [TRI_TRANSFER_SMPTE2084] = 14,
};
static const int gst_primaries[] = {
    [TRI_COLORSPACE_SMPTE170M] = 4, [TRI_COLORSPACE_SMPTE240M] = 5, [TRI_COLORSPACE_REC709] = 1,
    [TRI_COLORSPACE_470M] = 2,      [TRI_COLORSPACE_470BG] = 3,     [TRI_COLORSPACE_JPEG] = 1,
    [TRI_COLORSPACE_SRGB] = 1,      [TRI_COLORSPACE_OPRGB] = 8,     [TRI_COLORSPACE_BT2020] = 7,
    [TRI_COLORSPACE_RAW] = 0,       [TRI_COLORSPACE_DCIP3] = 10,
};

static int looked_up(const int *table, size_t count, uint32_t value)
{
    return value < count ? table[value] : 0;
}
#define LOOK_UP(table, value) looked_up(table, sizeof(table) / sizeof(table)[0], value)

/* "range:matrix:transfer:primaries": GStreamer's short words cover only some of the combinations. */
static const char *colorimetry(const struct tri_video *video, bool rgb, char *text, size_t bytes)
{
    const uint32_t matrix = tri_video_matrix(video);
    const bool old_tv = matrix == TRI_MATRIX_601 || matrix == TRI_MATRIX_XV601;
    uint32_t colorspace = video->colorspace;
    if (colorspace == TRI_COLORSPACE_DEFAULT)
        colorspace = rgb      ? TRI_COLORSPACE_SRGB
                     : old_tv ? TRI_COLORSPACE_SMPTE170M
                              : TRI_COLORSPACE_REC709;
    int transfer = LOOK_UP(gst_transfer, video->transfer);
    if (video->transfer == TRI_TRANSFER_DEFAULT)
        transfer = rgb ? GST_TRANSFER_SRGB : old_tv ? GST_TRANSFER_BT601 : GST_TRANSFER_BT709;
    snprintf(text, bytes, "%d:%d:%d:%d", tri_video_range(video) == TRI_RANGE_FULL ? 1 : 2,
             rgb ? GST_MATRIX_RGB : LOOK_UP(gst_matrix, matrix), transfer,
             LOOK_UP(gst_primaries, colorspace));
    return text;
}

const char *caps_gstreamer(const struct tri_video *video, char *text, size_t bytes)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    text[0] = '\0';
    if (format && format->gstreamer)
        append(text, bytes, "video/x-raw, format=(string)%s", format->gstreamer);
    else
        append(text, bytes, "image/jpeg");
    append(text, bytes, ", width=(int)%u, height=(int)%u, framerate=(fraction)%u/%u", video->width,
           video->height, video->fps_den ? video->fps_num : 0, video->fps_den ? video->fps_den : 1);
    if (format && format->gstreamer && format->family != TRI_FAMILY_GREY) {
        char colors[32];
        append(text, bytes, ", colorimetry=(string)%s",
               colorimetry(video, format->family == TRI_FAMILY_RGB, colors, sizeof colors));
    }
    return text;
}

bool caps_ffmpeg_raw(const struct tri_video *video)
{
    // rawvideo knows no planes in the order Y, V, U, and libswscale does not read NV16.
    return video->fourcc != TRI_FOURCC_YV12 && video->fourcc != TRI_FOURCC_NV16;
}

/* What ffmpeg cannot see in the bytes and would otherwise take for BT.601 of limited range. */
static void append_colors(const struct tri_video *video, char *text, size_t bytes)
{
    if (tri_video_range(video) == TRI_RANGE_FULL)
        append(text, bytes, " -color_range pc");
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        append(text, bytes, " -colorspace bt709");
        break;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        append(text, bytes, " -colorspace bt2020nc");
        break;
    default:
        break;
    }
}

const char *caps_ffmpeg(const struct tri_video *video, char *text, size_t bytes)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    text[0] = '\0';
    if (!caps_ffmpeg_raw(video)) {
        append(text, bytes, "-f yuv4mpegpipe -i -");
        return text;
    }
    if (format && format->family == TRI_FAMILY_COMPRESSED)
        append(text, bytes, "-f %s", format->ffmpeg);
    else
        append(text, bytes, "-f rawvideo -pix_fmt %s -video_size %ux%u",
               format ? format->ffmpeg : "gray", video->width, video->height);
    if (format && format->family == TRI_FAMILY_YUV)
        append_colors(video, text, bytes);
    if (video->fps_num && video->fps_den)
        append(text, bytes, " -framerate %u/%u", video->fps_num, video->fps_den);
    append(text, bytes, " -i -");
    return text;
}
