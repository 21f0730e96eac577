/* SPDX-License-Identifier: MIT */
#include "texture_upload.h"

#include "texture_sdl.h"

#include <stdlib.h>
#include <string.h>

#define RGB   3 // bytes a pixel
#define PIXEL 4 // of the frames that the X server reads

/** Converts into memory that the X server reads. @return false: there is no such memory */
static bool upload_to_image(struct texture *texture, struct x11_shm *x11,
                            picture_converter *converter, const struct tri_frame *frame,
                            const struct tri_video *video, enum tri_err *err)
{
    if (texture->place != TEXTURE_IMAGE)
        texture_clear(texture);
    if (!x11_image_resize(x11, &texture->image, video->width, video->height)) {
        texture->place = TEXTURE_EMPTY;
        return false;
    }
    texture->place = TEXTURE_IMAGE;
    texture->upload = TEXTURE_CONVERTED;
    texture->width = video->width;
    texture->height = video->height;
    texture->adjust = (struct adjust){ 0 };
    *err = texture_convert(converter, frame, video, texture->image->pixels, texture->image->stride);
    return true;
}

enum tri_err texture_upload(struct texture *texture, const struct texture_uploader *with,
                            const struct tri_frame *frame, const struct tri_video *video,
                            const struct texture_request *request)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const bool compressed = format && format->family == TRI_FAMILY_COMPRESSED;
    const bool inspected = request->inspect.bytes || request->inspect.tones;
    enum tri_err err;
    if (!request->x11 || inspected || adjust_is_on(&request->adjust) ||
        !upload_to_image(texture, request->x11, with->converter, frame, video, &err))
        err = texture_sdl_upload(texture, with, frame, video, &request->adjust,
                                 compressed ? &request->inspect : NULL);
    if (err == TRI_OK && (!compressed || texture->place == TEXTURE_IMAGE))
        inspect_take(&texture->inspect, &request->inspect, INSPECT_RAW, video, &frame->shape,
                     frame->data);
    return err;
}

bool texture_can_use_slot(struct x11_shm *x11, const struct tri_frame *frame,
                          const struct tri_video *video)
{
    const bool plain = video->fourcc == TRI_FOURCC_XR24 || video->fourcc == TRI_FOURCC_AR24;
    return plain && tri_video_range(video) == TRI_RANGE_FULL &&
           frame->shape.plane[0].stride % PIXEL == 0 && tri_frame_is_locked(frame) &&
           x11_shm_can_read(x11, frame);
}

void texture_use_slot(struct texture *texture, struct tri_frame *frame,
                      const struct tri_video *video)
{
    texture_clear(texture);
    inspect_forget(&texture->inspect);
    texture->slot = *frame;
    *frame = (struct tri_frame){ 0 };
    texture->video = *video;
    texture->place = TEXTURE_SLOT;
    texture->upload = TEXTURE_IN_SLOT;
    texture->width = video->width;
    texture->height = video->height;
    texture->adjust = (struct adjust){ 0 };
}

static enum tri_err draw_slot(struct texture *texture, const struct texture_uploader *with)
{
    struct tri_frame frame = texture->slot;
    texture->slot = (struct tri_frame){ 0 };
    enum tri_err err =
        texture_sdl_upload(texture, with, &frame, &texture->video, &texture->adjust, NULL);
    if (err == TRI_OK && !tri_reader_is_intact(NULL, &frame))
        err = TRI_ERR_TORN;
    tri_reader_release(NULL, &frame);
    if (err != TRI_OK)
        texture_clear(texture);
    return err;
}

static enum tri_err draw_image(struct texture *texture, const struct texture_uploader *with)
{
    struct x11_image *image = texture->image;
    const struct tri_video video = { .fourcc = TRI_FOURCC_XR24,
                                     .width = image->width,
                                     .height = image->height,
                                     .range = TRI_RANGE_FULL,
                                     .stride = { image->stride } };
    struct tri_frame frame = { .info = { .video = video }, .data = { image->pixels } };
    enum tri_err err = tri_video_shape(&video, &frame.shape);
    texture->image = NULL;
    if (err == TRI_OK)
        err = texture_sdl_upload(texture, with, &frame, &video, &texture->adjust, NULL);
    x11_image_free(&image);
    return err;
}

enum tri_err texture_make_drawable(struct texture *texture, const struct texture_uploader *with)
{
    const enum texture_upload upload = texture->upload;
    enum tri_err err = TRI_OK;
    if (texture->place == TEXTURE_SLOT)
        err = draw_slot(texture, with);
    else if (texture->place == TEXTURE_IMAGE)
        err = draw_image(texture, with);
    texture->upload = upload; // how the frame came is still true
    return err;
}

/** Keeps what the texture shows if the frame has been released. */
static enum tri_err keep_shown(struct texture *texture, SDL_Renderer *renderer)
{
    const struct tri_video video = { .fourcc = TRI_FOURCC_RGB3,
                                     .width = texture->width,
                                     .height = texture->height,
                                     .stride = { texture->width * RGB } };
    const struct inspect_request request = { .bytes = true };
    struct tri_shape shape;
    const enum tri_err err = tri_video_shape(&video, &shape);
    uint8_t *rgb = err == TRI_OK ? malloc(shape.bytes) : NULL;
    if (!rgb)
        return TRI_ERR_NO_RESOURCES;
    const bool done = texture_read(texture, renderer, rgb);
    if (done)
        inspect_take(&texture->inspect, &request, INSPECT_SHOWN, &video, &shape,
                     (const uint8_t *const[TRI_PLANES_MAX]){ rgb });
    free(rgb);
    if (!done)
        return TRI_ERR_SYSTEM;
    return texture->inspect.source == INSPECT_SHOWN ? TRI_OK : TRI_ERR_NO_RESOURCES;
}

static bool is_satisfied(const struct texture *texture, const struct texture_request *request)
{
    const struct inspect *inspect = &texture->inspect;
    return memcmp(&texture->adjust, &request->adjust, sizeof(request->adjust)) == 0 &&
           (!request->inspect.bytes || inspect->source != INSPECT_NOTHING) &&
           (!request->inspect.tones || inspect->tones.kind == request->inspect.tones);
}

/** Uploads the frame again from the bytes kept of it. */
static enum tri_err redraw(struct texture *texture, const struct texture_uploader *with,
                           const struct texture_request *request)
{
    struct inspect *inspect = &texture->inspect;
    struct tri_frame frame = { .info = { .video = inspect->video }, .shape = inspect->shape };
    struct pixels pixels;
    inspect_planes(inspect, frame.data);
    const enum tri_err err =
        texture_sdl_upload(texture, with, &frame, &inspect->video, &request->adjust, NULL);
    if (err == TRI_OK && inspect_pixels(inspect, &pixels))
        tones_count(&inspect->tones, &pixels, request->inspect.tones);
    return err;
}

enum tri_err texture_update(struct texture *texture, const struct texture_uploader *with,
                            const struct texture_request *request)
{
    enum tri_err err = TRI_OK;
    if (is_satisfied(texture, request))
        return TRI_OK;
    if (texture->inspect.source == INSPECT_NOTHING)
        err = keep_shown(texture, with->renderer);
    return err == TRI_OK ? redraw(texture, with, request) : err;
}

void texture_keep_bytes(struct texture *texture, const struct tri_frame *frame,
                        const struct tri_video *video, const struct inspect_request *request)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (format && format->family != TRI_FAMILY_COMPRESSED)
        inspect_take(&texture->inspect, request, INSPECT_RAW, video, &frame->shape, frame->data);
}

enum tri_err texture_recolor(struct texture *texture, const struct texture_uploader *with,
                             const struct tri_video *video, const struct texture_request *request)
{
    struct tri_video *kept = &texture->inspect.video;
    if (texture->place == TEXTURE_EMPTY || texture->inspect.source != INSPECT_RAW)
        return TRI_ERR_NO_STREAM;
    kept->colorspace = video->colorspace;
    kept->matrix = video->matrix;
    kept->range = video->range;
    kept->bits = video->bits;
    return redraw(texture, with, request);
}
