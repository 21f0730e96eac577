/* SPDX-License-Identifier: MIT */
/** Where each format keeps its components: one row a format. */
#include "paint.h"

/* Components of YUV come as Y, U, V; of RGB as R, G, B, A; of grey as Y; 565 is one 16-bit sample. */
// clang-format off
static const struct paint_layout layouts[] = {
    // fourcc packed comps bits shift   plane offset step bytes across down
    { TRI_FOURCC_YUYV,  true, 3,  8, 0, { { 0, 0, 2, 1, 1, 1 }, { 0, 1, 4, 1, 2, 1 }, { 0, 3, 4, 1, 2, 1 } } },
    { TRI_FOURCC_UYVY,  true, 3,  8, 0, { { 0, 1, 2, 1, 1, 1 }, { 0, 0, 4, 1, 2, 1 }, { 0, 2, 4, 1, 2, 1 } } },
    { TRI_FOURCC_YVYU,  true, 3,  8, 0, { { 0, 0, 2, 1, 1, 1 }, { 0, 3, 4, 1, 2, 1 }, { 0, 1, 4, 1, 2, 1 } } },
    { TRI_FOURCC_NV12,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 1, 0, 2, 1, 2, 2 }, { 1, 1, 2, 1, 2, 2 } } },
    { TRI_FOURCC_NV21,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 1, 1, 2, 1, 2, 2 }, { 1, 0, 2, 1, 2, 2 } } },
    { TRI_FOURCC_NV16,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 1, 0, 2, 1, 2, 1 }, { 1, 1, 2, 1, 2, 1 } } },
    { TRI_FOURCC_YU12,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 1, 0, 1, 1, 2, 2 }, { 2, 0, 1, 1, 2, 2 } } },
    { TRI_FOURCC_YV12,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 2, 0, 1, 1, 2, 2 }, { 1, 0, 1, 1, 2, 2 } } },
    { TRI_FOURCC_422P,  false, 3,  8, 0, { { 0, 0, 1, 1, 1, 1 }, { 1, 0, 1, 1, 2, 1 }, { 2, 0, 1, 1, 2, 1 } } },
    { TRI_FOURCC_P010,  false, 3, 10, 6, { { 0, 0, 2, 2, 1, 1 }, { 1, 0, 4, 2, 2, 2 }, { 1, 2, 4, 2, 2, 2 } } },
    { TRI_FOURCC_RGB3,  false, 3,  8, 0, { { 0, 0, 3, 1, 1, 1 }, { 0, 1, 3, 1, 1, 1 }, { 0, 2, 3, 1, 1, 1 } } },
    { TRI_FOURCC_BGR3,  false, 3,  8, 0, { { 0, 2, 3, 1, 1, 1 }, { 0, 1, 3, 1, 1, 1 }, { 0, 0, 3, 1, 1, 1 } } },
    { TRI_FOURCC_XR24,  false, 4,  8, 0, { { 0, 2, 4, 1, 1, 1 }, { 0, 1, 4, 1, 1, 1 }, { 0, 0, 4, 1, 1, 1 }, { 0, 3, 4, 1, 1, 1 } } },
    { TRI_FOURCC_AR24,  false, 4,  8, 0, { { 0, 2, 4, 1, 1, 1 }, { 0, 1, 4, 1, 1, 1 }, { 0, 0, 4, 1, 1, 1 }, { 0, 3, 4, 1, 1, 1 } } },
    { TRI_FOURCC_AB24,  false, 4,  8, 0, { { 0, 0, 4, 1, 1, 1 }, { 0, 1, 4, 1, 1, 1 }, { 0, 2, 4, 1, 1, 1 }, { 0, 3, 4, 1, 1, 1 } } },
    { TRI_FOURCC_RGBP,  false, 1, 16, 0, { { 0, 0, 2, 2, 1, 1 } } },
    { TRI_FOURCC_GREY,  false, 1,  8, 0, { { 0, 0, 1, 1, 1, 1 } } },
    { TRI_FOURCC_Y16,   false, 1, 16, 0, { { 0, 0, 2, 2, 1, 1 } } },
};
// clang-format on

const struct paint_layout *paint_layout(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
        if (layouts[i].fourcc == fourcc)
            return &layouts[i];
    return NULL;
}
