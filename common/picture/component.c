/* SPDX-License-Identifier: MIT */
/** Where each format keeps its components: one row a format. */
#include "component.h"

/* Components of YUV come as Y, U, V; of RGB as R, G, B, A; of grey as Y; 565 is one 16-bit sample. */
// clang-format off
#define BYTE(plane, offset, step)       { plane, offset, step, 1, 1, 1 }
#define WORD(plane, offset, step)       { plane, offset, step, 2, 1, 1 }
#define HALF(plane, offset, step, down) { plane, offset, step, 1, 2, down } // of two pixels across

static const struct component_layout layouts[] = {
    // fourcc       packed comps bits shift
    { TRI_FOURCC_YUYV, true,  3,  8, 0, { BYTE(0, 0, 2), HALF(0, 1, 4, 1), HALF(0, 3, 4, 1) } },
    { TRI_FOURCC_UYVY, true,  3,  8, 0, { BYTE(0, 1, 2), HALF(0, 0, 4, 1), HALF(0, 2, 4, 1) } },
    { TRI_FOURCC_YVYU, true,  3,  8, 0, { BYTE(0, 0, 2), HALF(0, 3, 4, 1), HALF(0, 1, 4, 1) } },
    { TRI_FOURCC_NV12, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(1, 0, 2, 2), HALF(1, 1, 2, 2) } },
    { TRI_FOURCC_NV21, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(1, 1, 2, 2), HALF(1, 0, 2, 2) } },
    { TRI_FOURCC_NV16, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(1, 0, 2, 1), HALF(1, 1, 2, 1) } },
    { TRI_FOURCC_YU12, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(1, 0, 1, 2), HALF(2, 0, 1, 2) } },
    { TRI_FOURCC_YV12, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(2, 0, 1, 2), HALF(1, 0, 1, 2) } },
    { TRI_FOURCC_422P, false, 3,  8, 0, { BYTE(0, 0, 1), HALF(1, 0, 1, 1), HALF(2, 0, 1, 1) } },
    { TRI_FOURCC_P010, false, 3, 10, 6,
      { WORD(0, 0, 2), { 1, 0, 4, 2, 2, 2 }, { 1, 2, 4, 2, 2, 2 } } },
    { TRI_FOURCC_RGB3, false, 3,  8, 0, { BYTE(0, 0, 3), BYTE(0, 1, 3), BYTE(0, 2, 3) } },
    { TRI_FOURCC_BGR3, false, 3,  8, 0, { BYTE(0, 2, 3), BYTE(0, 1, 3), BYTE(0, 0, 3) } },
    { TRI_FOURCC_XR24, false, 4,  8, 0,
      { BYTE(0, 2, 4), BYTE(0, 1, 4), BYTE(0, 0, 4), BYTE(0, 3, 4) } },
    { TRI_FOURCC_AR24, false, 4,  8, 0,
      { BYTE(0, 2, 4), BYTE(0, 1, 4), BYTE(0, 0, 4), BYTE(0, 3, 4) } },
    { TRI_FOURCC_AB24, false, 4,  8, 0,
      { BYTE(0, 0, 4), BYTE(0, 1, 4), BYTE(0, 2, 4), BYTE(0, 3, 4) } },
    { TRI_FOURCC_RGBP, false, 1, 16, 0, { WORD(0, 0, 2) } },
    { TRI_FOURCC_GREY, false, 1,  8, 0, { BYTE(0, 0, 1) } },
    { TRI_FOURCC_Y16,  false, 1, 16, 0, { WORD(0, 0, 2) } },
};
// clang-format on

const struct component_layout *component_layout(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        if (layouts[i].fourcc == fourcc)
            return &layouts[i];
    return NULL;
}

void component_luma_shares(const struct tri_video *video, double shares[3])
{
    double red = 0.299, blue = 0.114; // BT.601

    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        red = 0.2126, blue = 0.0722;
        break;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        red = 0.2627, blue = 0.0593;
        break;
    case TRI_MATRIX_SMPTE240M:
        red = 0.212, blue = 0.087;
        break;
    default:
        break;
    }
    shares[0] = red;
    shares[1] = 1 - red - blue;
    shares[2] = blue;
}
