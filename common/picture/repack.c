/* SPDX-License-Identifier: MIT */
#include "repack.h"

#include "planar.h"

#include <libyuv.h>
#include <triptych/copy.h>

/** A frame and where it goes, planes by component: Y, U, V. */
struct repack {
    const struct tri_format *source;
    const struct tri_format *target;
    const struct tri_shape *shape;
    const uint8_t *const *data;
    uint8_t *const *to;
    const uint32_t *stride;
    int width;
    int height;
};

static bool is_bytes(const struct tri_format *format)
{
    return format->family == TRI_FAMILY_YUV && format->depth == 8;
}

static bool same_sampling(const struct tri_format *a, const struct tri_format *b)
{
    return a->component[1].across == b->component[1].across &&
           a->component[1].down == b->component[1].down;
}

/** Luma in a plane of its own, chroma alternating in a second one. */
static bool is_semi_planar(const struct tri_format *format)
{
    return format->planes == 2;
}

static bool is_packed(const struct tri_format *format)
{
    return format->planes == 1;
}

/** Whether V comes before U where they alternate. */
static bool is_v_first(const struct tri_format *format)
{
    return format->component[2].first < format->component[1].first;
}

static const uint8_t *plane(const struct repack *r, unsigned component, int *pitch)
{
    const unsigned p = r->source->component[component].plane;
    *pitch = (int)r->shape->plane[p].stride;
    return r->data[p];
}

static uint8_t *target(const struct repack *r, unsigned component, int *pitch)
{
    const unsigned p = r->target->component[component].plane;
    *pitch = (int)r->stride[p];
    return r->to[p];
}

static void copy_luma(const struct repack *r)
{
    int from_pitch;
    int pitch;
    const uint8_t *from = plane(r, 0, &from_pitch);
    uint8_t *to = target(r, 0, &pitch);
    tri_copy_rows(to, (size_t)pitch, from, (size_t)from_pitch, (size_t)r->width, (size_t)r->height);
}

/** Into a plane for each component. */
static void split(const struct repack *r)
{
    uint8_t *to[3];
    uint32_t stride[3];
    for (unsigned c = 0; c < 3; c++) {
        to[c] = r->to[r->target->component[c].plane];
        stride[c] = r->stride[r->target->component[c].plane];
    }
    for (unsigned p = 0; p < r->shape->planes; p++)
        planar_split(r->source, p, r->data[p], r->shape->plane[p].stride, to, stride,
                     (uint32_t)r->width, r->shape->plane[p].rows);
}

/** From a plane for each component into alternating chroma. */
static void merge(const struct repack *r)
{
    const bool swap = is_v_first(r->target);
    const struct tri_component *chroma = &r->source->component[1];
    int first_pitch;
    int second_pitch;
    int pitch;
    const uint8_t *first = plane(r, swap ? 2 : 1, &first_pitch);
    const uint8_t *second = plane(r, swap ? 1 : 2, &second_pitch);
    uint8_t *to = target(r, 1, &pitch);
    copy_luma(r);
    MergeUVPlane(first, first_pitch, second, second_pitch, to, pitch,
                 (r->width + chroma->across - 1) / chroma->across,
                 (r->height + chroma->down - 1) / chroma->down);
}

/** From three planes of 4:2:2 into YUYV, YVYU or UYVY. */
static void pack(const struct repack *r)
{
    const bool swap = is_v_first(r->target);
    int pitch[3];
    const uint8_t *y = plane(r, 0, &pitch[0]);
    const uint8_t *u = plane(r, swap ? 2 : 1, &pitch[1]);
    const uint8_t *v = plane(r, swap ? 1 : 2, &pitch[2]);
    uint8_t *to = r->to[0];
    const int to_pitch = (int)r->stride[0];
    if (r->target->fourcc == TRI_FOURCC_UYVY)
        I422ToUYVY(y, pitch[0], u, pitch[1], v, pitch[2], to, to_pitch, r->width, r->height);
    else
        I422ToYUY2(y, pitch[0], u, pitch[1], v, pitch[2], to, to_pitch, r->width, r->height);
}

/** NV12 into NV21 and back. */
static void swap_chroma(const struct repack *r)
{
    copy_luma(r);
    SwapUVPlane(r->data[1], (int)r->shape->plane[1].stride, r->to[1], (int)r->stride[1],
                (r->width + 1) / 2, (r->height + 1) / 2);
}

/** From YUYV, YVYU or UYVY into three planes of 4:2:0. */
static void unpack_planar(const struct repack *r)
{
    const bool swap = is_v_first(r->source);
    int pitch[3];
    uint8_t *y = target(r, 0, &pitch[0]);
    uint8_t *u = target(r, swap ? 2 : 1, &pitch[1]);
    uint8_t *v = target(r, swap ? 1 : 2, &pitch[2]);
    const int from = (int)r->shape->plane[0].stride;
    if (r->source->fourcc == TRI_FOURCC_UYVY)
        UYVYToI420(r->data[0], from, y, pitch[0], u, pitch[1], v, pitch[2], r->width, r->height);
    else
        YUY2ToI420(r->data[0], from, y, pitch[0], u, pitch[1], v, pitch[2], r->width, r->height);
}

/** The same into NV12, or from YVYU into NV21. */
static void unpack_semi_planar(const struct repack *r)
{
    int pitch[2];
    uint8_t *y = target(r, 0, &pitch[0]);
    uint8_t *uv = target(r, 1, &pitch[1]);
    const int from = (int)r->shape->plane[0].stride;
    if (r->source->fourcc == TRI_FOURCC_UYVY)
        UYVYToNV12(r->data[0], from, y, pitch[0], uv, pitch[1], r->width, r->height);
    else
        YUY2ToNV12(r->data[0], from, y, pitch[0], uv, pitch[1], r->width, r->height);
}

typedef void repack_function(const struct repack *r);

static repack_function *choose(const struct tri_format *source, const struct tri_format *target)
{
    if (!source || !target || source == target || !is_bytes(source) || !is_bytes(target))
        return NULL;
    const bool same = same_sampling(source, target);
    if (same && planar_is(target))
        return split;
    if (same && planar_is(source))
        return is_semi_planar(target) ? merge : pack;
    if (same && is_semi_planar(source) && is_semi_planar(target))
        return swap_chroma;
    const bool halves =
        is_packed(source) && target->component[1].across == 2 && target->component[1].down == 2;
    if (halves && planar_is(target))
        return unpack_planar;
    return halves && is_v_first(source) == is_v_first(target) ? unpack_semi_planar : NULL;
}

bool repack_can(uint32_t from, uint32_t to)
{
    return choose(tri_format_find(from), tri_format_find(to)) != NULL;
}

bool repack(const struct tri_video *video, const struct tri_shape *shape,
            const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
            uint8_t *const to[TRI_PLANES_MAX], const uint32_t stride[TRI_PLANES_MAX])
{
    const struct repack r = { .source = tri_format_find(video->fourcc),
                              .target = tri_format_find(fourcc),
                              .shape = shape,
                              .data = data,
                              .to = to,
                              .stride = stride,
                              .width = (int)video->width,
                              .height = (int)video->height };
    repack_function *function = choose(r.source, r.target);
    if (function)
        function(&r);
    return function != NULL;
}
