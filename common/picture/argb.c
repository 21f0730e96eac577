/* SPDX-License-Identifier: MIT */
#include "argb.h"
#include "picture.h"
#include "planar.h"

#include <libyuv.h>

/* Chroma of a packed or half-planar 4:2:2 picture is taken apart for so many bytes at a time that
 * luma and chroma of a strip stay in the cache: at least two of the widest rows. */
enum { STRIP_BYTES = 2 * 2 * TRI_DIMENSION_MAX };

/** libyuv's own constants hold factors of chroma up to 2, as they are meant for every processor: blue
 *  in the limited range of BT.709 and 2020 needs 2.11 and 2.14, and is off by up to 16 of 255 without.
 *  Its code for x86 takes factors below 4. @return false elsewhere */
static bool widen(struct YuvConstants *yuv, const struct YuvConstants *narrow, uint8_t blue)
{
#if defined(__x86_64__) || defined(__i386__)
    *yuv = *narrow;
    for (size_t i = 0; i < sizeof yuv->kUVToB; i += 2) // U and V alternate, in 64ths
        yuv->kUVToB[i] = blue;
    return true;
#else
    (void)yuv;
    (void)narrow;
    (void)blue;
    return false;
#endif
}

/** Sets what libyuv multiplies with for `video`. @return false where it has nothing */
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

static void convert_strips(const struct tri_video *video, const struct tri_shape *shape,
                           const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride,
                           const struct YuvConstants *yuv)
{
    uint8_t strip[STRIP_BYTES];
    const struct tri_format *format = tri_format_find(video->fourcc);
    const bool packed = format->planes == 1;
    const uint32_t width = video->width;
    const uint32_t half = (width + 1) / 2;
    const uint32_t at_once = STRIP_BYTES / (width + 2 * half);
    const unsigned chroma = packed ? 0 : 1; // the plane it is in

    for (uint32_t row = 0; row < video->height; row += at_once) {
        const uint32_t left = video->height - row;
        const uint32_t rows = left < at_once ? left : at_once;
        uint8_t *const u = strip + (size_t)width * rows;
        uint8_t *const v = u + (size_t)half * rows;
        const uint8_t *const from = data[chroma] + (size_t)row * shape->plane[chroma].stride;
        planar_split(format, chroma, from, shape->plane[chroma].stride,
                     (uint8_t *const[3]){ strip, u, v }, (const uint32_t[3]){ width, half, half },
                     width, rows);

        const uint8_t *const y = packed ? strip : data[0] + (size_t)row * shape->plane[0].stride;
        I422ToARGBMatrix(y, packed ? (int)width : (int)shape->plane[0].stride, u, (int)half, v,
                         (int)half, to + (size_t)row * stride, (int)stride, yuv, (int)width,
                         (int)rows);
    }
}

/** Samples of 16 bits by their address and the words from row to row. @return NULL where rows do not
 *  begin at a whole word */
static const uint16_t *words(const uint8_t *data, uint32_t stride, int *pitch)
{
    *pitch = (int)(stride / 2);
    return stride % 2 || (uintptr_t)data % 2 ? NULL : (const uint16_t *)(const void *)data;
}

static bool convert_p010(const struct tri_video *video, const struct tri_shape *shape,
                         const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride,
                         const struct YuvConstants *yuv)
{
    int pitch[2];
    const uint16_t *const y = words(data[0], shape->plane[0].stride, &pitch[0]);
    const uint16_t *const uv = words(data[1], shape->plane[1].stride, &pitch[1]);

    return y && uv &&
           P010ToARGBMatrix(y, pitch[0], uv, pitch[1], to, (int)stride, yuv, (int)video->width,
                            (int)video->height) == 0;
}

static bool convert_y16(const struct tri_video *video, const struct tri_shape *shape,
                        const uint8_t *const data[TRI_PLANES_MAX], uint8_t *to, uint32_t stride,
                        const struct YuvConstants *yuv)
{
    uint8_t strip[STRIP_BYTES];
    const int width = (int)video->width;
    const uint32_t bits = video->bits ? video->bits : 16;
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
        return convert_p010(video, shape, data, to, stride, yuv);
    case TRI_FOURCC_YUYV:
    case TRI_FOURCC_YVYU:
    case TRI_FOURCC_UYVY:
    case TRI_FOURCC_NV16:
        convert_strips(video, shape, data, to, stride, yuv);
        return true;
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
    case TRI_FOURCC_GREY: // its range counts, its matrix says nothing
        return I400ToARGBMatrix(data[0], pitch, to, (int)stride, grey, width, height) == 0;
    case TRI_FOURCC_Y16:
        return convert_y16(video, shape, data, to, stride, grey);
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
