/* SPDX-License-Identifier: MIT */
#include "camera_copy.h"

#include <inttypes.h>
#include <libv4lconvert.h>
#include <stdio.h>
#include <string.h>

#define DEEPEST_BYTES 4 // of a pixel in any format that libv4lconvert reads

/** The second byte of markers, ITU-T T.81 table B.1. */
enum {
    JPEG_SOF0 = 0xc0, // to SOF15 these hold the size, except DHT, JPG and DAC
    JPEG_DHT = 0xc4,
    JPEG_JPG = 0xc8,
    JPEG_DAC = 0xcc,
    JPEG_SOF15 = 0xcf,
    JPEG_SOI = 0xd8,
    JPEG_SOS = 0xda,
};

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
    if (format->rowless)
        draft->info.bytes_used = taken->used[0] - taken->offset[0];
}

bool camera_is_complete(const struct camera_format *format, const struct camera_taken *taken,
                        char why[CAMERA_WHY_MAX])
{
    if (taken->flags & V4L2_BUF_FLAG_ERROR) {
        snprintf(why, CAMERA_WHY_MAX, "marked as bad by the driver (%u bytes)", taken->used[0]);
        return false;
    }
    for (uint32_t m = 0; m < format->memories; m++) {
        const uint64_t needed = camera_format_least_bytes(format, m);
        const uint32_t bytes =
            taken->used[m] > taken->offset[m] ? taken->used[m] - taken->offset[m] : 0;
        if (bytes == 0) {
            snprintf(why, CAMERA_WHY_MAX, "empty");
            return false;
        }
        if (bytes < needed) {
            snprintf(why, CAMERA_WHY_MAX, "truncated (%u of %" PRIu64 " bytes)", bytes, needed);
            return false;
        }
    }
    return true;
}

size_t camera_scratch_bytes(const struct camera_format *format)
{
    const struct v4l2_format *native = &format->native;
    if (!format->emulated.type || format->compressed ||
        (format->buffer_planes && !camera_format_is_padded(format)))
        return 0;
    return (size_t)camera_format_width(native) * camera_format_height(native) * DEEPEST_BYTES;
}

/** Copies rows without padding into `scratch`, which is large enough for every format:
 *  libv4lconvert skips padding only in some formats, and reads past the end of a short buffer in
 *  others. */
static int repack(const struct camera_format *format, const uint8_t *from, uint32_t used,
                  uint8_t *scratch, struct v4l2_pix_format *pix)
{
    const size_t room = camera_scratch_bytes(format);
    uint8_t *to = scratch;
    if (format->buffer_planes == 0) {
        const size_t bytes = used < room ? used : room;
        memcpy(scratch, from, bytes);
        memset(scratch + bytes, 0, room - bytes);
        return (int)room;
    }
    for (uint32_t p = 0; p < format->buffer_planes; p++) {
        const struct camera_plane *plane = &format->buffer[p];
        const uint32_t row = plane->stride < plane->row_bytes ? plane->stride : plane->row_bytes;
        tri_copy_rows(to, plane->row_bytes, from + plane->offset, plane->stride, row, plane->rows);
        to += (size_t)plane->row_bytes * plane->rows;
    }
    pix->bytesperline = format->buffer[0].row_bytes;
    pix->sizeimage = (uint32_t)(to - scratch);
    return (int)pix->sizeimage;
}

static bool convert(const struct camera_format *format, struct v4lconvert_data *converter,
                    const struct camera_buffer *buffer, const struct camera_taken *taken,
                    uint8_t *scratch, struct tri_draft *draft, char why[CAMERA_WHY_MAX])
{
    struct v4l2_format native = format->native;
    uint8_t *from = buffer->start[0] + taken->offset[0];
    int bytes = (int)(taken->used[0] - taken->offset[0]);
    camera_place(format, draft);
    if (format->buffer_planes)
        native.fmt.pix.bytesperline = format->buffer[0].stride;
    if (scratch) {
        bytes = repack(format, from, (uint32_t)bytes, scratch, &native.fmt.pix);
        from = scratch;
    }
    const int made = v4lconvert_convert(converter, &native, &format->emulated, from, bytes,
                                        draft->data[0], (int)format->slot_bytes);
    if (made < 0) {
        snprintf(why, CAMERA_WHY_MAX, "not convertible: %s",
                 v4lconvert_get_error_message(converter));
        why[strcspn(why, "\n")] = '\0';
    }
    return made >= 0;
}

/** Copies a frame, or the lines of a field: every other one, from the first or the second on. */
static void copy_rows(const struct camera_format *format, const struct camera_buffer *buffer,
                      const struct camera_taken *taken, struct tri_draft *draft)
{
    const uint32_t step = format->woven ? 2 : 1;
    const uint32_t first = format->woven && taken->field == V4L2_FIELD_BOTTOM;
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct camera_plane *plane = &format->plane[p];
        const struct tri_plane *slot = &draft->shape.plane[p];
        const uint32_t row = plane->stride < slot->row_bytes ? plane->stride : slot->row_bytes;
        const uint32_t room = (slot->rows - first + step - 1) / step;
        tri_copy_rows(draft->data[p] + (size_t)first * slot->stride, (size_t)step * slot->stride,
                      buffer->start[plane->memory] + taken->offset[plane->memory] + plane->offset,
                      plane->stride, row, plane->rows < room ? plane->rows : room);
    }
}

bool camera_copy(const struct camera_format *format, struct v4lconvert_data *converter,
                 const struct camera_buffer *buffer, const struct camera_taken *taken,
                 uint8_t *scratch, struct tri_draft *draft, char why[CAMERA_WHY_MAX])
{
    draft->info.copies = 1;
    if (converter)
        return convert(format, converter, buffer, taken, scratch, draft, why);

    if (format->rowless) {
        const uint32_t bytes = taken->used[0] - taken->offset[0];
        if (bytes > draft->shape.bytes) {
            snprintf(why, CAMERA_WHY_MAX, "larger than a slot (%u of %" PRIu64 " bytes)", bytes,
                     draft->shape.bytes);
            return false;
        }
        tri_copy(draft->data[0], buffer->start[0] + taken->offset[0], bytes);
        draft->info.bytes_used = bytes;
        return true;
    }
    copy_rows(format, buffer, taken, draft);
    return true;
}

bool camera_jpeg_size(const uint8_t *jpeg, size_t bytes, uint32_t *width, uint32_t *height)
{
    size_t at = 0;
    while (at + 9 <= bytes) {
        const uint8_t marker = jpeg[at + 1];
        if (jpeg[at] != 0xff || marker == 0 || marker == 0xff || marker == JPEG_SOI) {
            at++; // skip bytes between segments, as decoders do
            continue;
        }
        if (marker >= JPEG_SOF0 && marker <= JPEG_SOF15 && marker != JPEG_DHT &&
            marker != JPEG_JPG && marker != JPEG_DAC) {
            *height = (uint32_t)jpeg[at + 5] << 8 | jpeg[at + 6];
            *width = (uint32_t)jpeg[at + 7] << 8 | jpeg[at + 8];
            return *width > 0 && *height > 0;
        }
        if (marker == JPEG_SOS)
            return false;
        at += 2 + ((size_t)jpeg[at + 2] << 8 | jpeg[at + 3]);
    }
    return false;
}
