/* SPDX-License-Identifier: MIT */
#include <triptych/format.h>

#include <string.h>
#include <strings.h>

/*
 * One row a format. Layouts: the kernel's "Image Formats" chapter of the media userspace API.
 * GStreamer and FFmpeg names: GstVideoFormat and AVPixelFormat. SDL: the values of
 * SDL_PIXELFORMAT_* in SDL_pixels.h; display/viewer/texture.c asserts that they agree.
 */
// clang-format off
#define WHOLE(bytes) { { 1, bytes, 1 } }
#define FOURCC(name) .fourcc = TRI_FOURCC_##name
static const struct tri_format formats[] = {
    { FOURCC(YUYV), "YUYV", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "YUY2", "yuyv422", 0x32595559,
      "packed YUV 4:2:2, Y U Y V" },
    { FOURCC(UYVY), "UYVY", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "UYVY", "uyvy422", 0x59565955,
      "packed YUV 4:2:2, U Y V Y" },
    { FOURCC(YVYU), "YVYU", TRI_FAMILY_YUV, 1, 8, { { 2, 4, 1 } }, "YVYU", "yvyu422", 0x55595659,
      "packed YUV 4:2:2, Y V Y U" },
    { FOURCC(NV12), "NV12", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 2 } }, "NV12", "nv12",
      0x3231564e, "YUV 4:2:0, Y plane and UV plane" },
    { FOURCC(NV21), "NV21", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 2 } }, "NV21", "nv21",
      0x3132564e, "YUV 4:2:0, Y plane and VU plane" },
    { FOURCC(NV16), "NV16", TRI_FAMILY_YUV, 2, 8, { { 1, 1, 1 }, { 2, 2, 1 } }, "NV16", "nv16", 0,
      "YUV 4:2:2, Y plane and UV plane" },
    { FOURCC(YU12), "YU12", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 2 }, { 2, 1, 2 } }, "I420",
      "yuv420p", 0x56555949, "YUV 4:2:0, planes Y, U, V" },
    { FOURCC(YV12), "YV12", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 2 }, { 2, 1, 2 } }, "YV12",
      "yvu420p", 0x32315659, "YUV 4:2:0, planes Y, V, U" },
    { FOURCC(422P), "422P", TRI_FAMILY_YUV, 3, 8, { { 1, 1, 1 }, { 2, 1, 1 }, { 2, 1, 1 } }, "Y42B",
      "yuv422p", 0, "YUV 4:2:2, planes Y, U, V" },
    { FOURCC(P010), "P010", TRI_FAMILY_YUV, 2, 10, { { 1, 2, 1 }, { 2, 4, 2 } }, "P010_10LE",
      "p010le", 0, "YUV 4:2:0 of 10 bits in the top of 16, Y plane and UV plane" },
    { FOURCC(RGB3), "RGB3", TRI_FAMILY_RGB, 1, 8, WHOLE(3), "RGB", "rgb24", 0x17101803,
      "RGB, 24 bits" },
    { FOURCC(BGR3), "BGR3", TRI_FAMILY_RGB, 1, 8, WHOLE(3), "BGR", "bgr24", 0x17401803,
      "BGR, 24 bits" },
    { FOURCC(XR24), "XR24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "BGRx", "bgr0", 0x16161804,
      "bytes B G R x, 32 bits" },
    { FOURCC(AR24), "AR24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "BGRA", "bgra", 0x16362004,
      "bytes B G R A, 32 bits" },
    { FOURCC(AB24), "AB24", TRI_FAMILY_RGB, 1, 8, WHOLE(4), "RGBA", "rgba", 0x16762004,
      "bytes R G B A, 32 bits" },
    { FOURCC(RGBP), "RGBP", TRI_FAMILY_RGB, 1, 5, WHOLE(2), "RGB16", "rgb565le", 0x15151002,
      "RGB 5:6:5 in 16 bits" },
    { FOURCC(GREY), "GREY", TRI_FAMILY_GREY, 1, 8, WHOLE(1), "GRAY8", "gray", 0, "grey, 8 bits" },
    { FOURCC(Y16), "Y16", TRI_FAMILY_GREY, 1, 16, WHOLE(2), "GRAY16_LE", "gray16le", 0,
      "grey, 16 bits, little endian" },
    { FOURCC(MJPG), "MJPG", TRI_FAMILY_COMPRESSED, 1, 8, { { 0, 0, 0 } }, NULL, "mjpeg", 0,
      "Motion-JPEG, one JPEG picture a frame" },
};
// clang-format on
#undef WHOLE
#undef FOURCC

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
