/* SPDX-License-Identifier: MIT */
/** Conversion by libswscale. A format that it does not read, or reads slowly, is converted first. */
#include "component.h"
#include "converter.h"
#include "planar.h"

#include <string.h>

#define ALIGN 64 // of rows in private memory, for vector code

/* YV12 is YU12 with its last two planes exchanged: ffmpeg has no name of its own for it. */
static enum AVPixelFormat av_format(const picture_converter *c, const struct tri_format *format)
{
    if (format->fourcc == TRI_FOURCC_YV12)
        return AV_PIX_FMT_YUV420P;
    return format->ffmpeg ? c->swscale->get_pix_fmt(format->ffmpeg) : AV_PIX_FMT_NONE;
}

static int sws_matrix(const struct tri_video *video)
{
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        return SWS_CS_ITU709;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        return SWS_CS_BT2020;
    case TRI_MATRIX_SMPTE240M:
        return SWS_CS_SMPTE240M;
    default:
        return SWS_CS_ITU601;
    }
}

static bool same_recipe(const struct recipe *a, const struct recipe *b)
{
    return a->from == b->from && a->to == b->to && a->width == b->width && a->height == b->height &&
           a->to_width == b->to_width && a->to_height == b->to_height &&
           a->from_matrix == b->from_matrix && a->to_matrix == b->to_matrix &&
           a->from_full == b->from_full && a->to_full == b->to_full && a->quick == b->quick;
}

/* Whether libswscale's fast path can be used: exact enough for a screen, at most 3 of 255 off, and 15
 * times faster. It processes 8 pixels and two rows at a time, whatever the size. */
static bool is_quick(const struct recipe *recipe)
{
    return (recipe->to == AV_PIX_FMT_BGRA || recipe->to == AV_PIX_FMT_BGR0) &&
           recipe->width % 8 == 0 && recipe->height % 2 == 0 && recipe->width == recipe->to_width &&
           recipe->height == recipe->to_height;
}

static bool is_planar(enum AVPixelFormat format)
{
    return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUV422P;
}

static enum tri_err prepare(picture_converter *c, const struct recipe *recipe)
{
    if (c->sws && same_recipe(&c->recipe, recipe))
        return TRI_OK;
    c->swscale->free_context(c->sws);
    c->sws = NULL;
    if (!c->swscale->is_supported_input(recipe->from) ||
        !c->swscale->is_supported_output(recipe->to))
        return TRI_ERR_INVALID;

    const int width = (int)recipe->width;
    const int height = (int)recipe->height;
    const int exact = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
    c->sws = c->swscale->get_context(
        width, height, recipe->from, (int)recipe->to_width, (int)recipe->to_height, recipe->to,
        recipe->quick && is_planar(recipe->from) ? SWS_POINT : exact, NULL, NULL, NULL);
    if (!c->sws)
        return TRI_ERR_NO_RESOURCES;
    c->swscale->set_colorspace_details(
        c->sws, c->swscale->get_coefficients(recipe->from_matrix), recipe->from_full,
        c->swscale->get_coefficients(recipe->to_matrix), recipe->to_full, 0, 1 << 16, 1 << 16);
    c->recipe = *recipe;
    return TRI_OK;
}

/* A picture for libswscale: signed strides, and the planes in ffmpeg's order. */
struct sws_picture {
    const uint8_t *data[TRI_PLANES_MAX];
    int stride[TRI_PLANES_MAX];
};

static void order_planes(uint32_t fourcc, struct sws_picture *picture)
{
    if (fourcc != TRI_FOURCC_YV12)
        return;
    const uint8_t *const data = picture->data[1];
    const int stride = picture->stride[1];
    picture->data[1] = picture->data[2];
    picture->stride[1] = picture->stride[2];
    picture->data[2] = data;
    picture->stride[2] = stride;
}

/* Decodes to RGB in private memory, from which libswscale converts to what libjpeg does not write. */
static enum tri_err decode_to_rgb(picture_converter *c, const struct tri_frame_info *info,
                                  const struct tri_shape *shape,
                                  const uint8_t *const data[TRI_PLANES_MAX], struct recipe *recipe,
                                  struct sws_picture *from)
{
    const struct tri_video rgb = { .fourcc = TRI_FOURCC_XR24,
                                   .width = info->video.width,
                                   .height = info->video.height };
    struct tri_shape decoded;
    uint8_t *to[TRI_PLANES_MAX] = { NULL };
    enum tri_err err = tri_video_shape(&rgb, &decoded);
    if (err == TRI_OK)
        err = staging_target(&c->source, &decoded, to);
    if (err != TRI_OK)
        return err;
    recipe->from = AV_PIX_FMT_BGR0;
    recipe->from_full = 1;
    from->data[0] = to[0];
    from->stride[0] = (int)decoded.plane[0].stride;
    return converter_decode(
        c, info, shape, data,
        &(struct jpeg_target){ rgb.fourcc, rgb.width, rgb.height, to[0], decoded.plane[0].stride });
}

/* Splits the picture into planes: libswscale 6 cannot read NV16, and reads the others slowly. */
static enum tri_err split_planes(picture_converter *c, const struct tri_video *video,
                                 const struct tri_shape *shape, enum AVPixelFormat *as,
                                 struct sws_picture *from)
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const unsigned chroma = shape->planes == 1 ? 0 : 1;
    struct tri_shape apart;
    uint8_t *to[TRI_PLANES_MAX] = { NULL };
    planar_shape(format, video->width, video->height, ALIGN, &apart);
    const enum tri_err err = staging_target(&c->chroma, &apart, to);
    if (err != TRI_OK)
        return err;

    uint32_t strides[3];
    for (unsigned p = 0; p < 3; p++)
        strides[p] = apart.plane[p].stride;
    planar_split(format, chroma, from->data[chroma], (uint32_t)from->stride[chroma], to, strides,
                 video->width, shape->plane[chroma].rows);
    for (unsigned p = chroma; p < 3; p++) {
        from->data[p] = to[p];
        from->stride[p] = (int)strides[p];
    }
    *as = format->component[1].bits > 8    ? AV_PIX_FMT_YUV422P10LE
          : format->component[1].down == 2 ? AV_PIX_FMT_YUV420P
                                           : AV_PIX_FMT_YUV422P;
    return TRI_OK;
}

/* libswscale ignores the range of grey and assumes full range. With neutral chroma added it is
 * YUV, whose range applies. */
static enum tri_err add_chroma(picture_converter *c, const struct tri_video *video,
                               enum AVPixelFormat *as, struct sws_picture *from)
{
    const unsigned bits = tri_format_find(video->fourcc)->depth;
    const bool deep = bits > 8;
    const uint16_t middle = (uint16_t)(1u << (bits - 1));
    const struct tri_video planar = { .fourcc = deep ? TRI_FOURCC_Y16 : TRI_FOURCC_GREY,
                                      .width = (video->width + 1) / 2,
                                      .height = (video->height + 1) / 2 };
    struct tri_shape chroma;
    enum tri_err err = tri_video_shape(&planar, &chroma);
    uint8_t *to[TRI_PLANES_MAX] = { NULL };
    if (err == TRI_OK)
        err = staging_target(&c->chroma, &chroma, to);
    if (err != TRI_OK)
        return err;

    memset(to[0], deep ? middle & 0xff : middle, (size_t)chroma.bytes);
    for (size_t i = 1; deep && i < chroma.bytes; i += 2)
        to[0][i] = (uint8_t)(middle >> 8);
    for (int p = 1; p <= 2; p++) {
        from->data[p] = to[0];
        from->stride[p] = (int)chroma.plane[0].stride;
    }
    *as = bits == 16   ? AV_PIX_FMT_YUV420P16LE
          : bits == 12 ? AV_PIX_FMT_YUV420P12LE
          : bits == 10 ? AV_PIX_FMT_YUV420P10LE
                       : AV_PIX_FMT_YUV420P;
    return TRI_OK;
}

/* libswscale reads only words in which all 16 bits are significant. */
static enum tri_err raise_bits(picture_converter *c, const struct tri_video *video,
                               const struct tri_shape *shape, const uint8_t *data,
                               struct sws_picture *from)
{
    uint8_t *to[TRI_PLANES_MAX] = { NULL };
    const enum tri_err err = staging_target(&c->source, shape, to);
    if (err == TRI_OK)
        planar_raise(data, shape->plane[0].stride, to[0], shape->plane[0].stride, video->width,
                     video->height, video->bits);
    from->data[0] = to[0];
    return err;
}

/* Reduces Bayer to bytes: libswscale reads only words of 16 bits, and reduces those to 8, too. */
static enum tri_err lower_bayer(picture_converter *c, const struct tri_format *format,
                                const struct tri_video *video, const struct tri_shape *shape,
                                enum AVPixelFormat *as, struct sws_picture *from)
{
    const struct tri_component *red = &format->component[0];
    struct tri_video bytes = *video;
    struct tri_shape lowered;
    uint8_t *to[TRI_PLANES_MAX] = { NULL };
    *as = red->line    ? red->first ? AV_PIX_FMT_BAYER_BGGR8 : AV_PIX_FMT_BAYER_GBRG8
          : red->first ? AV_PIX_FMT_BAYER_GRBG8
                       : AV_PIX_FMT_BAYER_RGGB8;
    if (format->depth == 8)
        return TRI_OK;
    bytes.fourcc = TRI_FOURCC_GREY;
    bytes.stride[0] = 0;
    enum tri_err err = tri_video_shape(&bytes, &lowered);
    if (err == TRI_OK)
        err = staging_target(&c->source, &lowered, to);
    if (err != TRI_OK)
        return err;
    planar_lower(from->data[0], shape->plane[0].stride, to[0], lowered.plane[0].stride,
                 video->width, video->height, component_bits(red, video));
    from->data[0] = to[0];
    from->stride[0] = (int)lowered.plane[0].stride;
    return TRI_OK;
}

static enum tri_err take_planes(picture_converter *c, const struct tri_frame_info *info,
                                const struct tri_shape *shape,
                                const uint8_t *const data[TRI_PLANES_MAX],
                                const struct tri_format *format, struct recipe *recipe,
                                struct sws_picture *from)
{
    const bool low = format->fourcc == TRI_FOURCC_Y16 && info->video.bits % 16 != 0;
    const bool bayer = format->family == TRI_FAMILY_BAYER;
    const enum tri_err err =
        low ? raise_bits(c, &info->video, shape, data[0], from)
            : staging_source(bayer ? &c->chroma : &c->source, shape, data, from->data);
    if (err != TRI_OK)
        return err;
    for (uint32_t p = 0; p < shape->planes; p++)
        from->stride[p] = (int)shape->plane[p].stride;
    order_planes(format->fourcc, from);
    if (bayer)
        return lower_bayer(c, format, &info->video, shape, &recipe->from, from);
    recipe->from = av_format(c, format);
    recipe->from_matrix = sws_matrix(&info->video);
    recipe->from_full = tri_video_range(&info->video) == TRI_RANGE_FULL;
    if (format->family == TRI_FAMILY_GREY && !recipe->from_full)
        return add_chroma(c, &info->video, &recipe->from, from);
    switch (format->fourcc) {
    case TRI_FOURCC_NV16:
    case TRI_FOURCC_Y210:
    case TRI_FOURCC_V210:
        return split_planes(c, &info->video, shape, &recipe->from, from);
    case TRI_FOURCC_YUYV:
    case TRI_FOURCC_YVYU:
    case TRI_FOURCC_UYVY:
    case TRI_FOURCC_NV12:
    case TRI_FOURCC_NV21:
        if (recipe->quick)
            return split_planes(c, &info->video, shape, &recipe->from, from);
        return TRI_OK;
    default:
        return TRI_OK;
    }
}

/* Scales into the caller's memory: for conversions that write no byte beyond a row. */
static enum tri_err scale_straight(picture_converter *c, const struct sws_picture *from,
                                   uint8_t *to, uint32_t stride)
{
    uint8_t *const data[TRI_PLANES_MAX] = { to };
    const int strides[TRI_PLANES_MAX] = { (int)stride };
    const int rows = c->swscale->scale(c->sws, from->data, from->stride, 0, (int)c->recipe.height,
                                       data, strides);
    return rows < 0 ? TRI_ERR_INVALID : TRI_OK;
}

/* Scales into private memory, then copies: for conversions that may write beyond a row. */
static enum tri_err scale_staged(picture_converter *c, const struct sws_picture *from,
                                 uint32_t fourcc, const struct tri_shape *made,
                                 uint8_t *const to[TRI_PLANES_MAX],
                                 const uint32_t stride[TRI_PLANES_MAX])
{
    uint8_t *staged[TRI_PLANES_MAX] = { NULL };
    const enum tri_err err = staging_target(&c->target, made, staged);
    if (err != TRI_OK)
        return err;

    struct sws_picture into = { .data = { NULL } };
    uint32_t made_stride[TRI_PLANES_MAX] = { 0 };
    for (uint32_t p = 0; p < made->planes; p++) {
        into.data[p] = staged[p];
        into.stride[p] = (int)made->plane[p].stride;
        made_stride[p] = made->plane[p].stride;
    }
    order_planes(fourcc, &into);
    if (c->swscale->scale(c->sws, from->data, from->stride, 0, (int)c->recipe.height,
                          (uint8_t *const *)(uintptr_t)into.data, into.stride) < 0)
        return TRI_ERR_INVALID;
    staging_copy(made, (const uint8_t *const *)staged, made_stride, to, stride);
    return TRI_OK;
}

bool converter_can_rescale(picture_converter *c, uint32_t fourcc)
{
    if (!c->swscale)
        c->swscale = swscale_load(c->log);
    return c->swscale && c->swscale->is_supported_output(av_format(c, tri_format_find(fourcc)));
}

enum tri_err converter_rescale(picture_converter *c, const struct tri_frame_info *info,
                               const struct tri_shape *shape,
                               const uint8_t *const data[TRI_PLANES_MAX],
                               const struct tri_video *wanted, uint8_t *const to[TRI_PLANES_MAX],
                               const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_format *source = tri_format_find(info->video.fourcc);
    const struct tri_format *target = tri_format_find(wanted->fourcc);
    struct tri_shape made;
    enum tri_err err = tri_video_shape(wanted, &made);
    if (err != TRI_OK)
        return err;
    if (!c->swscale)
        c->swscale = swscale_load(c->log);
    if (!c->swscale)
        return TRI_ERR_INVALID;
    struct recipe recipe = { .to = av_format(c, target),
                             .width = info->video.width,
                             .height = info->video.height,
                             .to_width = wanted->width,
                             .to_height = wanted->height,
                             .to_matrix = sws_matrix(wanted),
                             .to_full = target->family == TRI_FAMILY_RGB ||
                                        tri_video_range(wanted) == TRI_RANGE_FULL };
    recipe.quick = is_quick(&recipe);
    struct sws_picture from = { .data = { NULL } };
    if (source->fourcc == TRI_FOURCC_MJPG)
        err = decode_to_rgb(c, info, shape, data, &recipe, &from);
    else if (source->family == TRI_FAMILY_COMPRESSED)
        err = TRI_ERR_INVALID;
    else
        err = take_planes(c, info, shape, data, source, &recipe, &from);
    if (err == TRI_OK)
        err = prepare(c, &recipe);
    if (err != TRI_OK)
        return err;
    if (recipe.quick && is_planar(recipe.from))
        return scale_straight(c, &from, to[0], stride[0]);
    return scale_staged(c, &from, wanted->fourcc, &made, to, stride);
}
