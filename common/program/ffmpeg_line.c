/* SPDX-License-Identifier: MIT */
#include "caps.h"

#include "strbuf.h"

bool caps_ffmpeg_raw(const struct tri_video *video)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    // rawvideo has no planes in the order Y, V, U, and libswscale cannot read NV16.
    return format && format->ffmpeg && video->fourcc != TRI_FOURCC_YV12 &&
           video->fourcc != TRI_FOURCC_NV16;
}

/* Raw bytes carry no colorimetry; ffmpeg assumes BT.601 of limited range. */
static void append_colors(const struct tri_video *video, struct strbuf *caps)
{
    if (tri_video_range(video) == TRI_RANGE_FULL)
        strbuf_add(caps, " -color_range pc");
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        strbuf_add(caps, " -colorspace bt709");
        break;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        strbuf_add(caps, " -colorspace bt2020nc");
        break;
    default:
        break;
    }
}

/* Pixels in a row of raw bytes: a Bayer row of odd width has one more, which ffmpeg does not expect. */
static uint32_t row_pixels(const struct tri_video *video, const struct tri_format *format)
{
    const uint32_t group = format->family == TRI_FAMILY_BAYER ? format->plane[0].pixels : 1;
    return (video->width + group - 1) / group * group;
}

const char *caps_ffmpeg(const struct tri_video *video, char *text, size_t bytes)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    if (!format || !format->ffmpeg)
        return text;
    if (!caps_ffmpeg_raw(video)) {
        strbuf_add(&buf, "-f yuv4mpegpipe -i -");
        return text;
    }
    if (format->family == TRI_FAMILY_COMPRESSED)
        strbuf_add(&buf, "-f %s", format->ffmpeg);
    else if (format->fourcc == TRI_FOURCC_V210) // a codec there
        strbuf_add(&buf, "-f v210 -video_size %ux%u", video->width, video->height);
    else
        strbuf_add(&buf, "-f rawvideo -pix_fmt %s -video_size %ux%u", format->ffmpeg,
                   row_pixels(video, format), video->height);
    if (format->family == TRI_FAMILY_YUV)
        append_colors(video, &buf);
    if (video->fps_num && video->fps_den)
        strbuf_add(&buf, " -framerate %u/%u", video->fps_num, video->fps_den);
    strbuf_add(&buf, " -i -");
    if (row_pixels(video, format) != video->width)
        strbuf_add(&buf, " -vf crop=%u:%u:0:0", video->width, video->height);
    return text;
}
