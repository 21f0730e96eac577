/* SPDX-License-Identifier: MIT */
/** Internals of a picture_converter, and its two larger parts. */
#ifndef PICTURE_CONVERTER_H
#define PICTURE_CONVERTER_H

#include "jpeg.h"
#include "picture.h"
#include "staging.h"
#include "swscale.h"

/** Parameters of libswscale's current context. */
struct recipe {
    enum AVPixelFormat from;
    enum AVPixelFormat to;
    uint32_t width;
    uint32_t height;
    uint32_t to_width;
    uint32_t to_height;
    int from_matrix; // SWS_CS_*
    int to_matrix;
    int from_full;
    int to_full;
    bool quick; // fast, not exact
};

struct picture_converter {
    const tri_log *log;
    jpeg_decoder *jpeg;            // made when the first MJPG frame comes
    const struct swscale *swscale; // NULL: not needed yet
    struct SwsContext *sws;
    struct recipe recipe;
    struct staging source;
    struct staging target;
    struct staging chroma;
    struct staging full;        // RGB that came in the limited range
    struct staging unpacked;    // of samples that MIPI packed
    struct staging even_source; // of pictures of odd size
    struct staging even_target;
    uint32_t *depths; // the colour of each depth, made when the first one comes
};

/** Decodes MJPG into what jpeg_can_make(). */
enum tri_err converter_decode(picture_converter *c, const struct tri_frame_info *info,
                              const struct tri_shape *shape,
                              const uint8_t *const data[TRI_PLANES_MAX],
                              const struct jpeg_target *target);

/** Whether libswscale writes that format. */
bool converter_can_rescale(picture_converter *c, uint32_t fourcc);

/** Converts by libswscale, and scales to the size of `wanted`. Of the same size: from and into pictures
 *  of even size or without chroma that pixels share. */
enum tri_err converter_rescale(picture_converter *c, const struct tri_frame_info *info,
                               const struct tri_shape *shape,
                               const uint8_t *const data[TRI_PLANES_MAX],
                               const struct tri_video *wanted, uint8_t *const to[TRI_PLANES_MAX],
                               const uint32_t stride[TRI_PLANES_MAX]);

#endif
