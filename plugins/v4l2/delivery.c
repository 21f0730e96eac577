/* SPDX-License-Identifier: MIT */
#include "delivery.h"

#include "common/picture/picture.h"
#include "common/picture/scratch.h"

#include <triptych/copy.h>

#include <libyuv.h>
#include <stdlib.h>

struct delivery {
    picture_converter *converter;
    struct scratch argb; // whole frames as AR24, for scaling
    struct scratch scaled;
};

struct delivery *delivery_new(const tri_log *log)
{
    struct delivery *const d = calloc(1, sizeof(*d));
    if (d && !(d->converter = picture_converter_new(log))) {
        free(d);
        return NULL;
    }
    return d;
}

void delivery_free(struct delivery **delivery)
{
    if (!*delivery)
        return;
    picture_converter_free(&(*delivery)->converter);
    scratch_finish(&(*delivery)->argb);
    scratch_finish(&(*delivery)->scaled);
    free(*delivery);
    *delivery = NULL;
}

static void plane_pointers(const struct pixel_layout *layout, uint8_t *to,
                           uint8_t *planes[TRI_PLANES_MAX])
{
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        planes[p] = p < layout->planes ? to + layout->offset[p] : NULL;
}

/** Converts through AR24: at its own size, then scaled, then to the wanted format. */
static enum tri_err scale(struct delivery *d, const struct tri_frame *frame,
                          const struct v4l2_pix_format *pix, uint8_t *const planes[TRI_PLANES_MAX],
                          const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_video *const video = &frame->info.video;
    const uint32_t from_stride[TRI_PLANES_MAX] = { video->width * 4 };
    const uint32_t to_stride = pix->width * 4;
    if (!scratch_reserve(&d->argb, (size_t)from_stride[0] * video->height) ||
        !scratch_reserve(&d->scaled, (size_t)to_stride * pix->height))
        return TRI_ERR_NO_RESOURCES;
    uint8_t *const argb[TRI_PLANES_MAX] = { d->argb.data };
    const enum tri_err err = picture_convert(d->converter, &frame->info, &frame->shape, frame->data,
                                             TRI_FOURCC_AR24, argb, from_stride);
    if (err != TRI_OK)
        return err;
    ARGBScale(d->argb.data, (int)from_stride[0], (int)video->width, (int)video->height,
              d->scaled.data, (int)to_stride, (int)pix->width, (int)pix->height, kFilterBilinear);
    const struct tri_frame_info info = {
        .video = { .fourcc = TRI_FOURCC_AR24, .width = pix->width, .height = pix->height }
    };
    struct tri_shape shape;
    tri_video_shape(&info.video, &shape);
    shape.plane[0].stride = to_stride;
    const uint8_t *const scaled[TRI_PLANES_MAX] = { d->scaled.data };
    return picture_convert(d->converter, &info, &shape, scaled, pix->pixelformat, planes, stride);
}

uint32_t delivery_write(struct delivery *delivery, const struct tri_frame *frame,
                        const struct v4l2_pix_format *pix, const struct pixel_layout *layout,
                        uint8_t *to, uint32_t bytes)
{
    const struct tri_video *const video = &frame->info.video;
    const bool same_size = video->width == pix->width && video->height == pix->height;
    if (same_size && video->fourcc == pix->pixelformat) {
        if (frame->shape.plane[0].rows == 0) { // compressed
            if (frame->info.bytes_used > bytes)
                return 0;
            tri_copy(to, frame->data[0], (size_t)frame->info.bytes_used);
            return (uint32_t)frame->info.bytes_used;
        }
        for (uint32_t p = 0; p < frame->shape.planes; p++) {
            const struct tri_plane *const plane = &frame->shape.plane[p];
            tri_copy_rows(to + layout->offset[p], layout->stride[p], frame->data[p], plane->stride,
                          plane->row_bytes, plane->rows);
        }
        return pix->sizeimage;
    }
    uint8_t *planes[TRI_PLANES_MAX];
    plane_pointers(layout, to, planes);
    const enum tri_err err =
        same_size ? picture_convert(delivery->converter, &frame->info, &frame->shape, frame->data,
                                    pix->pixelformat, planes, layout->stride)
                  : scale(delivery, frame, pix, planes, layout->stride);
    return err == TRI_OK ? pix->sizeimage : 0;
}
