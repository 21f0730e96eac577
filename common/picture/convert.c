/* SPDX-License-Identifier: MIT */
#include "argb.h"
#include "jpeg.h"
#include "picture.h"
#include "planar.h"
#include "staging.h"
#include "swscale.h"

#include <stdlib.h>
#include <string.h>

#define ALIGN 64 // of rows in memory of our own, for vector code

/* What libswscale's context was last made for. */
struct recipe {
    enum AVPixelFormat from, to;
    uint32_t width, height;
    int from_matrix, to_matrix; // SWS_CS_*
    int from_full, to_full;
    bool quick; // see is_quick()
};

struct picture_converter {
    const tri_log *log;
    jpeg_decoder *jpeg;            // made when the first MJPG frame comes
    const struct swscale *swscale; // NULL: not needed yet
    struct SwsContext *sws;
    struct recipe recipe;
    struct staging source, target, chroma;
    struct staging full;                     // RGB that came in the limited range
    struct staging even_source, even_target; // of pictures of odd size
};

picture_converter *picture_converter_new(const tri_log *log)
{
    picture_converter *converter = malloc(sizeof *converter);
    if (converter)
        *converter = (picture_converter){ .log = log };
    return converter;
}

void picture_converter_free(picture_converter **converter)
{
    if (!*converter)
        return;
    jpeg_decoder_free(&(*converter)->jpeg);
    if ((*converter)->swscale)
        (*converter)->swscale->free_context((*converter)->sws);
    staging_free(&(*converter)->source);
    staging_free(&(*converter)->target);
    staging_free(&(*converter)->chroma);
    staging_free(&(*converter)->full);
    staging_free(&(*converter)->even_source);
    staging_free(&(*converter)->even_target);
    free(*converter);
    *converter = NULL;
}

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
           a->from_matrix == b->from_matrix && a->to_matrix == b->to_matrix &&
           a->from_full == b->from_full && a->to_full == b->to_full && a->quick == b->quick;
}

/* Whether libswscale's quick way can be gone: for the screen, not more than 3 of 255 off, and 15
 * times faster. It does 8 pixels and two rows at a time, whatever the size. */
static bool is_quick(const struct recipe *recipe)
{
    return (recipe->to == AV_PIX_FMT_BGRA || recipe->to == AV_PIX_FMT_BGR0) &&
           recipe->width % 8 == 0 && recipe->height % 2 == 0;
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
    c->sws = c->swscale->get_context(width, height, recipe->from, width, height, recipe->to,
                                     recipe->quick && is_planar(recipe->from) ? SWS_POINT : exact,
                                     NULL, NULL, NULL);
    if (!c->sws)
        return TRI_ERR_NO_RESOURCES;
    c->swscale->set_colorspace_details(
        c->sws, c->swscale->get_coefficients(recipe->from_matrix), recipe->from_full,
        c->swscale->get_coefficients(recipe->to_matrix), recipe->to_full, 0, 1 << 16, 1 << 16);
    c->recipe = *recipe;
    return TRI_OK;
}

/* A picture as libswscale takes it: signed strides, and the planes in ffmpeg's order. */
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

static enum tri_err decode_jpeg(picture_converter *c, const struct tri_frame_info *info,
                                const struct tri_shape *shape,
                                const uint8_t *const data[TRI_PLANES_MAX],
                                const struct jpeg_target *target)
{
    if (info->bytes_used > shape->plane[0].bytes)
        return TRI_ERR_CORRUPT;
    if (!c->jpeg)
        c->jpeg = jpeg_decoder_new(c->log);
    if (!c->jpeg)
        return TRI_ERR_NO_RESOURCES;
    return jpeg_decode(c->jpeg, data[0], info->bytes_used, target);
}

/* Into RGB in memory of our own: what libjpeg does not make is converted from that. */
static enum tri_err decode_aside(picture_converter *c, const struct tri_frame_info *info,
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
    return decode_jpeg(
        c, info, shape, data,
        &(struct jpeg_target){ rgb.fourcc, rgb.width, rgb.height, to[0], decoded.plane[0].stride });
}

/* The picture in planes: libswscale 6 does not read NV16 at all, and reads the others slowly. */
static enum tri_err take_apart(picture_converter *c, const struct tri_video *video,
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
    *as = format->component[1].down == 2 ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_YUV422P;
    return TRI_OK;
}

/* libswscale takes grey for full range, whatever it is told: with chroma that says nothing, it is YUV
 * and its range counts. */
static enum tri_err add_chroma(picture_converter *c, const struct tri_video *video,
                               enum AVPixelFormat *as, struct sws_picture *from)
{
    const bool deep = video->fourcc == TRI_FOURCC_Y16;
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

    memset(to[0], 0x80, chroma.bytes);
    for (size_t i = 0; deep && i < chroma.bytes; i += 2)
        to[0][i] = 0; // the middle of 16 bits is 0x8000
    for (int p = 1; p <= 2; p++) {
        from->data[p] = to[0];
        from->stride[p] = (int)chroma.plane[0].stride;
    }
    *as = deep ? AV_PIX_FMT_YUV420P16LE : AV_PIX_FMT_YUV420P;
    return TRI_OK;
}

/* libswscale knows words whose 16 bits all count. */
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

static enum tri_err take_planes(picture_converter *c, const struct tri_frame_info *info,
                                const struct tri_shape *shape,
                                const uint8_t *const data[TRI_PLANES_MAX],
                                const struct tri_format *format, struct recipe *recipe,
                                struct sws_picture *from)
{
    const bool low = format->fourcc == TRI_FOURCC_Y16 && info->video.bits % 16 != 0;
    const enum tri_err err = low ? raise_bits(c, &info->video, shape, data[0], from)
                                 : staging_source(&c->source, shape, data, from->data);
    if (err != TRI_OK)
        return err;
    for (uint32_t p = 0; p < shape->planes; p++)
        from->stride[p] = (int)shape->plane[p].stride;
    order_planes(format->fourcc, from);
    recipe->from = av_format(c, format);
    recipe->from_matrix = sws_matrix(&info->video);
    recipe->from_full = tri_video_range(&info->video) == TRI_RANGE_FULL;
    if (format->family == TRI_FAMILY_GREY && !recipe->from_full)
        return add_chroma(c, &info->video, &recipe->from, from);
    switch (format->fourcc) {
    case TRI_FOURCC_NV16:
        return take_apart(c, &info->video, shape, &recipe->from, from);
    case TRI_FOURCC_YUYV:
    case TRI_FOURCC_YVYU:
    case TRI_FOURCC_UYVY:
    case TRI_FOURCC_NV12:
    case TRI_FOURCC_NV21:
        if (recipe->quick)
            return take_apart(c, &info->video, shape, &recipe->from, from);
        return TRI_OK;
    default:
        return TRI_OK;
    }
}

/* Writes no byte beyond a row: into the caller's memory. */
static enum tri_err scale_straight(picture_converter *c, const struct sws_picture *from,
                                   uint8_t *to, uint32_t stride)
{
    uint8_t *const data[TRI_PLANES_MAX] = { to };
    const int strides[TRI_PLANES_MAX] = { (int)stride };
    const int rows = c->swscale->scale(c->sws, from->data, from->stride, 0, (int)c->recipe.height,
                                       data, strides);
    return rows < 0 ? TRI_ERR_INVALID : TRI_OK;
}

/* May write beyond a row: into memory of our own, then copied. */
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

/* By libswscale, from and into pictures of even size or without chroma that pixels share. */
static enum tri_err scale(picture_converter *c, const struct tri_frame_info *info,
                          const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX],
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
                             .to_matrix = sws_matrix(wanted),
                             .to_full = target->family == TRI_FAMILY_RGB ||
                                        tri_video_range(wanted) == TRI_RANGE_FULL };
    recipe.quick = is_quick(&recipe);
    struct sws_picture from = { .data = { NULL } };
    if (source->fourcc == TRI_FOURCC_MJPG)
        err = decode_aside(c, info, shape, data, &recipe, &from);
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

/* Copies a picture and repeats its last column and row where the copy is larger. */
static void copy_padded(const struct tri_format *format, const struct tri_shape *shape,
                        const uint8_t *const data[TRI_PLANES_MAX], const struct tri_shape *padded,
                        uint8_t *const to[TRI_PLANES_MAX])
{
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        const size_t group = format->plane[p].bytes;
        for (size_t row = 0; row < padded->plane[p].rows; row++) {
            const size_t from = row < plane->rows ? row : plane->rows - 1;
            uint8_t *const at = to[p] + row * padded->plane[p].stride;
            memcpy(at, data[p] + from * plane->stride, plane->row_bytes);
            if (padded->plane[p].row_bytes > plane->row_bytes)
                memcpy(at + plane->row_bytes, at + plane->row_bytes - group, group);
        }
    }
}

/* libswscale stretches the chroma of an odd width or height over it, by up to a pixel at the end: an
 * even picture is converted and cropped. */
static enum tri_err convert_even(picture_converter *c, const struct tri_frame_info *info,
                                 const struct tri_shape *shape,
                                 const uint8_t *const data[TRI_PLANES_MAX],
                                 const struct tri_video *wanted, const struct tri_shape *made,
                                 uint8_t *const to[TRI_PLANES_MAX],
                                 const uint32_t stride[TRI_PLANES_MAX])
{
    struct tri_frame_info even = *info;
    even.video.matrix = tri_video_matrix(&info->video); // may depend on the height
    even.video.width += even.video.width % 2;
    even.video.height += even.video.height % 2;
    memset(even.video.stride, 0, sizeof even.video.stride);
    struct tri_video result = *wanted;
    result.matrix = tri_video_matrix(wanted);
    result.width = even.video.width;
    result.height = even.video.height;
    struct tri_shape from_shape;
    struct tri_shape to_shape;
    uint8_t *from[TRI_PLANES_MAX] = { NULL };
    uint8_t *into[TRI_PLANES_MAX] = { NULL };
    enum tri_err err = tri_video_shape(&even.video, &from_shape);
    if (err == TRI_OK)
        err = tri_video_shape(&result, &to_shape);
    if (err == TRI_OK)
        err = staging_target(&c->even_source, &from_shape, from);
    if (err == TRI_OK)
        err = staging_target(&c->even_target, &to_shape, into);
    if (err != TRI_OK)
        return err;

    copy_padded(tri_format_find(info->video.fourcc), shape, data, &from_shape, from);
    uint32_t strides[TRI_PLANES_MAX] = { 0 };
    for (uint32_t p = 0; p < to_shape.planes; p++)
        strides[p] = to_shape.plane[p].stride;
    err = scale(c, &even, &from_shape, (const uint8_t *const *)from, &result, into, strides);
    if (err == TRI_OK)
        staging_copy(made, (const uint8_t *const *)into, strides, to, stride);
    return err;
}

/** RGB is taken for full range here, whatever it says. */
static enum tri_err convert(picture_converter *converter, const struct tri_frame_info *info,
                            const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                            uint8_t *const to[TRI_PLANES_MAX],
                            const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_format *source = tri_format_find(info->video.fourcc);
    const struct tri_format *target = tri_format_find(fourcc);
    if (!source || !target || target->family == TRI_FAMILY_COMPRESSED)
        return TRI_ERR_INVALID;

    // Without a range of its own a target of another family has that family's usual one.
    struct tri_video wanted = info->video;
    wanted.fourcc = fourcc;
    memset(wanted.stride, 0, sizeof wanted.stride);
    if (target->family != source->family)
        wanted.range = TRI_RANGE_DEFAULT;
    struct tri_shape made;
    enum tri_err err = tri_video_shape(&wanted, &made);
    if (err != TRI_OK)
        return err;

    if (info->video.fourcc == fourcc) {
        uint32_t strides[TRI_PLANES_MAX] = { 0 };
        for (uint32_t p = 0; p < shape->planes; p++)
            strides[p] = shape->plane[p].stride;
        staging_copy(&made, data, strides, to, stride);
        return TRI_OK;
    }

    if (source->fourcc == TRI_FOURCC_MJPG && jpeg_can_make(fourcc))
        return decode_jpeg(
            converter, info, shape, data,
            &(struct jpeg_target){ fourcc, wanted.width, wanted.height, to[0], stride[0] });
    if ((fourcc == TRI_FOURCC_AR24 || fourcc == TRI_FOURCC_XR24) &&
        argb_convert(&info->video, shape, data, to[0], stride[0]))
        return TRI_OK;

    const bool odd = info->video.width % 2 != 0 || info->video.height % 2 != 0;
    const bool yuv = source->family == TRI_FAMILY_YUV ||
                     (target->family == TRI_FAMILY_YUV && source->family != TRI_FAMILY_COMPRESSED);
    if (odd && yuv)
        return convert_even(converter, info, shape, data, &wanted, &made, to, stride);
    return scale(converter, info, shape, data, &wanted, to, stride);
}

/** From 16 and 235 of the limited range to 0 and 255. */
static void stretch(uint8_t *pixels, uint32_t stride, const struct tri_video *video)
{
    uint8_t table[256];

    for (int i = 0; i < 256; i++) {
        const int full = ((i - 16) * 255 + 219 / 2) / 219;
        table[i] = (uint8_t)(i < 16 ? 0 : full > 255 ? 255 : full);
    }
    picture_map(pixels, stride, video->width, video->height, table);
}

/** RGB of the limited range is made full first. */
static enum tri_err convert_limited_rgb(picture_converter *c, const struct tri_frame_info *info,
                                        const struct tri_shape *shape,
                                        const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                                        uint8_t *const to[TRI_PLANES_MAX],
                                        const uint32_t stride[TRI_PLANES_MAX])
{
    const bool direct = fourcc == TRI_FOURCC_AR24 || fourcc == TRI_FOURCC_XR24;
    struct tri_frame_info full = *info;
    struct tri_shape made;
    uint8_t *staged[TRI_PLANES_MAX] = { to[0] };
    uint32_t pitch = stride[0];

    full.video.range = TRI_RANGE_FULL;
    if (!direct) {
        struct tri_video wide = full.video;
        wide.fourcc = TRI_FOURCC_AR24;
        memset(wide.stride, 0, sizeof wide.stride);
        enum tri_err err = tri_video_shape(&wide, &made);
        if (err == TRI_OK)
            err = staging_target(&c->full, &made, staged);
        if (err != TRI_OK)
            return err;
        pitch = made.plane[0].stride;
    }
    const enum tri_err err = convert(c, &full, shape, data, TRI_FOURCC_AR24, staged,
                                     (const uint32_t[TRI_PLANES_MAX]){ pitch });
    if (err != TRI_OK)
        return err;
    stretch(staged[0], pitch, &full.video);
    if (direct)
        return TRI_OK;
    full.video.fourcc = TRI_FOURCC_AR24;
    full.video.stride[0] = pitch;
    return convert(c, &full, &made, (const uint8_t *const *)staged, fourcc, to, stride);
}

enum tri_err picture_convert(picture_converter *converter, const struct tri_frame_info *info,
                             const struct tri_shape *shape,
                             const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                             uint8_t *const to[TRI_PLANES_MAX],
                             const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_format *source = tri_format_find(info->video.fourcc);

    if (source && source->family == TRI_FAMILY_RGB &&
        tri_video_range(&info->video) == TRI_RANGE_LIMITED)
        return convert_limited_rgb(converter, info, shape, data, fourcc, to, stride);
    return convert(converter, info, shape, data, fourcc, to, stride);
}
