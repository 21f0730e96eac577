/* SPDX-License-Identifier: MIT */
#include "argb.h"
#include "component.h"
#include "converter.h"
#include "depth.h"
#include "planar.h"
#include "repack.h"

#include <stdlib.h>
#include <string.h>

picture_converter *picture_converter_new(const tri_log *log)
{
    picture_converter *converter = malloc(sizeof(*converter));
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
    staging_free(&(*converter)->unpacked);
    staging_free(&(*converter)->even_source);
    staging_free(&(*converter)->even_target);
    free((*converter)->depths);
    free(*converter);
    *converter = NULL;
}

enum tri_err converter_decode(picture_converter *c, const struct tri_frame_info *info,
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

/* Copies a picture and repeats its last column and row where the copy is larger: of a mosaic those that
 * have the same colours. */
static void copy_padded(const struct tri_video *video, const struct tri_shape *shape,
                        const uint8_t *const data[TRI_PLANES_MAX], const struct tri_shape *padded,
                        uint8_t *const to[TRI_PLANES_MAX])
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const bool mosaic = format->family == TRI_FAMILY_BAYER;
    const size_t back = mosaic && video->height > 1 ? 2 : 1;
    const size_t sample = mosaic ? format->component[0].bytes : 0;
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        const size_t group = format->plane[p].bytes;
        for (size_t row = 0; row < padded->plane[p].rows; row++) {
            const size_t from = row < plane->rows ? row : row - back;
            uint8_t *const at = to[p] + row * padded->plane[p].stride;
            memcpy(at, data[p] + from * plane->stride, plane->row_bytes);
            if (padded->plane[p].row_bytes > plane->row_bytes)
                memcpy(at + plane->row_bytes, at + plane->row_bytes - group, group);
            if (mosaic && video->width % 2 && video->width > 1)
                memcpy(at + plane->row_bytes - sample, at + plane->row_bytes - 3 * sample, sample);
        }
    }
}

/* libswscale stretches the chroma of an odd width or height, by up to a pixel at the end. So an even
 * picture is converted, then cropped. */
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
    memset(even.video.stride, 0, sizeof(even.video.stride));
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

    copy_padded(&info->video, shape, data, &from_shape, from);
    uint32_t strides[TRI_PLANES_MAX] = { 0 };
    for (uint32_t p = 0; p < to_shape.planes; p++)
        strides[p] = to_shape.plane[p].stride;
    err = converter_rescale(c, &even, &from_shape, (const uint8_t *const *)from, &result, into,
                            strides);
    if (err == TRI_OK)
        staging_copy(made, (const uint8_t *const *)into, strides, to, stride);
    return err;
}

static enum tri_err argb_of_depth(picture_converter *c, const struct tri_frame_info *info,
                                  const struct tri_shape *shape,
                                  const uint8_t *const data[TRI_PLANES_MAX], uint8_t *pixels,
                                  uint32_t stride)
{
    enum { DEPTHS = 1 << 16 };

    if (!c->depths) {
        c->depths = malloc(DEPTHS * sizeof(*c->depths));
        for (uint32_t depth = 0; c->depths && depth < DEPTHS; depth++) {
            uint8_t rgb[3];
            depth_color((uint16_t)depth, rgb);
            const uint8_t bytes[] = { rgb[2], rgb[1], rgb[0], 255 };
            memcpy(&c->depths[depth], bytes, sizeof(bytes));
        }
    }
    if (!c->depths)
        return TRI_ERR_NO_RESOURCES;
    for (uint32_t y = 0; y < info->video.height; y++) {
        const uint8_t *from = data[0] + (size_t)y * shape->plane[0].stride;
        uint8_t *at = pixels + (size_t)y * stride;
        for (uint32_t x = 0; x < info->video.width; x++, from += 2, at += sizeof(*c->depths))
            memcpy(at, &c->depths[from[0] | from[1] << 8], sizeof(*c->depths));
    }
    return TRI_OK;
}

struct tri_video picture_target(const struct tri_video *video, uint32_t fourcc)
{
    const struct tri_format *source = tri_format_find(video->fourcc);
    const struct tri_format *target = tri_format_find(fourcc);
    struct tri_video wanted = *video;
    wanted.fourcc = fourcc;
    memset(wanted.stride, 0, sizeof(wanted.stride));
    if (!source || !target || target->family != source->family)
        wanted.range = TRI_RANGE_DEFAULT;
    return wanted;
}

bool picture_can_make(picture_converter *c, uint32_t from, uint32_t fourcc)
{
    const struct tri_format *source = tri_format_find(from);
    const struct tri_format *target = tri_format_find(fourcc);
    if (from == fourcc)
        return true;
    if (!source || !target || target->family == TRI_FAMILY_COMPRESSED ||
        target->family == TRI_FAMILY_DEPTH)
        return false;
    if (source->family == TRI_FAMILY_COMPRESSED && from != TRI_FOURCC_MJPG)
        return false;
    if (from == TRI_FOURCC_MJPG && jpeg_can_make(fourcc))
        return true;
    if (source->family == TRI_FAMILY_BAYER && target->depth == 16)
        return false; // libswscale leaves the high bytes zero
    return repack_can(from, fourcc) || converter_can_rescale(c, fourcc);
}

/* Treats RGB as full range, whatever its description gives. */
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

    const struct tri_video wanted = picture_target(&info->video, fourcc);
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
        return converter_decode(
            converter, info, shape, data,
            &(struct jpeg_target){ fourcc, wanted.width, wanted.height, to[0], stride[0] });
    if ((fourcc == TRI_FOURCC_AR24 || fourcc == TRI_FOURCC_XR24) &&
        argb_convert(&info->video, shape, data, to[0], stride[0]))
        return TRI_OK;
    if (repack(&info->video, shape, data, fourcc, to, stride))
        return TRI_OK;

    const bool odd = info->video.width % 2 != 0 || info->video.height % 2 != 0;
    const bool yuv = source->family == TRI_FAMILY_YUV || source->family == TRI_FAMILY_BAYER ||
                     (target->family == TRI_FAMILY_YUV && source->family != TRI_FAMILY_COMPRESSED);
    if (odd && yuv)
        return convert_even(converter, info, shape, data, &wanted, &made, to, stride);
    return converter_rescale(converter, info, shape, data, &wanted, to, stride);
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

/* RGB of the limited range, made full. */
static enum tri_err argb_of_limited(picture_converter *c, const struct tri_frame_info *info,
                                    const struct tri_shape *shape,
                                    const uint8_t *const data[TRI_PLANES_MAX], uint8_t *pixels,
                                    uint32_t stride)
{
    struct tri_frame_info full = *info;
    full.video.range = TRI_RANGE_FULL;
    const enum tri_err err =
        convert(c, &full, shape, data, TRI_FOURCC_AR24, (uint8_t *const[TRI_PLANES_MAX]){ pixels },
                (const uint32_t[TRI_PLANES_MAX]){ stride });
    if (err == TRI_OK)
        stretch(pixels, stride, &full.video);
    return err;
}

/** The format that has the samples of a packed one in words of their own. */
static const struct tri_format *unpacked(const struct tri_format *packed)
{
    const struct tri_component *first = &packed->component[0];
    const struct tri_format *format;
    for (size_t i = 0; (format = tri_format_at(i)); i++) {
        const struct tri_component *same = &format->component[0];
        if (format->family == packed->family && same->bits == first->bits && same->bytes == 2 &&
            same->first == first->first && same->line == first->line)
            break;
    }
    return format;
}

/* Samples that MIPI packed, by way of words. */
static enum tri_err convert_packed(picture_converter *c, const struct tri_frame_info *info,
                                   const struct tri_shape *shape,
                                   const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                                   uint8_t *const to[TRI_PLANES_MAX],
                                   const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_format *packed = tri_format_find(info->video.fourcc);
    const struct tri_format *wider = unpacked(packed);
    struct tri_frame_info words = *info;
    struct tri_shape wide;
    uint8_t *into[TRI_PLANES_MAX] = { NULL };
    if (!wider)
        return TRI_ERR_INVALID;
    words.video.fourcc = wider->fourcc;
    words.video.stride[0] = 0;
    enum tri_err err = tri_video_shape(&words.video, &wide);
    if (err == TRI_OK)
        err = staging_target(&c->unpacked, &wide, into);
    if (err != TRI_OK)
        return err;
    planar_unpack(&packed->component[0], data[0], shape->plane[0].stride, into[0],
                  wide.plane[0].stride, wide.plane[0].row_bytes / 2, wide.plane[0].rows);
    return convert(c, &words, &wide, (const uint8_t *const *)into, fourcc, to, stride);
}

enum tri_err picture_convert(picture_converter *converter, const struct tri_frame_info *info,
                             const struct tri_shape *shape,
                             const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                             uint8_t *const to[TRI_PLANES_MAX],
                             const uint32_t stride[TRI_PLANES_MAX])
{
    const struct tri_format *source = tri_format_find(info->video.fourcc);
    const bool depth = source && source->family == TRI_FAMILY_DEPTH && info->video.fourcc != fourcc;
    const bool limited = source && source->family == TRI_FAMILY_RGB &&
                         tri_video_range(&info->video) == TRI_RANGE_LIMITED;
    if (source && component_is_mipi(&source->component[0]) && source->fourcc != fourcc)
        return convert_packed(converter, info, shape, data, fourcc, to, stride);
    if (!depth && !limited)
        return convert(converter, info, shape, data, fourcc, to, stride);

    // First AR24 of the full range, straight into the target where that is it.
    const bool direct = fourcc == TRI_FOURCC_AR24 || fourcc == TRI_FOURCC_XR24;
    struct tri_frame_info argb = *info;
    struct tri_shape made;
    uint8_t *staged[TRI_PLANES_MAX] = { to[0] };
    argb.video.fourcc = TRI_FOURCC_AR24;
    argb.video.range = TRI_RANGE_FULL;
    memset(argb.video.stride, 0, sizeof(argb.video.stride));
    enum tri_err err = tri_video_shape(&argb.video, &made);
    if (err == TRI_OK && !direct)
        err = staging_target(&converter->full, &made, staged);
    if (err != TRI_OK)
        return err;
    const uint32_t pitch = direct ? stride[0] : made.plane[0].stride;
    err = depth ? argb_of_depth(converter, info, shape, data, staged[0], pitch)
                : argb_of_limited(converter, info, shape, data, staged[0], pitch);
    if (err != TRI_OK || direct)
        return err;
    return convert(converter, &argb, &made, (const uint8_t *const *)staged, fourcc, to, stride);
}
