/* SPDX-License-Identifier: MIT */
/** Description of a frame's pixels: format, size, rate, colours, and where the bytes lie. */
#ifndef TRIPTYCH_VIDEO_H
#define TRIPTYCH_VIDEO_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/format.h>

TRI_BEGIN

#define TRI_DIMENSION_MAX 16384 // pixels, either way
#define TRI_ASPECT_MAX    65535 // of either number of a pixel's aspect ratio

/*
 * Colour and field values have the numbers of V4L2 (include/uapi/linux/videodev2.h) and the words of
 * v4l2-ctl; HLG, which those lack, has ffmpeg's. 0 always means "not given". One list per kind defines
 * both.
 */
// clang-format off
/** Names and numbers of each kind: X(NAME, number, "name"). @{ */
#define TRI_COLORSPACES(X)                                                                 \
    X(DEFAULT, 0, "default") X(SMPTE170M, 1, "smpte170m") X(SMPTE240M, 2, "smpte240m")     \
    X(REC709, 3, "rec709") X(470M, 5, "470m") X(470BG, 6, "470bg") X(JPEG, 7, "jpeg")      \
    X(SRGB, 8, "srgb") X(OPRGB, 9, "oprgb") X(BT2020, 10, "bt2020") X(RAW, 11, "raw")      \
    X(DCIP3, 12, "dcip3")
#define TRI_TRANSFERS(X)                                                                   \
    X(DEFAULT, 0, "default") X(709, 1, "709") X(SRGB, 2, "srgb") X(OPRGB, 3, "oprgb")      \
    X(SMPTE240M, 4, "smpte240m") X(NONE, 5, "none") X(DCIP3, 6, "dcip3")                   \
    X(SMPTE2084, 7, "smpte2084") X(HLG, 18, "hlg")
#define TRI_MATRICES(X)                                                                    \
    X(DEFAULT, 0, "default") X(601, 1, "601") X(709, 2, "709") X(XV601, 3, "xv601")        \
    X(XV709, 4, "xv709") X(BT2020, 6, "bt2020") X(BT2020C, 7, "bt2020c")                   \
    X(SMPTE240M, 8, "smpte240m")
#define TRI_RANGES(X) X(DEFAULT, 0, "default") X(FULL, 1, "full-range") X(LIMITED, 2, "lim-range")
#define TRI_FIELDS(X)                                                                      \
    X(ANY, 0, "any") X(NONE, 1, "none") X(TOP, 2, "top") X(BOTTOM, 3, "bottom")            \
    X(INTERLACED, 4, "interlaced") X(SEQ_TB, 5, "seq-tb") X(SEQ_BT, 6, "seq-bt")           \
    X(ALTERNATE, 7, "alternate") X(INTERLACED_TB, 8, "interlaced-tb")                      \
    X(INTERLACED_BT, 9, "interlaced-bt")
// Where the chroma samples of subsampled YUV lie. V4L2 has no such value: numbers and names are
// ffmpeg's AVChromaLocation. "left" is MPEG-2, "center" is MPEG-1 and JPEG.
#define TRI_SITINGS(X)                                                                     \
    X(DEFAULT, 0, "default") X(LEFT, 1, "left") X(CENTER, 2, "center")                     \
    X(TOPLEFT, 3, "topleft") X(TOP, 4, "top") X(BOTTOMLEFT, 5, "bottomleft")               \
    X(BOTTOM, 6, "bottom")
/** @} */
// clang-format on

#define X(name, value, word) TRI_COLORSPACE_##name = value,
/** Colour spaces. */
enum tri_colorspace { TRI_COLORSPACES(X) };
#undef X
#define X(name, value, word) TRI_TRANSFER_##name = value,
/** Transfer functions. */
enum tri_transfer { TRI_TRANSFERS(X) };
#undef X
#define X(name, value, word) TRI_MATRIX_##name = value,
/** YUV matrices. */
enum tri_matrix { TRI_MATRICES(X) };
#undef X
#define X(name, value, word) TRI_RANGE_##name = value,
/** Ranges of component values. */
enum tri_range { TRI_RANGES(X) };
#undef X
#define X(name, value, word) TRI_FIELD_##name = value,
/** Field orders. */
enum tri_field { TRI_FIELDS(X) };
#undef X
#define X(name, value, word) TRI_SITING_##name = value,
/** Positions of chroma samples. */
enum tri_siting { TRI_SITINGS(X) };
#undef X

/** Returns the name of a value; "default" or "any" for values that are not in the list. Never NULL.
 *  Ownership: static, never freed. Threads: any. Cost: no system call. @{ */
TRI_API const char *tri_colorspace_name(uint32_t value);
TRI_API const char *tri_transfer_name(uint32_t value);
TRI_API const char *tri_matrix_name(uint32_t value);
TRI_API const char *tri_range_name(uint32_t value);
TRI_API const char *tri_field_name(uint32_t value);
TRI_API const char *tri_siting_name(uint32_t value);
/** @} */

/** Returns the value of a name, -1 if it is not in the list. Threads: any. Cost: no system call. @{ */
TRI_API int tri_colorspace_from_name(const char *word);
TRI_API int tri_transfer_from_name(const char *word);
TRI_API int tri_matrix_from_name(const char *word);
TRI_API int tri_range_from_name(const char *word);
TRI_API int tri_field_from_name(const char *word);
TRI_API int tri_siting_from_name(const char *word);
/** @} */

/** Description of a frame's pixels. Only fourcc, width and height are required; 0 elsewhere stands for
 *  "unknown". */
struct tri_video {
    uint32_t fourcc;     // TRI_FOURCC_*
    uint32_t width;      // pixels, 1 to TRI_DIMENSION_MAX
    uint32_t height;     // pixels
    uint32_t fps_num;    // frames a second as a fraction; 0/0: unknown
    uint32_t fps_den;    // of that fraction
    uint32_t colorspace; // enum tri_colorspace
    uint32_t transfer;   // enum tri_transfer
    uint32_t matrix;     // enum tri_matrix
    uint32_t range;      // enum tri_range
    uint32_t field;      // enum tri_field; may differ from frame to frame
    uint32_t rotation;   // degrees clockwise to show it upright: 0, 90, 180, 270
    uint32_t aspect_num; // width of a pixel in units of its height, 1 to TRI_ASPECT_MAX;
    uint32_t aspect_den; // both 0: square, or not given
    uint32_t siting;     // enum tri_siting
    uint32_t bits;       // significant bits of a 16-bit component, the low ones; 0: all
    uint32_t stride[TRI_PLANES_MAX]; // bytes from row to row; 0: the row rounded up to 64
    uint32_t planes;                 // of a format that the table lacks: its planes, 0: one of
    uint32_t
        rows[TRI_PLANES_MAX]; // `bytes_used` bytes without rows; and their rows of `stride` bytes
    uint32_t reserved[TRI_RESERVED]; // zero
};

/** Place of one plane within a frame. */
struct tri_plane {
    uint64_t offset;    // bytes from the start of the frame
    uint64_t bytes;     // stride * rows; capacity of a compressed format
    uint32_t stride;    // bytes from one row to the next, at least row_bytes
    uint32_t row_bytes; // bytes of a row that are pixels
    uint32_t rows;      // 0: compressed
    uint32_t reserved;  // zero
};

/** Places of all planes of a frame. */
struct tri_shape {
    uint32_t planes;                        // valid elements of `plane`
    uint32_t reserved;                      // zero
    struct tri_plane plane[TRI_PLANES_MAX]; // place of each
    uint64_t bytes;                         // the whole frame
};

/**
 * Computes the default layout of `video`: planes one after the other, each on a multiple of 64
 * bytes. A compressed format gets one plane of width * height * 2 bytes, at least 64 KiB, which is
 * the usual bound of V4L2 drivers. A format that tri_format_find() does not know is opaque: it gets
 * the planes that `planes`, `stride` and `rows` give, or without them one plane as a compressed one.
 *
 * @return TRI_OK, or TRI_ERR_INVALID for fourcc 0, a size out of range, a stride below the row, a plane
 *         above INT32_MAX (other libraries keep its size in an int), a plane of an unknown format
 *         without stride or rows, planes given for a known format, or a reserved word that is not
 *         zero. On failure *shape is all zero.
 *
 * Threads: any. Cost: no system call.
 */
TRI_API enum tri_err tri_video_shape(const struct tri_video *video, struct tri_shape *shape);

/** Returns the matrix in force: `matrix` if set, else what V4L2 derives from the colour space, else 601
 *  below 720 lines and 709 from there on. Never TRI_MATRIX_DEFAULT. Threads: any. Cost: no system
 *  call. */
TRI_API enum tri_matrix tri_video_matrix(const struct tri_video *video);

/** Returns the range in force: `range` if set, else full for RGB, grey and JPEG, limited for YUV.
 *  Threads: any. Cost: no system call. */
TRI_API enum tri_range tri_video_range(const struct tri_video *video);

/** Returns whether aspect ratio, rotation, significant bits and rate are within their ranges. Threads:
 *  any. Cost: no system call. */
TRI_API bool tri_video_valid(const struct tri_video *video);

/** Returns whether two descriptions are equal; strides are compared only of unknown formats. Threads:
 *  any. Cost: no system call. */
TRI_API bool tri_video_same(const struct tri_video *a, const struct tri_video *b);

TRI_END

#endif
