/* SPDX-License-Identifier: MIT */
#include "texture_sdl.h"

#include "picture/component.h"

#include <string.h>

#define RGB   3 // bytes a pixel
#define PIXEL 4 // of converted frames

/*
 * SDL 2.26: SDL_SetYUVConversionMode() is one global with three cases. The OpenGL renderer reads it
 * when a texture is created, the others when a draw is flushed. A YUV format that the renderer lacks is
 * emulated by a copy and a slow conversion at each upload, and chroma of odd sizes is stretched by up
 * to a pixel: both are left to our own conversion.
 */

/** The mode that shows `video` correctly; SDL_YUV_CONVERSION_AUTOMATIC: there is none. */
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

/** SDL's name of a format; SDL_PIXELFORMAT_UNKNOWN: SDL has none. */
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

/** Returns whether the rows of every plane consist of whole groups and start on one, as SDL assumes. */
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

/** Describes the SDL texture that this frame needs. */
static struct texture wanted_texture(const SDL_RendererInfo *info, const struct tri_frame *frame,
                                     const struct tri_video *video, const struct adjust *adjust)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const uint32_t direct = sdl_format(video->fourcc);
    struct texture wanted = {
        .format = SDL_PIXELFORMAT_RGB888, // as in a window: drawn without conversion
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
        wanted.is_static = wanted.yuv != SDL_YUV_CONVERSION_AUTOMATIC;
    } else {
        wanted.is_static = tri_video_range(video) == TRI_RANGE_FULL;
    }
    if (wanted.is_static)
        wanted.format = direct;
    return wanted;
}

static enum tri_err recreate(struct texture *texture, SDL_Renderer *renderer,
                             const struct texture *wanted)
{
    const bool fits = texture->sdl && texture->format == wanted->format &&
                      texture->width == wanted->width && texture->height == wanted->height &&
                      texture->is_static == wanted->is_static && texture->yuv == wanted->yuv;
    texture->adjust = wanted->adjust;
    if (fits)
        return TRI_OK;
    texture_clear(texture);
    texture->format = wanted->format;
    texture->width = wanted->width;
    texture->height = wanted->height;
    texture->is_static = wanted->is_static;
    texture->yuv = wanted->yuv;
    SDL_SetYUVConversionMode(wanted->yuv);
    // A static texture has no copy in this process: SDL passes our bytes to the driver.
    texture->sdl = SDL_CreateTexture(renderer, wanted->format,
                                     wanted->is_static ? SDL_TEXTUREACCESS_STATIC
                                                       : SDL_TEXTUREACCESS_STREAMING,
                                     (int)wanted->width, (int)wanted->height);
    if (!texture->sdl)
        return TRI_ERR_SYSTEM;
    SDL_SetTextureBlendMode(texture->sdl,
                            SDL_BLENDMODE_NONE); // the alpha of a camera is meaningless
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

enum tri_err texture_convert(picture_converter *converter, const struct tri_frame *frame,
                             const struct tri_video *video, uint8_t *to, uint32_t pitch)
{
    struct tri_frame_info info = frame->info;
    info.video = *video;
    return picture_convert(converter, &info, &frame->shape, frame->data, TRI_FOURCC_AR24,
                           (uint8_t *const[TRI_PLANES_MAX]){ to },
                           (const uint32_t[TRI_PLANES_MAX]){ pitch });
}

/** Inspects R'G'B' in the texture's locked memory, before adjustments change it. */
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

/** Adjusts grey of more than 8 bits before it is reduced to 8, so that no shade is lost. */
static void adjust_deep(const struct adjust *adjust, const struct tri_frame *frame,
                        const struct tri_video *video, uint8_t *to, int pitch)
{
    const unsigned bits = component_bits(&tri_format_find(video->fourcc)->component[0], video);
    const unsigned most = (1u << bits) - 1;
    const double unit = (most + 1) / 256.0; // of the limited range, which is defined for 8 bits
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    uint8_t table[1 << 16];
    adjust_levels(adjust, full ? 0 : 16 * unit, full ? most : 235 * unit, table, most + 1);
    for (uint32_t y = 0; y < video->height; y++) {
        const uint8_t *from = frame->data[0] + (size_t)y * frame->shape.plane[0].stride;
        uint8_t *row = to + (size_t)y * (size_t)pitch;
        for (uint32_t x = 0; x < video->width; x++, from += 2, row += PIXEL) {
            const unsigned code = from[0] | (unsigned)from[1] << 8;
            memset(row, table[code < most ? code : most], RGB);
            row[RGB] = 255;
        }
    }
}

/** @param inspect  what is requested of the result; NULL: the frame itself is inspected */
static enum tri_err upload_converted(struct texture *texture, picture_converter *converter,
                                     const struct tri_frame *frame, const struct tri_video *video,
                                     const struct inspect_request *inspect)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    void *pixels = NULL;
    int pitch = 0;
    if (SDL_LockTexture(texture->sdl, NULL, &pixels, &pitch) != 0)
        return TRI_ERR_SYSTEM;
    if (format && format->family == TRI_FAMILY_GREY && format->component[0].bytes > 1 &&
        adjust_is_on(&texture->adjust)) {
        adjust_deep(&texture->adjust, frame, video, pixels, pitch);
        SDL_UnlockTexture(texture->sdl);
        return TRI_OK;
    }
    const enum tri_err err = texture_convert(converter, frame, video, pixels, (uint32_t)pitch);
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

enum tri_err texture_sdl_upload(struct texture *texture, const struct texture_uploader *with,
                                const struct tri_frame *frame, const struct tri_video *video,
                                const struct adjust *adjust, const struct inspect_request *inspect)
{
    SDL_RendererInfo info;
    if (SDL_GetRendererInfo(with->renderer, &info) != 0)
        return TRI_ERR_SYSTEM;
    if ((info.max_texture_width > 0 && video->width > (uint32_t)info.max_texture_width) ||
        (info.max_texture_height > 0 && video->height > (uint32_t)info.max_texture_height))
        return TRI_ERR_NO_RESOURCES;

    const struct texture wanted = wanted_texture(&info, frame, video, adjust);
    enum tri_err err = recreate(texture, with->renderer, &wanted);
    if (err != TRI_OK)
        return err;
    texture->place = TEXTURE_SDL;
    texture->upload = texture->is_static ? TEXTURE_DIRECT : TEXTURE_CONVERTED;
    return texture->is_static ? upload_direct(texture, frame)
                              : upload_converted(texture, with->converter, frame, video, inspect);
}
