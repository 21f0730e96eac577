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
#define BYTE(name, plane, first, every)       { name, plane, first, every, 1, 1, 1, 0, 8, 0 }
#define HALF(name, plane, first, every, down) { name, plane, first, every, 2, down, 1, 0, 8, 0 }
// Samples in words of 16 bits.
#define WORD(name, plane, first, every, across, down, shift, bits) \
    { name, plane, first, every, across, down, 2, shift, bits, 0 }
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
    { FOURCC(GREY), "GREY", TRI_FAMILY_GREY, 1, 8, WHOLE(1), "GRAY8", "gray", "grey, 8 bits",
      1, { Y_PLANE } },
    { FOURCC(Y16), "Y16", TRI_FAMILY_GREY, 1, 16, WHOLE(2), "GRAY16_LE", "gray16le",
      "grey, 16 bits, little endian",
      1, { WORD('Y', 0, 0, 1, 1, 1, 0, 16) } },
    { FOURCC(MJPG), "MJPG", TRI_FAMILY_COMPRESSED, 1, 8, { { 0, 0, 0 } }, NULL, "mjpeg",
      "Motion-JPEG, one JPEG picture a frame", 0, { { 0 } } },
};
// clang-format on
#undef FOURCC
#undef WHOLE
#undef BYTE
#undef HALF
#undef WORD
#undef Y_PLANE

/** Names people use besides the fourcc and the GStreamer and FFmpeg names of the table. */
static const struct {
    const char *word;
    uint32_t fourcc;
} aliases[] = {
    { "YUV420", TRI_FOURCC_YU12 }, { "GRAY16", TRI_FOURCC_Y16 }, { "GREY16", TRI_FOURCC_Y16 },
    { "RGB565", TRI_FOURCC_RGBP }, { "JPEG", TRI_FOURCC_MJPG },
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
