/* SPDX-License-Identifier: MIT */
/** A V4L2 format in triptych's terms: the frames, and where their planes lie in a buffer. */
#ifndef CAPTURE_CAMERA_FORMAT_H
#define CAPTURE_CAMERA_FORMAT_H

#include "camera_device.h"

/** Where a plane lies in a buffer. */
struct camera_plane {
    uint32_t memory;      // V4L2 plane: 0, unless each plane has its own memory ("NM12")
    uint32_t stride;      // bytes from row to row
    uint32_t row_bytes;   // pixels of a row
    uint32_t rows;        // in a buffer
    uint64_t offset;      // from the start of the memory
    uint64_t slot_offset; // in a slot that serves as the buffer
};

struct camera_format {
    struct v4l2_format native;   // as set in the driver
    struct v4l2_format emulated; // what libv4lconvert converts it to; type 0: no conversion
    struct tri_video video;      // of the stream's frames
    struct tri_shape shape;      // of `video`
    struct camera_plane plane[TRI_PLANES_MAX];  // of a frame, after conversion if there is one
    struct camera_plane buffer[TRI_PLANES_MAX]; // of a buffer of the driver
    uint32_t buffer_planes;                     // 0: compressed or unknown
    bool rowless;                               // a frame is `bytes_used` bytes
    bool compressed;                            // the driver marks `native` as compressed
    bool woven;                                 // a buffer has every other line of a frame
    uint32_t memories;                          // number of V4L2 planes of a buffer
    uint64_t slot_bytes; // minimum size of a slot that serves as a buffer, or is converted into
};

/** triptych's format for a V4L2 one; NULL if there is none. */
const struct tri_format *camera_format_find(uint32_t v4l2_fourcc);

/** The fields that the single-planar and the multi-planar API have in common. */
uint32_t camera_format_fourcc(const struct v4l2_format *format);
uint32_t camera_format_width(const struct v4l2_format *format);
uint32_t camera_format_height(const struct v4l2_format *format);

/** Whether buffers hold single fields; `height` then is that of a field. */
bool camera_format_alternates(const struct v4l2_format *format);

/** Makes a v4l2_format for TRY_FMT and S_FMT; the driver chooses everything else. */
struct v4l2_format camera_format_request(uint32_t type, uint32_t v4l2_fourcc, uint32_t width,
                                         uint32_t height);

/** Derives everything except the rate from `native`, `emulated` and `compressed`. video.stride is
 *  that of the driver. A format that triptych does not know is opaque: one plane for each memory, with
 *  the driver's rows, or without rows. @return false: impossible sizes */
bool camera_format_describe(struct camera_format *format);

/** Whether the driver can write its frames into slots: no conversion, rows as in a slot, and enough
 *  memory. */
bool camera_format_fits_slot(const struct camera_format *format);

/** Whether the driver's rows have padding. */
bool camera_format_is_padded(const struct camera_format *format);

/** Minimum bytes in memory `index` of a complete buffer; 1 if compressed. */
uint64_t camera_format_least_bytes(const struct camera_format *format, uint32_t index);

#endif
