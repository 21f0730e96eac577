/* SPDX-License-Identifier: MIT */
/** Pixel formats: V4L2's fourcc is the key, the other names are aliases. */
#ifndef TRIPTYCH_FORMAT_H
#define TRIPTYCH_FORMAT_H

#include <triptych/api.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

TRI_BEGIN

/** A fourcc as a number, as V4L2 writes it. */
#define TRI_FOURCC(a, b, c, d)                                            \
    ((uint32_t)(unsigned char)(a) | ((uint32_t)(unsigned char)(b) << 8) | \
     ((uint32_t)(unsigned char)(c) << 16) | ((uint32_t)(unsigned char)(d) << 24))

/** Formats of the table, see tri_format_find(). @{ */
#define TRI_FOURCC_YUYV TRI_FOURCC('Y', 'U', 'Y', 'V')
#define TRI_FOURCC_UYVY TRI_FOURCC('U', 'Y', 'V', 'Y')
#define TRI_FOURCC_YVYU TRI_FOURCC('Y', 'V', 'Y', 'U')
#define TRI_FOURCC_NV12 TRI_FOURCC('N', 'V', '1', '2')
#define TRI_FOURCC_NV21 TRI_FOURCC('N', 'V', '2', '1')
#define TRI_FOURCC_NV16 TRI_FOURCC('N', 'V', '1', '6')
#define TRI_FOURCC_YU12 TRI_FOURCC('Y', 'U', '1', '2')
#define TRI_FOURCC_YV12 TRI_FOURCC('Y', 'V', '1', '2')
#define TRI_FOURCC_NV24 TRI_FOURCC('N', 'V', '2', '4')
#define TRI_FOURCC_YM24 TRI_FOURCC('Y', 'M', '2', '4')
#define TRI_FOURCC_422P TRI_FOURCC('4', '2', '2', 'P')
#define TRI_FOURCC_RGB3 TRI_FOURCC('R', 'G', 'B', '3')
#define TRI_FOURCC_BGR3 TRI_FOURCC('B', 'G', 'R', '3')
#define TRI_FOURCC_XR24 TRI_FOURCC('X', 'R', '2', '4')
#define TRI_FOURCC_AR24 TRI_FOURCC('A', 'R', '2', '4')
#define TRI_FOURCC_AB24 TRI_FOURCC('A', 'B', '2', '4')
#define TRI_FOURCC_RGBP TRI_FOURCC('R', 'G', 'B', 'P')
#define TRI_FOURCC_GREY TRI_FOURCC('G', 'R', 'E', 'Y')
#define TRI_FOURCC_Y16  TRI_FOURCC('Y', '1', '6', ' ')
#define TRI_FOURCC_RGB6 TRI_FOURCC('R', 'G', 'B', '6')
#define TRI_FOURCC_BGR6 TRI_FOURCC('B', 'G', 'R', '6')
#define TRI_FOURCC_Y10  TRI_FOURCC('Y', '1', '0', ' ')
#define TRI_FOURCC_Y12  TRI_FOURCC('Y', '1', '2', ' ')
#define TRI_FOURCC_Y10P TRI_FOURCC('Y', '1', '0', 'P')
#define TRI_FOURCC_Y12P TRI_FOURCC('Y', '1', '2', 'P')
#define TRI_FOURCC_Z16  TRI_FOURCC('Z', '1', '6', ' ')
#define TRI_FOURCC_P010 TRI_FOURCC('P', '0', '1', '0')
#define TRI_FOURCC_P012 TRI_FOURCC('P', '0', '1', '2')
#define TRI_FOURCC_P210 TRI_FOURCC('P', '2', '1', '0')
#define TRI_FOURCC_P216 TRI_FOURCC('P', '2', '1', '6')
#define TRI_FOURCC_Y210 TRI_FOURCC('Y', '2', '1', '0')
#define TRI_FOURCC_V210 TRI_FOURCC('v', '2', '1', '0')
#define TRI_FOURCC_BA81 TRI_FOURCC('B', 'A', '8', '1') // Bayer: BGGR, GBRG, GRBG, RGGB
#define TRI_FOURCC_GBRG TRI_FOURCC('G', 'B', 'R', 'G')
#define TRI_FOURCC_GRBG TRI_FOURCC('G', 'R', 'B', 'G')
#define TRI_FOURCC_RGGB TRI_FOURCC('R', 'G', 'G', 'B')
#define TRI_FOURCC_BG10 TRI_FOURCC('B', 'G', '1', '0') // of 10 bits
#define TRI_FOURCC_GB10 TRI_FOURCC('G', 'B', '1', '0')
#define TRI_FOURCC_BA10 TRI_FOURCC('B', 'A', '1', '0')
#define TRI_FOURCC_RG10 TRI_FOURCC('R', 'G', '1', '0')
#define TRI_FOURCC_BG12 TRI_FOURCC('B', 'G', '1', '2') // of 12 bits
#define TRI_FOURCC_GB12 TRI_FOURCC('G', 'B', '1', '2')
#define TRI_FOURCC_BA12 TRI_FOURCC('B', 'A', '1', '2')
#define TRI_FOURCC_RG12 TRI_FOURCC('R', 'G', '1', '2')
#define TRI_FOURCC_BYR2 TRI_FOURCC('B', 'Y', 'R', '2') // of 16 bits
#define TRI_FOURCC_GB16 TRI_FOURCC('G', 'B', '1', '6')
#define TRI_FOURCC_GR16 TRI_FOURCC('G', 'R', '1', '6')
#define TRI_FOURCC_RG16 TRI_FOURCC('R', 'G', '1', '6')
#define TRI_FOURCC_pBAA TRI_FOURCC('p', 'B', 'A', 'A') // of 10 bits, packed by MIPI
#define TRI_FOURCC_pGAA TRI_FOURCC('p', 'G', 'A', 'A')
#define TRI_FOURCC_pgAA TRI_FOURCC('p', 'g', 'A', 'A')
#define TRI_FOURCC_pRAA TRI_FOURCC('p', 'R', 'A', 'A')
#define TRI_FOURCC_pBCC TRI_FOURCC('p', 'B', 'C', 'C') // of 12 bits, packed by MIPI
#define TRI_FOURCC_pGCC TRI_FOURCC('p', 'G', 'C', 'C')
#define TRI_FOURCC_pgCC TRI_FOURCC('p', 'g', 'C', 'C')
#define TRI_FOURCC_pRCC TRI_FOURCC('p', 'R', 'C', 'C')
#define TRI_FOURCC_MJPG TRI_FOURCC('M', 'J', 'P', 'G')
#define TRI_FOURCC_H264 TRI_FOURCC('H', '2', '6', '4')
#define TRI_FOURCC_HEVC TRI_FOURCC('H', 'E', 'V', 'C')
/** @} */

#define TRI_PLANES_MAX     4 // planes of a format, at most
#define TRI_COMPONENTS_MAX 4 // components of a format, at most

/** Colour model of a format. */
enum tri_family {
    TRI_FAMILY_YUV,
    TRI_FAMILY_RGB,
    TRI_FAMILY_GREY,
    TRI_FAMILY_COMPRESSED, // one plane of `bytes_used` bytes without rows
    TRI_FAMILY_BAYER,      // one of R, G and B per pixel, as a sensor has them
    TRI_FAMILY_DEPTH,      // distance, usually in millimetres; 0: not known
};

/** Layout of one plane: a row consists of groups of `pixels` pixels in `bytes` bytes. */
struct tri_plane_rule {
    uint8_t pixels; // luma pixels across that one group covers
    uint8_t bytes;  // bytes of one group
    uint8_t lines;  // luma lines down that one row of this plane covers
};

/** Where the samples of one component lie in the rows of its plane. A sample is `bits` bits of a word
 *  of `bytes` bytes, low byte first, from bit `shift` on. A sample with more bits than its word is
 *  packed as by MIPI: the high 8 bits of `per_word` samples in a byte each, then a byte with their low
 *  bits, those of the first sample lowest. */
struct tri_component {
    char name;        // 'Y', 'U', 'V', 'R', 'G', 'B', 'A', 'Z', or 'X' for padding
    uint8_t plane;    // index of its plane
    uint8_t first;    // sample n is number first + n * every of its row
    uint8_t every;    // of its row
    uint8_t across;   // pixels of a row that share one sample
    uint8_t down;     // rows that share one sample
    uint8_t bytes;    // of a word: 1, 2 or 4
    uint8_t shift;    // lowest bit of a sample in its word
    uint8_t bits;     // of a sample
    uint8_t per_word; // samples in a word, from the lowest bits up, or in a MIPI group; 0: one
    uint8_t line;     // of `down` rows: where a sample is one pixel's of them, as in Bayer formats
};

/** One row of the table of formats. Static; never freed. */
struct tri_format {
    uint32_t fourcc;                             // TRI_FOURCC_*
    char name[5];                                // the fourcc as text, without trailing spaces
    enum tri_family family;                      // colour model
    uint8_t planes;                              // valid elements of `plane`
    uint8_t depth;                               // significant bits of one component
    struct tri_plane_rule plane[TRI_PLANES_MAX]; // layout of each plane
    const char *gstreamer;                       // GstVideoFormat's name, NULL if there is none
    const char *ffmpeg;      // -pix_fmt name, or a compressed format's codec; NULL: none
    const char *description; // for people
    uint8_t components;      // valid elements of `component`; 0: compressed
    struct tri_component component[TRI_COMPONENTS_MAX]; // in this order: Y U V, R G B A, R G B G
    const char *media; // GStreamer's media type and its fields; NULL: video/x-raw
    bool delta;        // a frame may need the frames since the last TRI_FRAME_KEY
};

/** Returns the format with this fourcc, NULL if unknown. Ownership: static, never freed. Threads: any.
 *  Cost: no system call. */
TRI_API const struct tri_format *tri_format_find(uint32_t fourcc);

/** Returns the format that `word` names: a fourcc, with or without trailing blanks, or an alias of
 *  GStreamer or ffmpeg, in any case. NULL if unknown. Ownership, threads and cost: as
 *  tri_format_find(). */
TRI_API const struct tri_format *tri_format_from_name(const char *word);

/** Returns format number `index`, from 0; NULL past the last. Ownership, threads and cost: as
 *  tri_format_find(). */
TRI_API const struct tri_format *tri_format_at(size_t index);

/** Writes `fourcc` into `text` without trailing blanks, '?' for bytes that are not printable. Returns
 *  `text`. Threads: any. Cost: no system call. */
TRI_API const char *tri_fourcc_name(uint32_t fourcc, char text[5]);

TRI_END

#endif
