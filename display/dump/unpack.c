/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include <triptych/copy.h>

enum { Y, U, V, PLANES };

void unpack_sizes(const struct tri_frame *frame, const struct unpack_rule *rule,
                  struct tri_shape *planes)
{
    const struct tri_video *video = &frame->info.video;
    const uint32_t sample = rule->how == UNPACK_TOP10 ? 2 : 1;
    const uint32_t chroma_rows =
        rule->how == UNPACK_PACKED ? video->height : frame->shape.plane[1].rows;

    *planes = (struct tri_shape){ .planes = PLANES };
    for (int p = Y; p < PLANES; p++) {
        struct tri_plane *plane = &planes->plane[p];
        plane->row_bytes = (p == Y ? video->width : (video->width + 1) / 2) * sample;
        plane->stride = plane->row_bytes;
        plane->rows = p == Y ? video->height : chroma_rows;
        plane->bytes = (uint64_t)plane->stride * plane->rows;
        plane->offset = planes->bytes;
        planes->bytes += plane->bytes;
    }
}

static void unpack_packed(const struct tri_frame *frame, const struct unpack_rule *rule,
                          const struct tri_shape *planes, uint8_t *to)
{
    const uint32_t width = frame->info.video.width;
    for (size_t row = 0; row < frame->info.video.height; row++) {
        const uint8_t *from = frame->data[0] + row * frame->shape.plane[0].stride;
        uint8_t *y = to + row * planes->plane[Y].stride;
        uint8_t *u = to + planes->plane[U].offset + row * planes->plane[U].stride;
        uint8_t *v = to + planes->plane[V].offset + row * planes->plane[V].stride;
        for (uint32_t x = 0; x < width; x += 2, from += 4) {
            *y++ = from[rule->y];
            if (x + 1 < width)
                *y++ = from[rule->y + 2];
            *u++ = from[rule->u];
            *v++ = from[rule->v];
        }
    }
}

static void unpack_pairs(const struct tri_frame *frame, const struct unpack_rule *rule,
                         const struct tri_shape *planes, uint8_t *to)
{
    for (size_t row = 0; row < planes->plane[U].rows; row++) {
        const uint8_t *from = frame->data[1] + row * frame->shape.plane[1].stride;
        uint8_t *u = to + planes->plane[U].offset + row * planes->plane[U].stride;
        uint8_t *v = to + planes->plane[V].offset + row * planes->plane[V].stride;
        for (uint32_t x = 0; x < planes->plane[U].row_bytes; x++, from += 2) {
            u[x] = from[rule->u];
            v[x] = from[rule->v];
        }
    }
}

/* One sample of 10 bits from the top of 16 to the bottom; both little endian. */
static void shift_down(const uint8_t *from, uint8_t *to)
{
    const unsigned value = (unsigned)(from[0] | from[1] << 8) >> 6;
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

static void unpack_top10(const struct tri_frame *frame, const struct tri_shape *planes, uint8_t *to)
{
    for (size_t row = 0; row < planes->plane[Y].rows; row++) {
        const uint8_t *from = frame->data[0] + row * frame->shape.plane[0].stride;
        for (uint32_t x = 0; x < planes->plane[Y].row_bytes; x += 2)
            shift_down(from + x, to + row * planes->plane[Y].stride + x);
    }
    for (size_t row = 0; row < planes->plane[U].rows; row++) {
        const uint8_t *from = frame->data[1] + row * frame->shape.plane[1].stride;
        uint8_t *u = to + planes->plane[U].offset + row * planes->plane[U].stride;
        uint8_t *v = to + planes->plane[V].offset + row * planes->plane[V].stride;
        for (uint32_t x = 0; x < planes->plane[U].row_bytes; x += 2, from += 4) {
            shift_down(from, u + x);
            shift_down(from + 2, v + x);
        }
    }
}

void unpack(const struct tri_frame *frame, const struct unpack_rule *rule,
            const struct tri_shape *planes, uint8_t *to)
{
    switch (rule->how) {
    case UNPACK_PACKED:
        unpack_packed(frame, rule, planes, to);
        break;
    case UNPACK_TOP10:
        unpack_top10(frame, planes, to);
        break;
    case UNPACK_SEMI:
        tri_copy_rows(to, planes->plane[Y].stride, frame->data[0], frame->shape.plane[0].stride,
                      planes->plane[Y].row_bytes, planes->plane[Y].rows);
        unpack_pairs(frame, rule, planes, to);
        break;
    case UNPACK_NOT:
        break;
    }
}
