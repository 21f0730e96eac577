/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include <string.h>

void tri_entry_begin(struct tri_entry *entry, uint32_t parity)
{
    // A reader that sees a byte of the new frame also sees the number 0. The fence's partner
    // is the acquire fence in tri_entry_still(). A full one, not just release: pixels may be stored
    // past the cache (tri_copy()), and such stores can overtake earlier ordinary ones.
    atomic_store_explicit(&entry->stamp, tri_stamp(0, parity), memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
}

#define PUT(field, value)            \
    do {                             \
        if (entry->field != (value)) \
            entry->field = (value);  \
    } while (0)

void tri_entry_finish(struct tri_entry *entry, const struct tri_frame_info *info,
                      const struct tri_shape *shape, uint32_t parity)
{
    const struct tri_video *video = &info->video;
    entry->driver_sequence = info->driver_sequence;
    entry->capture_ns = info->capture_ns;
    entry->publish_ns = info->publish_ns;
    entry->dropped_driver = info->dropped_driver;
    entry->dropped_writer = info->dropped_writer;
    entry->generation = info->generation;
    entry->bytes_used = info->bytes_used;
    PUT(checksum, info->checksum);
    PUT(copies, info->copies);
    PUT(flags, info->flags);
    PUT(planes, shape->planes);
    PUT(fourcc, video->fourcc);
    PUT(width, video->width);
    PUT(height, video->height);
    PUT(fps_num, video->fps_num);
    PUT(fps_den, video->fps_den);
    PUT(colorspace, video->colorspace);
    PUT(transfer, video->transfer);
    PUT(matrix, video->matrix);
    PUT(range, video->range);
    PUT(field, video->field);
    PUT(rotation, video->rotation);
    PUT(aspect_num, video->aspect_num);
    PUT(aspect_den, video->aspect_den);
    PUT(siting, video->siting);
    PUT(bits, video->bits);
    for (uint32_t p = 0; p < shape->planes; p++) {
        PUT(plane[p].offset, shape->plane[p].offset);
        PUT(plane[p].bytes, shape->plane[p].bytes);
        PUT(plane[p].stride, shape->plane[p].stride);
        PUT(plane[p].rows, shape->plane[p].rows);
    }
    PUT(user_bytes, info->user_bytes);

    // Release: pairs with acquire loads of the stamp, which then see the description and the pixels.
    // The fence includes pixels that the caller stored past the cache without a fence of its own.
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store_explicit(&entry->stamp, tri_stamp(info->number, parity), memory_order_release);
}

bool tri_shape_fits(const struct tri_video *video, const struct tri_shape *shape, uint64_t bytes)
{
    struct tri_video strided = *video;
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        strided.stride[p] = shape->plane[p].stride;
    struct tri_shape needed;
    if (tri_video_shape(&strided, &needed) != TRI_OK || shape->planes != needed.planes)
        return false;

    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        const struct tri_plane *need = &needed.plane[p];
        if (plane->bytes > bytes || plane->offset > bytes - plane->bytes)
            return false;
        if (plane->rows != need->rows || plane->row_bytes != need->row_bytes)
            return false;
        // The last row may end with its pixels. A stride of 0 stood for the default above.
        if (plane->rows > 0 &&
            (plane->stride == 0 ||
             plane->bytes < (uint64_t)plane->stride * (plane->rows - 1) + plane->row_bytes))
            return false;
    }
    return true;
}

/** The shape in the entry: its planes, with the rows that follow from format and size. */
static enum tri_err place_planes(const struct tri_entry *copy, uint64_t slot_bytes,
                                 struct tri_video *video, struct tri_shape *shape)
{
    const bool rows_given = !tri_format_find(video->fourcc) && copy->plane[0].rows > 0;
    video->planes = rows_given ? copy->planes : 0;
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++) {
        video->stride[p] = p < copy->planes ? copy->plane[p].stride : 0;
        video->rows[p] = rows_given && p < copy->planes ? copy->plane[p].rows : 0;
    }
    if (tri_video_shape(video, shape) != TRI_OK || copy->planes != shape->planes)
        return TRI_ERR_CORRUPT;

    shape->bytes = 0;
    for (uint32_t p = 0; p < shape->planes; p++) {
        struct tri_plane *plane = &shape->plane[p];
        plane->offset = copy->plane[p].offset;
        plane->bytes = copy->plane[p].bytes;
        if (plane->rows > 0) // compressed and opaque bytes have neither
            plane->stride = copy->plane[p].stride;
        if (plane->bytes > slot_bytes || plane->offset > slot_bytes)
            return TRI_ERR_CORRUPT; // before the sum, which cannot overflow then
        if (plane->offset + plane->bytes > shape->bytes)
            shape->bytes = plane->offset + plane->bytes;
    }
    return TRI_OK;
}

/** Ensures that `known` describes the entry's frame, and that it fits. */
static enum tri_err check_picture(const struct tri_entry *copy, uint64_t slot_bytes,
                                  struct tri_entry_known *known)
{
    const uint8_t *raw = (const uint8_t *)copy + TRI_ENTRY_PICTURE;
    if (known->slot_bytes == slot_bytes && memcmp(known->raw, raw, sizeof(known->raw)) == 0)
        return TRI_OK;

    struct tri_video video = (struct tri_video){
        .fourcc = copy->fourcc,
        .width = copy->width,
        .height = copy->height,
        .fps_num = copy->fps_num,
        .fps_den = copy->fps_den,
        .colorspace = copy->colorspace,
        .transfer = copy->transfer,
        .matrix = copy->matrix,
        .range = copy->range,
        .field = copy->field,
        .rotation = copy->rotation,
        .aspect_num = copy->aspect_num,
        .aspect_den = copy->aspect_den,
        .siting = copy->siting,
        .bits = copy->bits,
    };
    struct tri_shape shape;
    if (!tri_video_valid(&video) || place_planes(copy, slot_bytes, &video, &shape) != TRI_OK ||
        !tri_shape_fits(&video, &shape, slot_bytes))
        return TRI_ERR_CORRUPT;
    memcpy(known->raw, raw, sizeof(known->raw));
    known->slot_bytes = slot_bytes;
    known->video = video;
    known->shape = shape;
    return TRI_OK;
}

enum tri_err tri_entry_read(const struct tri_entry *entry, uint64_t number, uint64_t slot_bytes,
                            struct tri_entry_known *known, struct tri_frame_info *info,
                            struct tri_shape *shape)
{
    if (tri_entry_number(entry) != number)
        return TRI_ERR_TORN;
    struct tri_entry copy;
    memcpy(&copy, (const void *)entry, offsetof(struct tri_entry, user));
    atomic_signal_fence(memory_order_seq_cst); // only the copy is used from here on
    if (!tri_entry_still(entry, number))
        return TRI_ERR_TORN;

    if (copy.user_bytes > TRI_USER_MAX || copy.bytes_used > slot_bytes ||
        !tri_time_sane(copy.capture_ns) || !tri_time_sane(copy.publish_ns) ||
        check_picture(&copy, slot_bytes, known) != TRI_OK ||
        (known->shape.plane[0].rows == 0 && copy.bytes_used > known->shape.plane[0].bytes))
        return TRI_ERR_CORRUPT;

    *shape = known->shape;
    info->video = known->video;
    info->number = number;
    info->driver_sequence = copy.driver_sequence;
    info->capture_ns = copy.capture_ns;
    info->publish_ns = copy.publish_ns;
    info->dropped_driver = copy.dropped_driver;
    info->dropped_writer = copy.dropped_writer;
    info->generation = copy.generation;
    info->bytes_used = copy.bytes_used;
    info->checksum = copy.checksum;
    info->copies = copy.copies;
    info->flags = copy.flags;
    info->user_bytes = copy.user_bytes;
    return TRI_OK;
}
