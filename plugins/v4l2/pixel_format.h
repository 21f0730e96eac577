/* SPDX-License-Identifier: MIT */
/** A stream's frames as V4L2 describes them: one buffer with the planes one after another. */
#ifndef V4L2_PIXEL_FORMAT_H
#define V4L2_PIXEL_FORMAT_H

#include <triptych/frame.h>

#include <linux/videodev2.h>
#include <stdbool.h>

/** Where the planes of a frame lie in a V4L2 buffer. */
struct pixel_layout {
    uint32_t stride[TRI_PLANES_MAX];
    uint64_t offset[TRI_PLANES_MAX];
    uint32_t planes;
};

/** Returns format number `index` for a stream of `source`: its own first, then those that triptych
 *  converts it to. 0 past the last. */
uint32_t pixel_format_at(const struct tri_video *source, uint32_t index);

/** Returns the kernel's description of a format, by which some programs recognise it; triptych's own of
 *  formats that the kernel lacks. */
const char *pixel_format_name(uint32_t fourcc);

/** Returns whether a stream of `source` can be delivered as `fourcc`. */
bool pixel_format_offered(const struct tri_video *source, uint32_t fourcc);

/** Fills *pix and *layout for frames of `source` as `fourcc`, at the stream's size. */
void pixel_format_describe(const struct tri_video *source, uint32_t fourcc,
                           struct v4l2_pix_format *pix, struct pixel_layout *layout);

#endif
