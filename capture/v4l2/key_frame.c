/* SPDX-License-Identifier: MIT */
#include "key_frame.h"

#include <triptych/format.h>

/** Types of NAL units: ITU-T H.264 table 7-1, H.265 table 7-1. */
enum {
    H264_SLICE_FIRST = 1,
    H264_SLICE_IDR = 5,
    HEVC_SLICE_LAST = 31,
    HEVC_IRAP_FIRST = 16, // pictures at which decoding can begin
    HEVC_IRAP_LAST = 23,
};

/** The type of the next NAL unit from *at on, which moves behind it; -1 if there is none. */
static int next_unit(bool hevc, const uint8_t *frame, size_t bytes, size_t *at)
{
    for (; *at + 3 < bytes; ++*at) {
        if (frame[*at] == 0 && frame[*at + 1] == 0 && frame[*at + 2] == 1) {
            const uint8_t header = frame[*at + 3];
            *at += 4;
            return hevc ? header >> 1 & 0x3f : header & 0x1f;
        }
    }
    return -1;
}

bool key_frame_begins(uint32_t fourcc, const uint8_t *frame, size_t bytes)
{
    const bool hevc = fourcc == TRI_FOURCC_HEVC;
    size_t at = 0;
    int type;
    if (!hevc && fourcc != TRI_FOURCC_H264)
        return false;
    while ((type = next_unit(hevc, frame, bytes, &at)) >= 0) {
        if (hevc && type <= HEVC_SLICE_LAST)
            return type >= HEVC_IRAP_FIRST && type <= HEVC_IRAP_LAST;
        if (!hevc && type >= H264_SLICE_FIRST && type <= H264_SLICE_IDR)
            return type == H264_SLICE_IDR;
    }
    return false;
}
