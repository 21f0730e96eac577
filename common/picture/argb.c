/* SPDX-License-Identifier: MIT */
#include "argb.h"
#include "component.h"
#include "picture.h"
#include "planar.h"

#include <libyuv.h>

/* Bytes of a strip that is split into planes, so that it stays in the cache: at least one of the widest
 * rows of 4:4:4, or of 4:2:2 in words of 16 bits. */
enum { STRIP_BYTES = 4 * TRI_DIMENSION_MAX };

/** libyuv's own constants limit chroma factors to 2, for all processors. Blue in the limited range of
 *  BT.709 and BT.2020 needs 2.11 and 2.14; a factor of 2 is off by up to 16 of 255. libyuv's code for
 *  x86, ARM and RISC-V accepts factors below 4. @return false on other processors */
static bool widen(struct YuvConstants *yuv, const struct YuvConstants *narrow, uint8_t blue)
{
#if defined(__x86_64__) || defined(__i386__)
    *yuv = *narrow;
    for (size_t i = 0; i < sizeof(yuv->kUVToB); i += 2) // U and V alternate, in 64ths
        yuv->kUVToB[i] = blue;
    return true;
#elif defined(__aarch64__) || defined(__arm__) || defined(__riscv)
    *yuv = *narrow;
    const int bias = yuv->kRGBCoeffBias[1] + 128 * (blue - yuv->kUVCoeff[0]); // of U in blue
    yuv->kUVCoeff[0] = yuv->kUVCoeff[4] = blue;
    yuv->kRGBCoeffBias[1] = (int16_t)bias;
    return true;
#else
    (void)yuv;
    (void)narrow;
    (void)blue;
    return false;
#endif
}

/** Sets libyuv's conversion constants for `video`. @return false: libyuv has none */
static bool set_constants(struct YuvConstants *yuv, const struct tri_video *video)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_601:
    case TRI_MATRIX_XV601:
        *yuv = full ? kYuvJPEGConstants : kYuvI601Constants;
        return true;
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        *yuv = kYuvF709Constants;
        return full || widen(yuv, &kYuvH709Constants, 135);
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        *yuv = kYuvV2020Constants;
        return full || widen(yuv, &kYuv2020Constants, 137);
    default:
        return false;
    }
}

/** Where strips of a picture go: a few rows at a time as planes, so that they stay in the cache. */
struct strips {
    const struct tri_format *format;
    const struct tri_video *video;
    const struct tri_shape *shape;
    const uint8_t *const *data;
    uint8_t *to;
    uint32_t stride;
    const struct YuvConstants *yuv;
};

/** Converts `rows` rows of 4:2:2 or 4:4:4, 8 or 10 bits, whose planes begin at `plane`. */
static void convert_planes(const struct strips *s, uint32_t row, uint32_t rows,
                           const uint8_t *const plane[3], const uint32_t stride[3])
{
    const struct tri_component *chroma = &s->format->component[1];
    uint8_t *const to = s->to + (size_t)row * s->stride;
    const int width = (int)s->video->width;
    const int pitch[] = { (int)stride[0], (int)stride[1], (int)stride[2] };
    if (chroma->bits > 8)
        I210ToARGBMatrix((const void *)plane[0], pitch[0] / 2, (const void *)plane[1], pitch[1] / 2,
                         (const void *)plane[2], pitch[2] / 2, to, (int)s->stride, s->yuv, width,
                         (int)rows);
    else if (chroma->across == 1)
        I444ToARGBMatrix(plane[0], pitch[0], plane[1], pitch[1], plane[2], pitch[2], to,
                         (int)s->stride, s->yuv, width, (int)rows);
    else
        I422ToARGBMatrix(plane[0], pitch[0], plane[1], pitch[1], plane[2], pitch[2], to,
                         (int)s->stride, s->yuv, width, (int)rows);
}

static void convert_strips(const struct strips *s)
{
    _Alignas(2) uint8_t strip[STRIP_BYTES];
    const unsigned first = s->shape->planes == 1 ? 0 : 1; // luma of its own is used where it is
    struct tri_shape part;
    planar_shape(s->format, s->video->width, 1, 1, &part);
    const uint32_t at_once = (uint32_t)(STRIP_BYTES / part.bytes);

    for (uint32_t row = 0; row < s->video->height; row += at_once) {
        const uint32_t left = s->video->height - row;
        const uint32_t rows = left < at_once ? left : at_once;
        uint8_t *to[3];
        uint32_t stride[3];
        uint8_t *end = strip;
        for (unsigned c = 0; c < 3; c++) {
            to[c] = end;
            stride[c] = part.plane[c].row_bytes;
            end += (size_t)stride[c] * rows;
        }
        planar_split(s->format, first, s->data[first] + (size_t)row * s->shape->plane[first].stride,
                     s->shape->plane[first].stride, to, stride, s->video->width, rows);
        const uint8_t *plane[3] = { to[0], to[1], to[2] };
        if (first == 1) {
            stride[0] = s->shape->plane[0].stride;
            plane[0] = s->data[0] + (size_t)row * stride[0];
        }
        convert_planes(s, row, rows, plane, stride);
    }
}

/** Samples of 16 bits by their address and the words from row to row. @return NULL where rows do not
 *  begin at a whole word */
static const uint16_t *words(const uint8_t *data, uint32_t stride, int *pitch)
{
    *pitch = (int)(stride / 2);
    return stride % 2 || (uintptr_t)data % 2 ? NULL : (const uint16_t *)(const void *)data;
}

/** Words with the samples in their high bits: 4:2:0, or 4:2:2. */
static bool convert_high_words(const struct tri_video *video, const struct tri_shape *shape,
                               const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to,
                               uint32_t stride, const struct YuvConstants *yuv)
{
    int pitch[2];
    const uint16_t *const y = words(data[0], shape->plane[0].stride, &pitch[0]);
    const uint16_t *const uv = words(data[1], shape->plane[1].stride, &pitch[1]);
    const bool is_420 = tri_format_find(video->fourcc)->component[1].down == 2;
    return y && uv &&
           (is_420 ? P010ToARGBMatrix : P210ToARGBMatrix)(y, pitch[0], uv, pitch[1], to,
                                                          (int)stride, yuv, (int)video->width,
                                                          (int)video->height) == 0;
}

static bool convert_deep_grey(const struct tri_video *video, const struct tri_shape *shape,
                              const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to,
                              uint32_t stride, const struct YuvConstants *yuv)
{
    uint8_t strip[STRIP_BYTES];
    const int width = (int)video->width;
    const unsigned bits = component_bits(&tri_format_find(video->fourcc)->component[0], video);
    const uint32_t at_once = STRIP_BYTES / (uint32_t)width;
    int pitch;
    const uint16_t *const from = words(data[0], shape->plane[0].stride, &pitch);
    if (!from || bits < 9) // the factor below has 16 bits
        return false;
    for (uint32_t row = 0; row < video->height; row += at_once) {
        const uint32_t left = video->height - row;
        const int rows = (int)(left < at_once ? left : at_once);
        Convert16To8Plane(from + (size_t)row * (size_t)pitch, pitch, strip, width, 1 << (24 - bits),
                          width, rows);
        I400ToARGBMatrix(strip, width, to + (size_t)row * stride, (int)stride, yuv, width, rows);
    }
    return true;
}

/** RGB of 48 bits by way of its high bytes. */
static bool convert_rgb48(const struct tri_video *video, const struct tri_shape *shape,
                          const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride)
{
    uint8_t row[3 * TRI_DIMENSION_MAX];
    const int width = (int)video->width;
    int pitch;
    const uint16_t *const from = words(data[0], shape->plane[0].stride, &pitch);
    for (uint32_t y = 0; from && y < video->height; y++, to += stride) {
        Convert16To8Plane(from + (size_t)y * (size_t)pitch, 0, row, 0, 256, 3 * width, 1);
        if (video->fourcc == TRI_FOURCC_RGB6)
            RAWToARGB(row, 0, to, 0, width, 1);
        else
            RGB24ToARGB(row, 0, to, 0, width, 1);
    }
    return from;
}

static bool convert_yuv(const struct tri_video *video, const struct tri_shape *shape,
                        const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride)
{
    _Alignas(32) struct YuvConstants constants; // for aligned loads of vectors
    const struct YuvConstants *const yuv = &constants;
    const int width = (int)video->width;
    const int height = (int)video->height;
    const int pitch[] = { (int)shape->plane[0].stride, (int)shape->plane[1].stride,
                          (int)shape->plane[2].stride };
    if (!set_constants(&constants, video))
        return false;

    switch (video->fourcc) {
    case TRI_FOURCC_P010:
    case TRI_FOURCC_P012:
    case TRI_FOURCC_P210:
    case TRI_FOURCC_P216:
        return convert_high_words(video, shape, data, to, stride, yuv);
    case TRI_FOURCC_YUYV:
    case TRI_FOURCC_YVYU:
    case TRI_FOURCC_UYVY:
    case TRI_FOURCC_NV16:
    case TRI_FOURCC_NV24:
    case TRI_FOURCC_Y210:
    case TRI_FOURCC_V210:
        convert_strips(&(struct strips){ tri_format_find(video->fourcc), video, shape, data, to,
                                         stride, yuv });
        return true;
    case TRI_FOURCC_YM24:
        return I444ToARGBMatrix(data[0], pitch[0], data[1], pitch[1], data[2], pitch[2], to,
                                (int)stride, yuv, width, height) == 0;
    case TRI_FOURCC_NV12:
        return NV12ToARGBMatrix(data[0], pitch[0], data[1], pitch[1], to, (int)stride, yuv, width,
                                height) == 0;
    case TRI_FOURCC_NV21:
        return NV21ToARGBMatrix(data[0], pitch[0], data[1], pitch[1], to, (int)stride, yuv, width,
                                height) == 0;
    case TRI_FOURCC_YU12:
        return I420ToARGBMatrix(data[0], pitch[0], data[1], pitch[1], data[2], pitch[2], to,
                                (int)stride, yuv, width, height) == 0;
    case TRI_FOURCC_YV12:
        return I420ToARGBMatrix(data[0], pitch[0], data[2], pitch[2], data[1], pitch[1], to,
                                (int)stride, yuv, width, height) == 0;
    case TRI_FOURCC_422P:
        return I422ToARGBMatrix(data[0], pitch[0], data[1], pitch[1], data[2], pitch[2], to,
                                (int)stride, yuv, width, height) == 0;
    default:
        return false;
    }
}

bool argb_convert(const struct tri_video *video, const struct tri_shape *shape,
                  const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const int width = (int)video->width;
    const int height = (int)video->height;
    const int pitch = (int)shape->plane[0].stride;
    const struct YuvConstants *const grey = full ? &kYuvJPEGConstants : &kYuvI601Constants;
    switch (video->fourcc) {
    case TRI_FOURCC_GREY: // its range applies, it has no matrix
        return I400ToARGBMatrix(data[0], pitch, to, (int)stride, grey, width, height) == 0;
    case TRI_FOURCC_Y10:
    case TRI_FOURCC_Y12:
    case TRI_FOURCC_Y16:
        return convert_deep_grey(video, shape, data, to, stride, grey);
    case TRI_FOURCC_RGB6:
    case TRI_FOURCC_BGR6:
        return full && convert_rgb48(video, shape, data, to, stride);
    case TRI_FOURCC_RGB3:
        return full && RAWToARGB(data[0], pitch, to, (int)stride, width, height) == 0;
    case TRI_FOURCC_BGR3:
        return full && RGB24ToARGB(data[0], pitch, to, (int)stride, width, height) == 0;
    default:
        return convert_yuv(video, shape, data, to, stride);
    }
}

void picture_map(uint8_t *pixels, uint32_t stride, uint32_t width, uint32_t height,
                 const uint8_t table[256])
{
    uint8_t rows[4 * 256]; // libyuv's: B, G, R and A of each code
    for (size_t i = 0; i < 256; i++) {
        rows[4 * i] = rows[4 * i + 1] = rows[4 * i + 2] = table[i];
        rows[4 * i + 3] = (uint8_t)i;
    }
    ARGBColorTable(pixels, (int)stride, rows, 0, 0, (int)width, (int)height);
}
