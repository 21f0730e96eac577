/* SPDX-License-Identifier: MIT */
#include <triptych/video.h>

#include "reserved.h"

#include <string.h>

#define PLANE_ALIGN      64u    // a cache line, and the widest vector
#define OPAQUE_BYTES_MIN 65536u // room for the JPEG tables of a tiny picture
#define HD_LINES         720u   // from here on unlabelled YUV is BT.709

#define WORDS(noun, LIST, fallback)               \
    const char *tri_##noun##_name(uint32_t value) \
    {                                             \
        switch (value) {                          \
            LIST(WORD_CASE)                       \
        default:                                  \
            return fallback;                      \
        }                                         \
    }                                             \
    int tri_##noun##_from_name(const char *word)  \
    {                                             \
        LIST(VALUE_IF)                            \
        return -1;                                \
    }
#define WORD_CASE(name, value, word) \
    case value:                      \
        return word;
#define VALUE_IF(name, value, text) \
    if (strcmp(word, text) == 0)    \
        return value;

WORDS(colorspace, TRI_COLORSPACES, "default")
WORDS(transfer, TRI_TRANSFERS, "default")
WORDS(matrix, TRI_MATRICES, "default")
WORDS(range, TRI_RANGES, "default")
WORDS(field, TRI_FIELDS, "any")
WORDS(siting, TRI_SITINGS, "default")

static uint64_t round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) / to * to;
}

static uint32_t ceil_div(uint32_t value, uint32_t by)
{
    return (value + by - 1) / by;
}

/** Sets the rows of plane `p`. */
static void set_rows(const struct tri_video *video, const struct tri_format *format, uint32_t p,
                     struct tri_plane *plane)
{
    if (!format) {
        plane->row_bytes = plane->stride = video->stride[p];
        plane->rows = video->rows[p];
        return;
    }
    const struct tri_plane_rule *rule = &format->plane[p];
    plane->row_bytes = ceil_div(video->width, rule->pixels) * rule->bytes;
    plane->rows = ceil_div(video->height, rule->lines);
    plane->stride =
        video->stride[p] ? video->stride[p] : (uint32_t)round_up(plane->row_bytes, PLANE_ALIGN);
}

enum tri_err tri_video_shape(const struct tri_video *video, struct tri_shape *shape)
{
    *shape = (struct tri_shape){ 0 };
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (video->fourcc == 0 || video->width < 1 || video->width > TRI_DIMENSION_MAX ||
        video->height < 1 || video->height > TRI_DIMENSION_MAX || !TRI_RESERVED_ARE_ZERO(video) ||
        video->planes > (format ? 0 : TRI_PLANES_MAX))
        return TRI_ERR_INVALID;

    // No overflow from here on: dimensions are at most 2^14, a group at most 128 bytes of 48 pixels.
    const bool blob = format ? format->family == TRI_FAMILY_COMPRESSED : video->planes == 0;
    struct tri_shape made = { .planes = format ? format->planes : blob ? 1 : video->planes };
    for (uint32_t p = 0; p < made.planes; p++) {
        struct tri_plane *plane = &made.plane[p];
        plane->offset = made.bytes;
        if (blob) {
            plane->bytes = (uint64_t)video->width * video->height * 2;
            if (plane->bytes < OPAQUE_BYTES_MIN)
                plane->bytes = OPAQUE_BYTES_MIN;
        } else {
            set_rows(video, format, p, plane);
            plane->bytes = (uint64_t)plane->stride * plane->rows;
            // Libraries that convert and draw pictures compute this product in an int.
            if (plane->bytes == 0 || plane->stride < plane->row_bytes || plane->bytes > INT32_MAX)
                return TRI_ERR_INVALID;
        }
        made.bytes += round_up(plane->bytes, PLANE_ALIGN);
    }
    *shape = made;
    return TRI_OK;
}

enum tri_matrix tri_video_matrix(const struct tri_video *video)
{
    if (video->matrix != TRI_MATRIX_DEFAULT)
        return (enum tri_matrix)video->matrix;

    switch (video->colorspace) { // V4L2_MAP_YCBCR_ENC_DEFAULT of videodev2.h
    case TRI_COLORSPACE_DEFAULT:
        return video->height < HD_LINES ? TRI_MATRIX_601 : TRI_MATRIX_709;
    case TRI_COLORSPACE_REC709:
    case TRI_COLORSPACE_DCIP3:
        return TRI_MATRIX_709;
    case TRI_COLORSPACE_BT2020:
        return TRI_MATRIX_BT2020;
    case TRI_COLORSPACE_SMPTE240M:
        return TRI_MATRIX_SMPTE240M;
    default:
        return TRI_MATRIX_601;
    }
}

enum tri_range tri_video_range(const struct tri_video *video)
{
    if (video->range != TRI_RANGE_DEFAULT)
        return (enum tri_range)video->range;

    const struct tri_format *format = tri_format_find(video->fourcc);
    const bool limited =
        format && format->family == TRI_FAMILY_YUV && video->colorspace != TRI_COLORSPACE_JPEG;
    return limited ? TRI_RANGE_LIMITED : TRI_RANGE_FULL;
}

bool tri_video_valid(const struct tri_video *video)
{
    const bool rate = (video->fps_den != 0 || video->fps_num == 0) && video->fps_num <= INT32_MAX &&
                      video->fps_den <= INT32_MAX;
    const bool aspect = (video->aspect_num == 0) == (video->aspect_den == 0) &&
                        video->aspect_num <= TRI_ASPECT_MAX && video->aspect_den <= TRI_ASPECT_MAX;
    return rate && aspect && video->bits <= 16 && video->rotation % 90 == 0 &&
           video->rotation < 360;
}

bool tri_video_same(const struct tri_video *a, const struct tri_video *b)
{
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        if (a->rows[p] != b->rows[p] || (a->planes > 0 && a->stride[p] != b->stride[p]))
            return false;
    return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
           a->fps_num == b->fps_num && a->fps_den == b->fps_den && a->colorspace == b->colorspace &&
           a->transfer == b->transfer && a->matrix == b->matrix && a->range == b->range &&
           a->field == b->field && a->rotation == b->rotation && a->aspect_num == b->aspect_num &&
           a->aspect_den == b->aspect_den && a->siting == b->siting && a->bits == b->bits &&
           a->planes == b->planes;
}
