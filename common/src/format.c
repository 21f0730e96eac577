/* SPDX-License-Identifier: MIT */
#include <triptych/format.h>

#include <string.h>
#include <strings.h>

/*
 * One row per format. Layouts: the kernel's "Image Formats" chapter of the media userspace API.
 * GStreamer and FFmpeg names: GstVideoFormat and AVPixelFormat.
 */
// clang-format off
#define FOURCC(name) .fourcc = TRI_FOURCC_##name
#define WHOLE(bytes) { { 1, bytes, 1 } }
// Samples of 8 bits: one a pixel, or one for two pixels across and `down` pixels down.
#define BYTE(name, plane, first, every)       { name, plane, first, every, 1, 1, 1, 0, 8, 0, 0 }
#define HALF(name, plane, first, every, down) { name, plane, first, every, 2, down, 1, 0, 8, 0, 0 }
// Samples in words of 16 bits.
#define WORD(name, plane, first, every, across, down, shift, bits) \
    { name, plane, first, every, across, down, 2, shift, bits, 0, 0 }
// Three samples of 10 bits in words of 32.
#define THIRD(name, first, every, across) { name, 0, first, every, across, 1, 4, 0, 10, 3, 0 }
// Red lies at `column` and `line` of two by two pixels, blue opposite, green in the other two.
#define MOSAIC(bits, bytes, per_word, column, line) \
    4, { { 'R', 0, column, 2, 2, 2, bytes, 0, bits, per_word, line }, \
         { 'G', 0, 1 - (column), 2, 2, 2, bytes, 0, bits, per_word, line }, \
         { 'B', 0, 1 - (column), 2, 2, 2, bytes, 0, bits, per_word, 1 - (line) }, \
         { 'G', 0, column, 2, 2, 2, bytes, 0, bits, per_word, 1 - (line) } }
#define BAYER(code, order, bits, bytes, column, line, pixels, media) \
    { FOURCC(code), #code, TRI_FAMILY_BAYER, 1, bits, { { 2, 2 * (bytes), 1 } }, NULL, pixels, \
      "Bayer of " #bits " bits, " order, \
      MOSAIC(bits, bytes, 0, column, line), "video/x-bayer, format=(string)" media }
// The same, packed as by MIPI: `group` pixels in as many bytes and one more.
#define MIPI(code, order, bits, group, column, line) \
    { FOURCC(code), #code, TRI_FAMILY_BAYER, 1, bits, { { group, (group) + 1, 1 } }, NULL, NULL, \
      "Bayer of " #bits " bits, " order ", packed", \
      MOSAIC(bits, 1, group, column, line) }
#define Y_PLANE BYTE('Y', 0, 0, 1)

static const struct tri_format formats[] = {
    { FOURCC(YUYV), "YUYV", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "YUY2", "yuyv422",
      "packed YUV 4:2:2, Y U Y V",
      3, { BYTE('Y', 0, 0, 2), HALF('U', 0, 1, 4, 1), HALF('V', 0, 3, 4, 1) } },
    { FOURCC(UYVY), "UYVY", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "UYVY", "uyvy422",
      "packed YUV 4:2:2, U Y V Y",
      3, { BYTE('Y', 0, 1, 2), HALF('U', 0, 0, 4, 1), HALF('V', 0, 2, 4, 1) } },
    { FOURCC(YVYU), "YVYU", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "YVYU", "yvyu422",
      "packed YUV 4:2:2, Y V Y U",
      3, { BYTE('Y', 0, 0, 2), HALF('U', 0, 3, 4, 1), HALF('V', 0, 1, 4, 1) } },
    { FOURCC(NV12), "NV12", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 2 } }, "NV12", "nv12",
      "YUV 4:2:0, Y plane and UV plane",
      3, { Y_PLANE, HALF('U', 1, 0, 2, 2), HALF('V', 1, 1, 2, 2) } },
    { FOURCC(NV21), "NV21", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 2 } }, "NV21", "nv21",
      "YUV 4:2:0, Y plane and VU plane",
      3, { Y_PLANE, HALF('U', 1, 1, 2, 2), HALF('V', 1, 0, 2, 2) } },
    { FOURCC(NV16), "NV16", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 1 } }, "NV16", "nv16",
      "YUV 4:2:2, Y plane and UV plane",
      3, { Y_PLANE, HALF('U', 1, 0, 2, 1), HALF('V', 1, 1, 2, 1) } },
    { FOURCC(YU12), "YU12", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 2 }, { 2, 1, 2 } }, "I420",
      "yuv420p", "YUV 4:2:0, planes Y, U, V",
      3, { Y_PLANE, HALF('U', 1, 0, 1, 2), HALF('V', 2, 0, 1, 2) } },
    { FOURCC(YV12), "YV12", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 2 }, { 2, 1, 2 } }, "YV12",
      "yvu420p", "YUV 4:2:0, planes Y, V, U",
      3, { Y_PLANE, HALF('U', 2, 0, 1, 2), HALF('V', 1, 0, 1, 2) } },
    { FOURCC(422P), "422P", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 1 }, { 2, 1, 1 } }, "Y42B",
      "yuv422p", "YUV 4:2:2, planes Y, U, V",
      3, { Y_PLANE, HALF('U', 1, 0, 1, 1), HALF('V', 2, 0, 1, 1) } },
    { FOURCC(P010), "P010", TRI_FAMILY_YUV, 2, 10, { { 1, 2, 1 }, { 2, 4, 2 } }, "P010_10LE",
      "p010le", "YUV 4:2:0 of 10 bits in the top of 16, Y plane and UV plane",
      3, { WORD('Y', 0, 0, 1, 1, 1, 6, 10), WORD('U', 1, 0, 2, 2, 2, 6, 10),
           WORD('V', 1, 1, 2, 2, 2, 6, 10) } },
    { FOURCC(NV24), "NV24", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 1, 2, 1 } }, "NV24", "nv24",
      "YUV 4:4:4, Y plane and UV plane",
      3, { Y_PLANE, BYTE('U', 1, 0, 2), BYTE('V', 1, 1, 2) } },
    { FOURCC(YM24), "YM24", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1, 1 } }, "Y444",
      "yuv444p", "YUV 4:4:4, planes Y, U, V",
      3, { Y_PLANE, BYTE('U', 1, 0, 1), BYTE('V', 2, 0, 1) } },
    { FOURCC(P012), "P012", TRI_FAMILY_YUV, 2, 12, { { 1, 2, 1 }, { 2, 4, 2 } }, "P012_LE",
      "p016le", "YUV 4:2:0 of 12 bits in the top of 16, Y plane and UV plane",
      3, { WORD('Y', 0, 0, 1, 1, 1, 4, 12), WORD('U', 1, 0, 2, 2, 2, 4, 12),
           WORD('V', 1, 1, 2, 2, 2, 4, 12) } },
    { FOURCC(P210), "P210", TRI_FAMILY_YUV, 2, 10, { { 1, 2, 1 }, { 2, 4, 1 } }, NULL, "p210le",
      "YUV 4:2:2 of 10 bits in the top of 16, Y plane and UV plane",
      3, { WORD('Y', 0, 0, 1, 1, 1, 6, 10), WORD('U', 1, 0, 2, 2, 1, 6, 10),
           WORD('V', 1, 1, 2, 2, 1, 6, 10) } },
    { FOURCC(P216), "P216", TRI_FAMILY_YUV, 2, 16, { { 1, 2, 1 }, { 2, 4, 1 } }, NULL, "p216le",
      "YUV 4:2:2 of 16 bits, Y plane and UV plane",
      3, { WORD('Y', 0, 0, 1, 1, 1, 0, 16), WORD('U', 1, 0, 2, 2, 1, 0, 16),
           WORD('V', 1, 1, 2, 2, 1, 0, 16) } },
    { FOURCC(Y210), "Y210", TRI_FAMILY_YUV, 1, 10, { { 2, 8, 1 } }, "Y210", "y210le",
      "packed YUV 4:2:2 of 10 bits in the top of 16, Y U Y V",
      3, { WORD('Y', 0, 0, 2, 1, 1, 6, 10), WORD('U', 0, 1, 4, 2, 1, 6, 10),
           WORD('V', 0, 3, 4, 2, 1, 6, 10) } },
    { FOURCC(V210), "v210", TRI_FAMILY_YUV, 1, 10, { { 48, 128, 1 } }, "v210", "v210",
      "packed YUV 4:2:2 of 10 bits, 6 pixels in 16 bytes",
      3, { THIRD('Y', 1, 2, 1), THIRD('U', 0, 4, 2), THIRD('V', 2, 4, 2) } },
    { FOURCC(RGB3), "RGB3", TRI_FAMILY_RGB, 1, 8, WHOLE(3), "RGB", "rgb24", "RGB, 24 bits",
      3, { BYTE('R', 0, 0, 3), BYTE('G', 0, 1, 3), BYTE('B', 0, 2, 3) } },
    { FOURCC(BGR3), "BGR3", TRI_FAMILY_RGB, 1, 8, WHOLE(3), "BGR", "bgr24", "BGR, 24 bits",
      3, { BYTE('R', 0, 2, 3), BYTE('G', 0, 1, 3), BYTE('B', 0, 0, 3) } },
    { FOURCC(XR24), "XR24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "BGRx", "bgr0",
      "bytes B G R x, 32 bits",
      4, { BYTE('R', 0, 2, 4), BYTE('G', 0, 1, 4), BYTE('B', 0, 0, 4), BYTE('X', 0, 3, 4) } },
    { FOURCC(AR24), "AR24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "BGRA", "bgra",
      "bytes B G R A, 32 bits",
      4, { BYTE('R', 0, 2, 4), BYTE('G', 0, 1, 4), BYTE('B', 0, 0, 4), BYTE('A', 0, 3, 4) } },
    { FOURCC(AB24), "AB24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "RGBA", "rgba",
      "bytes R G B A, 32 bits",
      4, { BYTE('R', 0, 0, 4), BYTE('G', 0, 1, 4), BYTE('B', 0, 2, 4), BYTE('A', 0, 3, 4) } },
    { FOURCC(RGBP), "RGBP", TRI_FAMILY_RGB, 1, 5, WHOLE(2), "RGB16", "rgb565le",
      "RGB 5:6:5 in 16 bits",
      3, { WORD('R', 0, 0, 1, 1, 1, 11, 5), WORD('G', 0, 0, 1, 1, 1, 5, 6),
           WORD('B', 0, 0, 1, 1, 1, 0, 5) } },
    { FOURCC(RGB6), "RGB6", TRI_FAMILY_RGB, 1, 16, WHOLE(6), NULL, "rgb48le",
      "RGB, 48 bits, little endian",
      3, { WORD('R', 0, 0, 3, 1, 1, 0, 16), WORD('G', 0, 1, 3, 1, 1, 0, 16),
           WORD('B', 0, 2, 3, 1, 1, 0, 16) } },
    { FOURCC(BGR6), "BGR6", TRI_FAMILY_RGB, 1, 16, WHOLE(6), NULL, "bgr48le",
      "BGR, 48 bits, little endian",
      3, { WORD('R', 0, 2, 3, 1, 1, 0, 16), WORD('G', 0, 1, 3, 1, 1, 0, 16),
           WORD('B', 0, 0, 3, 1, 1, 0, 16) } },
    { FOURCC(GREY), "GREY", TRI_FAMILY_GREY, 1, 8, WHOLE(1), "GRAY8", "gray", "grey, 8 bits",
      1, { Y_PLANE } },
    { FOURCC(Y16), "Y16", TRI_FAMILY_GREY, 1, 16, WHOLE(2), "GRAY16_LE", "gray16le",
      "grey, 16 bits, little endian",
      1, { WORD('Y', 0, 0, 1, 1, 1, 0, 16) } },
    { FOURCC(Y10), "Y10", TRI_FAMILY_GREY, 1, 10, WHOLE(2), "GRAY10_LE16", "gray10le",
      "grey, 10 bits in the low end of 16",
      1, { WORD('Y', 0, 0, 1, 1, 1, 0, 10) } },
    { FOURCC(Y12), "Y12", TRI_FAMILY_GREY, 1, 12, WHOLE(2), NULL, "gray12le",
      "grey, 12 bits in the low end of 16",
      1, { WORD('Y', 0, 0, 1, 1, 1, 0, 12) } },
    { FOURCC(Y10P), "Y10P", TRI_FAMILY_GREY, 1, 10, { { 4, 5, 1 } }, NULL, NULL,
      "grey, 10 bits, packed by MIPI",
      1, { { 'Y', 0, 0, 1, 1, 1, 1, 0, 10, 4, 0 } } },
    { FOURCC(Y12P), "Y12P", TRI_FAMILY_GREY, 1, 12, { { 2, 3, 1 } }, NULL, NULL,
      "grey, 12 bits, packed by MIPI",
      1, { { 'Y', 0, 0, 1, 1, 1, 1, 0, 12, 2, 0 } } },
    { FOURCC(Z16), "Z16", TRI_FAMILY_DEPTH, 1, 16, WHOLE(2), "GRAY16_LE", "gray16le",
      "distance, 16 bits, little endian",
      1, { WORD('Z', 0, 0, 1, 1, 1, 0, 16) } },
    BAYER(BA81, "BGGR", 8, 1, 1, 1, "bayer_bggr8", "bggr"),
    BAYER(GBRG, "GBRG", 8, 1, 0, 1, "bayer_gbrg8", "gbrg"),
    BAYER(GRBG, "GRBG", 8, 1, 1, 0, "bayer_grbg8", "grbg"),
    BAYER(RGGB, "RGGB", 8, 1, 0, 0, "bayer_rggb8", "rggb"),
    BAYER(BG10, "BGGR", 10, 2, 1, 1, NULL, "bggr10le"),
    BAYER(GB10, "GBRG", 10, 2, 0, 1, NULL, "gbrg10le"),
    BAYER(BA10, "GRBG", 10, 2, 1, 0, NULL, "grbg10le"),
    BAYER(RG10, "RGGB", 10, 2, 0, 0, NULL, "rggb10le"),
    BAYER(BG12, "BGGR", 12, 2, 1, 1, NULL, "bggr12le"),
    BAYER(GB12, "GBRG", 12, 2, 0, 1, NULL, "gbrg12le"),
    BAYER(BA12, "GRBG", 12, 2, 1, 0, NULL, "grbg12le"),
    BAYER(RG12, "RGGB", 12, 2, 0, 0, NULL, "rggb12le"),
    BAYER(BYR2, "BGGR", 16, 2, 1, 1, "bayer_bggr16le", "bggr16le"),
    BAYER(GB16, "GBRG", 16, 2, 0, 1, "bayer_gbrg16le", "gbrg16le"),
    BAYER(GR16, "GRBG", 16, 2, 1, 0, "bayer_grbg16le", "grbg16le"),
    BAYER(RG16, "RGGB", 16, 2, 0, 0, "bayer_rggb16le", "rggb16le"),
    MIPI(pBAA, "BGGR", 10, 4, 1, 1),
    MIPI(pGAA, "GBRG", 10, 4, 0, 1),
    MIPI(pgAA, "GRBG", 10, 4, 1, 0),
    MIPI(pRAA, "RGGB", 10, 4, 0, 0),
    MIPI(pBCC, "BGGR", 12, 2, 1, 1),
    MIPI(pGCC, "GBRG", 12, 2, 0, 1),
    MIPI(pgCC, "GRBG", 12, 2, 1, 0),
    MIPI(pRCC, "RGGB", 12, 2, 0, 0),
    { FOURCC(MJPG), "MJPG", TRI_FAMILY_COMPRESSED, 1, 8, { { 0 } }, NULL, "mjpeg",
      "Motion-JPEG, one JPEG picture a frame", .media = "image/jpeg" },
    { FOURCC(H264), "H264", TRI_FAMILY_COMPRESSED, 1, 8, { { 0 } }, NULL, "h264",
      "H.264 with start codes, one access unit a frame", .delta = true,
      .media = "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au" },
    { FOURCC(HEVC), "HEVC", TRI_FAMILY_COMPRESSED, 1, 8, { { 0 } }, NULL, "hevc",
      "H.265 with start codes, one access unit a frame", .delta = true,
      .media = "video/x-h265, stream-format=(string)byte-stream, alignment=(string)au" },
};
// clang-format on
#undef FOURCC
#undef WHOLE
#undef BYTE
#undef HALF
#undef WORD
#undef THIRD
#undef MOSAIC
#undef BAYER
#undef MIPI
#undef Y_PLANE

/** Common names besides the fourcc and the table's GStreamer and FFmpeg names. */
static const struct {
    const char *word;
    uint32_t fourcc;
} aliases[] = {
    { "YUV420", TRI_FOURCC_YU12 }, { "GRAY16", TRI_FOURCC_Y16 }, { "GREY16", TRI_FOURCC_Y16 },
    { "RGB565", TRI_FOURCC_RGBP }, { "JPEG", TRI_FOURCC_MJPG },  { "YUV444", TRI_FOURCC_YM24 },
    { "RGB48", TRI_FOURCC_RGB6 },  { "BGR48", TRI_FOURCC_BGR6 }, { "H265", TRI_FOURCC_HEVC },
    { "Y800", TRI_FOURCC_GREY },   { "I422", TRI_FOURCC_422P },  { "I444", TRI_FOURCC_YM24 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct tri_format *tri_format_at(size_t index)
{
    return index < COUNT(formats) ? &formats[index] : NULL;
}

const struct tri_format *tri_format_find(uint32_t fourcc)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (formats[i].fourcc == fourcc)
            return &formats[i];
    }
    return NULL;
}

/* A fourcc's trailing blanks may be typed or left out. */
static bool is_word(const char *word, const char *known)
{
    const size_t length = known ? strlen(known) : 0;
    return length > 0 && strncasecmp(word, known, length) == 0 &&
           word[length + strspn(word + length, " ")] == '\0';
}

const struct tri_format *tri_format_from_name(const char *word)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (strcmp(word, formats[i].name) == 0) // pGAA and pgAA differ
            return &formats[i];
    }
    for (size_t i = 0; i < COUNT(formats); i++) {
        if (is_word(word, formats[i].name) || is_word(word, formats[i].gstreamer) ||
            is_word(word, formats[i].ffmpeg))
            return &formats[i];
    }
    for (size_t i = 0; i < COUNT(aliases); i++) {
        if (is_word(word, aliases[i].word))
            return tri_format_find(aliases[i].fourcc);
    }
    return NULL;
}

const char *tri_fourcc_name(uint32_t fourcc, char text[5])
{
    for (int i = 0; i < 4; i++) {
        const unsigned char c = (unsigned char)(fourcc >> (8 * i));
        text[i] = c >= ' ' && c <= '~' ? (char)c : '?';
    }
    text[4] = '\0';
    for (int i = 3; i > 0 && text[i] == ' '; i--) // what fills up a shorter name: "Y16 "
        text[i] = '\0';
    return text;
}
