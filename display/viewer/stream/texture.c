/* SPDX-License-Identifier: MIT */
#include "texture.h"

#include "picture/component.h"
#include "window/draw_color.h"

#include <stdlib.h>
#include <string.h>

#define RGB 3 // bytes a pixel

/*
 * SDL 2.26: SDL_SetYUVConversionMode() is one global that knows three cases. The OpenGL renderer
 * reads it when a texture is made, the others when a draw is flushed. A YUV format that is not among
 * the renderer's own is emulated by a copy and a slow conversion at each upload: ours is used
 * instead. Chroma of odd sizes is stretched by up to a pixel: ours is right.
 */

/** The mode that shows `video` right; SDL_YUV_CONVERSION_AUTOMATIC: there is none. */
static SDL_YUV_CONVERSION_MODE yuv_mode(const struct tri_video *video)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;

    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_601:
    case TRI_MATRIX_XV601:
        return full ? SDL_YUV_CONVERSION_JPEG : SDL_YUV_CONVERSION_BT601;
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        return full ? SDL_YUV_CONVERSION_AUTOMATIC : SDL_YUV_CONVERSION_BT709;
    default:
        return SDL_YUV_CONVERSION_AUTOMATIC;
    }
}

static bool renderer_has(const SDL_RendererInfo *info, uint32_t format)
{
    for (uint32_t i = 0; i < info->num_texture_formats; i++) {
        if (info->texture_formats[i] == format)
            return true;
    }
    return false;
}

/** SDL's name for a texture of this format; SDL_PIXELFORMAT_UNKNOWN: it has none. */
static uint32_t sdl_format(uint32_t fourcc)
{
    switch (fourcc) {
    case TRI_FOURCC_YUYV:
        return SDL_PIXELFORMAT_YUY2;
    case TRI_FOURCC_UYVY:
        return SDL_PIXELFORMAT_UYVY;
    case TRI_FOURCC_YVYU:
        return SDL_PIXELFORMAT_YVYU;
    case TRI_FOURCC_NV12:
        return SDL_PIXELFORMAT_NV12;
    case TRI_FOURCC_NV21:
        return SDL_PIXELFORMAT_NV21;
    case TRI_FOURCC_YU12:
        return SDL_PIXELFORMAT_IYUV;
    case TRI_FOURCC_YV12:
        return SDL_PIXELFORMAT_YV12;
    case TRI_FOURCC_RGB3:
        return SDL_PIXELFORMAT_RGB24;
    case TRI_FOURCC_BGR3:
        return SDL_PIXELFORMAT_BGR24;
    case TRI_FOURCC_XR24:
    case TRI_FOURCC_AR24: // its alpha is ignored
        return SDL_PIXELFORMAT_RGB888;
    case TRI_FOURCC_AB24:
        return SDL_PIXELFORMAT_ABGR8888;
    case TRI_FOURCC_RGBP:
        return SDL_PIXELFORMAT_RGB565;
    default:
        return SDL_PIXELFORMAT_UNKNOWN;
    }
}

/** Whether every plane's rows are whole groups, and start on one: what SDL takes for granted. */
static bool is_regular(const struct tri_format *format, const struct tri_video *video,
                       const struct tri_shape *shape)
{
    for (unsigned p = 0; p < format->planes; p++) {
        const struct tri_plane_rule *rule = &format->plane[p];
        if (video->width % rule->pixels || video->height % rule->lines ||
            shape->plane[p].stride % rule->bytes || shape->plane[p].stride > INT32_MAX)
            return false;
    }
    return true;
}

/** What a texture of this frame has to be. */
static struct texture wanted_texture(const SDL_RendererInfo *info, const struct tri_frame *frame,
                                     const struct tri_video *video, const struct adjust *adjust)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const uint32_t direct = sdl_format(video->fourcc);
    struct texture wanted = {
        .format = SDL_PIXELFORMAT_RGB888, // as a window has it: drawn without conversion
        .width = video->width,
        .height = video->height,
        .yuv = SDL_YUV_CONVERSION_AUTOMATIC,
        .adjust = *adjust,
    };

    if (adjust_is_on(adjust) || !format || direct == SDL_PIXELFORMAT_UNKNOWN ||
        !renderer_has(info, direct) || !is_regular(format, video, &frame->shape))
        return wanted;
    if (format->family == TRI_FAMILY_YUV) {
        wanted.yuv = yuv_mode(video);
        wanted.direct = wanted.yuv != SDL_YUV_CONVERSION_AUTOMATIC;
    } else {
        wanted.direct = tri_video_range(video) == TRI_RANGE_FULL;
    }
    if (wanted.direct)
        wanted.format = direct;
    return wanted;
}

static enum tri_err recreate(struct texture *texture, SDL_Renderer *renderer,
                             const struct texture *wanted)
{
    if (texture->sdl && texture->format == wanted->format && texture->width == wanted->width &&
        texture->height == wanted->height && texture->direct == wanted->direct &&
        texture->yuv == wanted->yuv) {
        texture->adjust = wanted->adjust;
        return TRI_OK;
    }
    const struct inspect inspect = texture->inspect;
    if (texture->sdl)
        SDL_DestroyTexture(texture->sdl);
    *texture = *wanted;
    texture->inspect = inspect;
    SDL_SetYUVConversionMode(wanted->yuv);
    // A static texture has no shadow in this process's memory: SDL hands our bytes to the driver.
    texture->sdl =
        SDL_CreateTexture(renderer, wanted->format,
                          wanted->direct ? SDL_TEXTUREACCESS_STATIC : SDL_TEXTUREACCESS_STREAMING,
                          (int)wanted->width, (int)wanted->height);
    if (!texture->sdl)
        return TRI_ERR_SYSTEM;
    SDL_SetTextureBlendMode(texture->sdl, SDL_BLENDMODE_NONE); // a camera's alpha means nothing
    return TRI_OK;
}

static enum tri_err upload_direct(const struct texture *texture, const struct tri_frame *frame)
{
    const uint8_t *const *data = frame->data;
    const struct tri_plane *plane = frame->shape.plane;
    int failed = 0;

    SDL_SetYUVConversionMode(texture->yuv);
    switch (texture->format) {
    case SDL_PIXELFORMAT_IYUV:
        failed = SDL_UpdateYUVTexture(texture->sdl, NULL, data[0], (int)plane[0].stride, data[1],
                                      (int)plane[1].stride, data[2], (int)plane[2].stride);
        break;
    case SDL_PIXELFORMAT_YV12: // V lies before U
        failed = SDL_UpdateYUVTexture(texture->sdl, NULL, data[0], (int)plane[0].stride, data[2],
                                      (int)plane[2].stride, data[1], (int)plane[1].stride);
        break;
    case SDL_PIXELFORMAT_NV12:
    case SDL_PIXELFORMAT_NV21:
        failed = SDL_UpdateNVTexture(texture->sdl, NULL, data[0], (int)plane[0].stride, data[1],
                                     (int)plane[1].stride);
        break;
    default:
        failed = SDL_UpdateTexture(texture->sdl, NULL, data[0], (int)plane[0].stride);
    }
    return failed ? TRI_ERR_SYSTEM : TRI_OK;
}

/** Looks at R'G'B' in the texture's locked memory, before anything is changed there. */
static void inspect_decoded(struct texture *texture, const struct tri_video *video,
                            const uint8_t *pixels, int pitch, const struct inspect_request *request)
{
    const struct tri_video decoded = { .fourcc = TRI_FOURCC_XR24,
                                       .width = video->width,
                                       .height = video->height,
                                       .rotation = video->rotation,
                                       .stride = { (uint32_t)pitch } };
    const uint8_t *const data[TRI_PLANES_MAX] = { pixels };
    struct tri_shape shape;

    if (tri_video_shape(&decoded, &shape) == TRI_OK)
        inspect_take(&texture->inspect, request, INSPECT_DECODED, &decoded, &shape, data);
    texture->inspect.coded = video->fourcc;
}

/** Adjusts grey of more than 8 bits before it becomes 8 bits, so that no shade is lost. */
static void adjust_deep(const struct adjust *adjust, const struct tri_frame *frame,
                        const struct tri_video *video, uint8_t *to, int pitch)
{
    const unsigned bits = component_bits(&tri_format_find(video->fourcc)->component[0], video);
    const unsigned most = (1u << bits) - 1;
    const double unit = (most + 1) / 256.0; // of the limited range, told in 8 bits
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    uint8_t table[1 << 16];

    adjust_levels(adjust, full ? 0 : 16 * unit, full ? most : 235 * unit, table, most + 1);
    for (uint32_t y = 0; y < video->height; y++) {
        const uint8_t *from = frame->data[0] + (size_t)y * frame->shape.plane[0].stride;
        uint8_t *row = to + (size_t)y * (size_t)pitch;
        for (uint32_t x = 0; x < video->width; x++, from += 2, row += RGB + 1) {
            const unsigned code = from[0] | (unsigned)from[1] << 8;
            memset(row, table[code < most ? code : most], RGB);
            row[RGB] = 255;
        }
    }
}

/** @param inspect  of what the conversion made; NULL: the frame itself is looked at */
static enum tri_err upload_converted(struct texture *texture, picture_converter *converter,
                                     const struct tri_frame *frame, const struct tri_video *video,
                                     const struct inspect_request *inspect)
{
    struct tri_frame_info info = frame->info;
    void *pixels = NULL;
    int pitch = 0;

    info.video = *video;
    if (SDL_LockTexture(texture->sdl, NULL, &pixels, &pitch) != 0)
        return TRI_ERR_SYSTEM;
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (format && format->family == TRI_FAMILY_GREY && format->depth > 8 &&
        adjust_is_on(&texture->adjust)) {
        adjust_deep(&texture->adjust, frame, video, pixels, pitch);
        SDL_UnlockTexture(texture->sdl);
        return TRI_OK;
    }
    const enum tri_err err =
        picture_convert(converter, &info, &frame->shape, frame->data, TRI_FOURCC_AR24,
                        (uint8_t *const[TRI_PLANES_MAX]){ pixels },
                        (const uint32_t[TRI_PLANES_MAX]){ (uint32_t)pitch });
    if (err == TRI_OK && inspect)
        inspect_decoded(texture, video, pixels, pitch, inspect);
    if (err == TRI_OK && adjust_is_on(&texture->adjust)) {
        uint8_t table[256];
        adjust_table(&texture->adjust, table);
        picture_map(pixels, (uint32_t)pitch, video->width, video->height, table);
    }
    SDL_UnlockTexture(texture->sdl);
    return err;
}

/** Brings the picture in. @param inspect  as in upload_converted() */
static enum tri_err upload(struct texture *texture, SDL_Renderer *renderer,
                           picture_converter *converter, const struct tri_frame *frame,
                           const struct tri_video *video, const struct adjust *adjust,
                           const struct inspect_request *inspect)
{
    SDL_RendererInfo info;

    if (SDL_GetRendererInfo(renderer, &info) != 0)
        return TRI_ERR_SYSTEM;
    if ((info.max_texture_width > 0 && video->width > (uint32_t)info.max_texture_width) ||
        (info.max_texture_height > 0 && video->height > (uint32_t)info.max_texture_height))
        return TRI_ERR_NO_RESOURCES;

    const struct texture wanted = wanted_texture(&info, frame, video, adjust);
    const enum tri_err err = recreate(texture, renderer, &wanted);
    if (err != TRI_OK)
        return err;
    return texture->direct ? upload_direct(texture, frame)
                           : upload_converted(texture, converter, frame, video, inspect);
}

enum tri_err texture_upload(struct texture *texture, SDL_Renderer *renderer,
                            picture_converter *converter, const struct tri_frame *frame,
                            const struct tri_video *video, const struct texture_request *request)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const bool opaque = format && format->family == TRI_FAMILY_COMPRESSED;
    const enum tri_err err = upload(texture, renderer, converter, frame, video, &request->adjust,
                                    opaque ? &request->inspect : NULL);

    if (err == TRI_OK && !opaque)
        inspect_take(&texture->inspect, &request->inspect, INSPECT_RAW, video, &frame->shape,
                     frame->data);
    return err;
}

bool texture_read(const struct texture *texture, SDL_Renderer *renderer, uint8_t *rgb)
{
    const struct view_place place = { .w = texture->width, .h = texture->height, .scale = 1 };
    // ABGR: SDL 2.26's OpenGL ES renderer exchanges red and blue of YUV drawn into ARGB.
    SDL_Texture *target =
        SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ABGR8888, SDL_TEXTUREACCESS_TARGET,
                          (int)texture->width, (int)texture->height);

    if (!target)
        return false;
    bool done = SDL_SetRenderTarget(renderer, target) == 0;
    if (done) {
        texture_draw(texture, renderer, &place, UINT8_MAX);
        done = SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_RGB24, rgb,
                                    (int)texture->width * RGB) == 0;
        SDL_SetRenderTarget(renderer, NULL);
    }
    SDL_DestroyTexture(target);
    return done;
}

/** Keeps what the texture shows, for want of the frame. */
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

/** Whether a picture is what is wished. */
static bool is_satisfied(const struct texture *texture, const struct texture_request *request)
{
    const struct inspect *inspect = &texture->inspect;

    return memcmp(&texture->adjust, &request->adjust, sizeof(request->adjust)) == 0 &&
           (!request->inspect.bytes || inspect->source != INSPECT_NOTHING) &&
           (!request->inspect.tones || inspect->tones.kind == request->inspect.tones);
}

/** Brings the picture in once more, from the bytes that were kept of it. */
static enum tri_err redraw(struct texture *texture, SDL_Renderer *renderer,
                           picture_converter *converter, const struct texture_request *request)
{
    struct inspect *inspect = &texture->inspect;
    struct tri_frame frame = { .info = { .video = inspect->video }, .shape = inspect->shape };
    struct pixels pixels;

    inspect_planes(inspect, frame.data);
    const enum tri_err err =
        upload(texture, renderer, converter, &frame, &inspect->video, &request->adjust, NULL);
    if (err == TRI_OK && inspect_pixels(inspect, &pixels))
        tones_count(&inspect->tones, &pixels, request->inspect.tones);
    return err;
}

enum tri_err texture_update(struct texture *texture, SDL_Renderer *renderer,
                            picture_converter *converter, const struct texture_request *request)
{
    enum tri_err err = TRI_OK;

    if (!texture->sdl)
        return TRI_ERR_NO_STREAM;
    if (is_satisfied(texture, request))
        return TRI_OK;
    if (texture->inspect.source == INSPECT_NOTHING)
        err = keep_shown(texture, renderer);
    return err == TRI_OK ? redraw(texture, renderer, converter, request) : err;
}

void texture_keep_bytes(struct texture *texture, const struct tri_frame *frame,
                        const struct tri_video *video, const struct inspect_request *request)
{
    const struct tri_format *format = tri_format_find(video->fourcc);

    if (format && format->family != TRI_FAMILY_COMPRESSED)
        inspect_take(&texture->inspect, request, INSPECT_RAW, video, &frame->shape, frame->data);
}

enum tri_err texture_recolor(struct texture *texture, SDL_Renderer *renderer,
                             picture_converter *converter, const struct tri_video *video,
                             const struct texture_request *request)
{
    struct tri_video *kept = &texture->inspect.video;

    if (!texture->sdl || texture->inspect.source != INSPECT_RAW)
        return TRI_ERR_NO_STREAM;
    kept->colorspace = video->colorspace;
    kept->matrix = video->matrix;
    kept->range = video->range;
    kept->bits = video->bits;
    return redraw(texture, renderer, converter, request);
}

static void set_scale_mode(SDL_Texture *texture, SDL_ScaleMode wanted)
{
    SDL_ScaleMode now;

    if (SDL_GetTextureScaleMode(texture, &now) == 0 && now == wanted)
        return;
    SDL_SetTextureScaleMode(texture, wanted);
    // SDL 2.26 then leaves a chroma plane bound in the place of luma, and does not bind the texture
    // again if it was the last one drawn as well. Renderers without OpenGL refuse this: it is fine.
    SDL_GL_BindTexture(texture, NULL, NULL);
}

void texture_draw_margins(SDL_Renderer *renderer, const struct view_place *place,
                          const struct view_area *area)
{
    struct view_area margins[VIEW_MARGINS_MAX];
    const unsigned count = view_margins(place, area, margins);

    set_draw_color(renderer, (SDL_Color){ 0, 0, 0, 255 });
    for (unsigned i = 0; i < count; i++) {
        const SDL_Rect side = { margins[i].x, margins[i].y, margins[i].w, margins[i].h };
        SDL_RenderFillRect(renderer, &side);
    }
}

static bool is_whole(double scale)
{
    return scale >= 1 && scale == (double)(int)scale;
}

void texture_draw(const struct texture *texture, SDL_Renderer *renderer,
                  const struct view_place *place, uint8_t shade)
{
    const SDL_FRect to = { (float)place->x, (float)place->y, (float)place->w, (float)place->h };
    const bool whole_steps =
        is_whole(place->w / texture->width) && is_whole(place->h / texture->height);
    const SDL_RendererFlip flip = (place->hflip ? SDL_FLIP_HORIZONTAL : SDL_FLIP_NONE) |
                                  (place->vflip ? SDL_FLIP_VERTICAL : SDL_FLIP_NONE);

    // At one to one, double and so on each pixel is to be seen as it is.
    set_scale_mode(texture->sdl, whole_steps ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    SDL_SetTextureColorMod(texture->sdl, shade, shade, shade);
    SDL_SetYUVConversionMode(texture->yuv);
    if (place->turns == 0 && flip == SDL_FLIP_NONE)
        SDL_RenderCopyF(renderer, texture->sdl, NULL, &to);
    else
        SDL_RenderCopyExF(renderer, texture->sdl, NULL, &to, 90.0 * place->turns, NULL, flip);
    SDL_RenderFlush(renderer); // while the conversion mode is this texture's
}

void texture_free(struct texture *texture)
{
    if (texture->sdl)
        SDL_DestroyTexture(texture->sdl);
    inspect_free(&texture->inspect);
    *texture = (struct texture){ 0 };
}
