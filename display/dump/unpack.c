/* SPDX-License-Identifier: MIT */
#include "unpack.h"

#include "picture/planar.h"

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

void unpack(const struct tri_frame *frame, const struct unpack_rule *rule,
            const struct tri_shape *planes, uint8_t *to)
{
    const struct tri_video *video = &frame->info.video;
    const struct tri_plane *plane = frame->shape.plane;
    const int width = (int)video->width;
    const int chroma_rows = (int)planes->plane[U].rows;
    struct planar made;
    for (int p = Y; p < PLANES; p++) {
        made.data[p] = to + planes->plane[p].offset;
        made.stride[p] = (int)planes->plane[p].stride;
    }

    switch (rule->how) {
    case UNPACK_PACKED:
        planar_split(video->fourcc, frame->data[0], plane[0].stride, &made, width, chroma_rows);
        break;
    case UNPACK_TOP10:
        planar_lower(frame->data[0], plane[0].stride, to, planes->plane[Y].stride, width,
                     (int)video->height, 10);
        planar_split_p010(frame->data[1], plane[1].stride, &made, width, chroma_rows);
        break;
    case UNPACK_SEMI:
        tri_copy_rows(to, planes->plane[Y].stride, frame->data[0], plane[0].stride,
                      planes->plane[Y].row_bytes, planes->plane[Y].rows);
        planar_split(video->fourcc, frame->data[1], plane[1].stride, &made, width, chroma_rows);
        break;
    case UNPACK_NOT:
        break;
    }
}
