/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include <libv4lconvert.h>

void camera_place(const struct camera_format *format, struct tri_draft *draft)
{
    uint8_t *start = draft->data[0] - draft->shape.plane[0].offset;

    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        draft->shape.plane[p].offset = format->plane[p].slot_offset;
        draft->data[p] = start + format->plane[p].slot_offset;
    }
}

void camera_shift(const struct camera_format *format, const struct camera_taken *taken,
                  struct tri_draft *draft)
{
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const uint32_t by = taken->offset[format->plane[p].memory];
        draft->shape.plane[p].offset += by;
        draft->data[p] += by;
    }
    if (tri_format_find(format->video.fourcc)->family == TRI_FAMILY_COMPRESSED)
        draft->info.bytes_used = taken->used[0] - taken->offset[0];
}

bool camera_is_whole(const struct camera_format *format, const struct camera_taken *taken,
                     const char **why)
{
    *why = "marked as bad by the driver";
    if (taken->flags & V4L2_BUF_FLAG_ERROR)
        return false;
    *why = "cut short";
    for (uint32_t m = 0; m < format->memories; m++) {
        const uint64_t needed = taken->offset[m] + camera_format_least_bytes(format, m);
        if (taken->used[m] < needed)
            return false;
    }
    *why = NULL;
    return true;
}

static bool convert(const struct camera_format *format, struct v4lconvert_data *converter,
                    const struct camera_buffer *buffer, const struct camera_taken *taken,
                    struct tri_draft *draft, const char **why)
{
    camera_place(format, draft);
    const int made =
        v4lconvert_convert(converter, &format->native, &format->emulated, buffer->start[0],
                           (int)taken->used[0], draft->data[0], (int)format->slot_bytes);
    *why = made < 0 ? v4lconvert_get_error_message(converter) : NULL;
    return made >= 0;
}

bool camera_copy(const struct camera_format *format, struct v4lconvert_data *converter,
                 const struct camera_buffer *buffer, const struct camera_taken *taken,
                 struct tri_draft *draft, const char **why)
{
    draft->info.copies = 1;
    if (converter)
        return convert(format, converter, buffer, taken, draft, why);

    if (tri_format_find(format->video.fourcc)->family == TRI_FAMILY_COMPRESSED) {
        const uint32_t bytes = taken->used[0] - taken->offset[0];
        *why = "larger than a slot";
        if (bytes > draft->shape.bytes)
            return false;
        tri_copy(draft->data[0], buffer->start[0] + taken->offset[0], bytes);
        draft->info.bytes_used = bytes;
        return true;
    }
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct camera_plane *plane = &format->plane[p];
        const struct tri_plane *slot = &draft->shape.plane[p];
        const uint32_t row = plane->stride < slot->row_bytes ? plane->stride : slot->row_bytes;
        tri_copy_rows(draft->data[p], slot->stride,
                      buffer->start[plane->memory] + taken->offset[plane->memory] + plane->offset,
                      plane->stride, row, slot->rows);
    }
    return true;
}
