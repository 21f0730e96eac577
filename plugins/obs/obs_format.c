/* SPDX-License-Identifier: MIT */
#include "obs_format.h"

#include <string.h>

enum video_format obs_triptych_format(uint32_t fourcc)
{
    const struct tri_format *format = tri_format_find(fourcc);
    enum video_format each = VIDEO_FORMAT_NONE + 1;
    // OBS's names, in order up to the last one, are among those by which the table is searched.
    for (; format && strcmp(get_video_format_name(each), "None") != 0; each++) {
        if (tri_format_from_name(get_video_format_name(each)) == format)
            return each;
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
