/* SPDX-License-Identifier: MIT */
#include "obs_format.h"

static const struct {
    uint32_t fourcc;
    enum video_format format;
} formats[] = {
    { TRI_FOURCC_YU12, VIDEO_FORMAT_I420 }, { TRI_FOURCC_NV12, VIDEO_FORMAT_NV12 },
    { TRI_FOURCC_YVYU, VIDEO_FORMAT_YVYU }, { TRI_FOURCC_YUYV, VIDEO_FORMAT_YUY2 },
    { TRI_FOURCC_UYVY, VIDEO_FORMAT_UYVY }, { TRI_FOURCC_AB24, VIDEO_FORMAT_RGBA },
    { TRI_FOURCC_AR24, VIDEO_FORMAT_BGRA }, { TRI_FOURCC_XR24, VIDEO_FORMAT_BGRX },
    { TRI_FOURCC_GREY, VIDEO_FORMAT_Y800 }, { TRI_FOURCC_BGR3, VIDEO_FORMAT_BGR3 },
    { TRI_FOURCC_422P, VIDEO_FORMAT_I422 }, { TRI_FOURCC_P010, VIDEO_FORMAT_P010 },
};

enum video_format obs_triptych_format(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (formats[i].fourcc == fourcc)
            return formats[i].format;
    }
    return VIDEO_FORMAT_NONE;
}

static enum video_colorspace colorspace_of(const struct tri_video *video)
{
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        return VIDEO_CS_709;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        return video->transfer == TRI_TRANSFER_SMPTE2084 ? VIDEO_CS_2100_PQ : VIDEO_CS_2100_HLG;
    default:
        return VIDEO_CS_601;
    }
}

void obs_triptych_describe(const struct tri_video *video, int64_t capture_ns,
                           enum video_format format, struct obs_source_frame2 *out)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    *out = (struct obs_source_frame2){
        .width = video->width,
        .height = video->height,
        .timestamp = (uint64_t)capture_ns, // OBS uses CLOCK_MONOTONIC nanoseconds, too
        .format = format,
        .range = full ? VIDEO_RANGE_FULL : VIDEO_RANGE_PARTIAL,
        .trc = video->transfer == TRI_TRANSFER_SMPTE2084 ? VIDEO_TRC_PQ
               : video->transfer == TRI_TRANSFER_HLG     ? VIDEO_TRC_HLG
                                                         : VIDEO_TRC_DEFAULT,
    };
    video_format_get_parameters_for_format(colorspace_of(video), out->range, format,
                                           out->color_matrix, out->color_range_min,
                                           out->color_range_max);
}
