/* SPDX-License-Identifier: MIT */
/** A V4L2 format in triptych's terms: what the pictures are, and where a buffer has their planes. */
#ifndef CAPTURE_CAMERA_FORMAT_H
#define CAPTURE_CAMERA_FORMAT_H

#include "camera_device.h"

/** Where a plane of the picture lies in a buffer. */
struct camera_plane {
    uint32_t memory;      // V4L2 plane: 0, unless each plane has memory of its own ("NM12")
    uint32_t stride;      // bytes from row to row
    uint32_t row_bytes;   // of a row that are pixels
    uint32_t rows;        // in a buffer
    uint64_t offset;      // bytes from the memory's start
    uint64_t slot_offset; // where it lies in a slot that is lent as a buffer
};

struct camera_format {
    struct v4l2_format native;   // as it is set in the driver
    struct v4l2_format emulated; // what libv4lconvert makes of it; type 0: nothing, native is it
    struct tri_video video;      // of the stream's frames
    struct tri_shape shape;      // of `video`
    struct camera_plane plane[TRI_PLANES_MAX];  // of a picture, made by libv4lconvert or not
    struct camera_plane buffer[TRI_PLANES_MAX]; // as the driver fills them
    uint32_t buffer_planes;                     // 0: compressed, or unknown
    bool compressed;                            // the driver marks `native` so
    bool woven;                                 // a buffer is every other line of a picture
    uint32_t memories;                          // V4L2 planes of a buffer
    uint64_t slot_bytes; // that a slot needs to be lent as a buffer, or converted into
};

/** triptych's format for a V4L2 one; NULL if there is none. */
const struct tri_format *camera_format_find(uint32_t v4l2_fourcc);

/** The fields of v4l2_format that both APIs have. */
uint32_t camera_format_fourcc(const struct v4l2_format *format);
uint32_t camera_format_width(const struct v4l2_format *format);
uint32_t camera_format_height(const struct v4l2_format *format);

/** Whether buffers hold single fields, whose lines are what `height` counts. */
bool camera_format_alternates(const struct v4l2_format *format);

/** A v4l2_format for TRY_FMT and S_FMT; everything not given is the driver's choice. */
struct v4l2_format camera_format_request(uint32_t type, uint32_t v4l2_fourcc, uint32_t width,
                                         uint32_t height);

/** Fills all but `native`, `emulated` and `compressed`, which are set, and the rate. Strides of
 *  `video` are the driver's. @return false: no format of triptych, or sizes that make no sense */
bool camera_format_describe(struct camera_format *format);

/** Whether the driver can write its pictures into slots: no conversion, rows as the slot's, and
 *  memory for them all. */
bool camera_format_fits_slot(const struct camera_format *format);

/** Whether the driver's rows are longer than their pixels. */
bool camera_format_is_padded(const struct camera_format *format);

/** Bytes that memory `index` of a whole buffer holds at least; 1 for a compressed one. */
uint64_t camera_format_least_bytes(const struct camera_format *format, uint32_t index);

#endif
