/* SPDX-License-Identifier: MIT */
#include "jpeg.h"

#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

enum { ROW_ALIGN = 64, PLANES = 3 };

struct jpeg_decoder {
    const tri_log *log;
    tjhandle turbo;
    uint8_t *compressed;
    size_t compressed_bytes;
    uint8_t *planes; // all of them, one after the other
    size_t planes_bytes;
};

jpeg_decoder *jpeg_decoder_new(const tri_log *log)
{
    jpeg_decoder *decoder = malloc(sizeof *decoder);
    if (!decoder)
        return NULL;
    *decoder = (jpeg_decoder){ .log = log, .turbo = tjInitDecompress() };
    if (!decoder->turbo)
        jpeg_decoder_free(&decoder);
    return decoder;
}

void jpeg_decoder_free(jpeg_decoder **decoder)
{
    if (!*decoder)
        return;
    if ((*decoder)->turbo)
        tjDestroy((*decoder)->turbo);
    free((*decoder)->compressed);
    free((*decoder)->planes);
    free(*decoder);
    *decoder = NULL;
}

static bool grow(uint8_t **memory, size_t *have, size_t want)
{
    if (*have >= want)
        return true;
    uint8_t *larger = realloc(*memory, want);
    if (!larger)
        return false;
    *memory = larger;
    *have = want;
    return true;
}

static const char *planes_name(int subsampling)
{
    switch (subsampling) {
    case TJSAMP_444:
        return "yuv444p";
    case TJSAMP_422:
        return "yuv422p";
    case TJSAMP_420:
        return "yuv420p";
    case TJSAMP_440:
        return "yuv440p";
    case TJSAMP_411:
        return "yuv411p";
    case TJSAMP_GRAY:
        return "gray";
    default:
        return NULL;
    }
}

static enum tri_err corrupt(const jpeg_decoder *decoder, const char *what)
{
    tri_log_write(decoder->log, TRI_LOG_WARN, "jpeg", "a frame cannot be decoded: %s", what);
    return TRI_ERR_CORRUPT;
}

enum tri_err jpeg_decode(jpeg_decoder *decoder, const uint8_t *bytes, uint64_t count,
                         uint32_t width, uint32_t height, struct jpeg_picture *picture)
{
    *picture = (struct jpeg_picture){ .ffmpeg = NULL };
    if (!grow(&decoder->compressed, &decoder->compressed_bytes, count))
        return TRI_ERR_NO_RESOURCES;
    memcpy(decoder->compressed, bytes, count);

    int w = 0;
    int h = 0;
    int subsampling = 0;
    int colorspace = 0;
    if (tjDecompressHeader3(decoder->turbo, decoder->compressed, count, &w, &h, &subsampling,
                            &colorspace) != 0)
        return corrupt(decoder, tjGetErrorStr2(decoder->turbo));
    picture->ffmpeg = planes_name(subsampling);
    if (w != (int)width || h != (int)height)
        return corrupt(decoder, "its size is not the stream's");
    if (!picture->ffmpeg || (colorspace != TJCS_YCbCr && colorspace != TJCS_GRAY))
        return corrupt(decoder, "its components are neither YCbCr nor grey");

    const int planes = subsampling == TJSAMP_GRAY ? 1 : PLANES;
    size_t offset[PLANES] = { 0 };
    size_t total = 0;
    int stride[PLANES] = { 0 };
    for (int p = 0; p < planes; p++) {
        stride[p] = (tjPlaneWidth(p, w, subsampling) + ROW_ALIGN - 1) / ROW_ALIGN * ROW_ALIGN;
        offset[p] = total;
        total += (size_t)stride[p] * (size_t)tjPlaneHeight(p, h, subsampling);
    }
    // One row more: libswscale reads a little past the end of the last.
    if (!grow(&decoder->planes, &decoder->planes_bytes, total + (size_t)stride[0] + ROW_ALIGN))
        return TRI_ERR_NO_RESOURCES;

    unsigned char *plane[PLANES] = { NULL };
    for (int p = 0; p < planes; p++) {
        plane[p] = decoder->planes + offset[p];
        picture->data[p] = plane[p];
        picture->stride[p] = (uint32_t)stride[p];
    }
    // A warning (a picture cut short) still gives a picture, and cameras send such; an error does not.
    if (tjDecompressToYUVPlanes(decoder->turbo, decoder->compressed, count, plane, w, stride, h,
                                0) != 0 &&
        tjGetErrorCode(decoder->turbo) == TJERR_FATAL)
        return corrupt(decoder, tjGetErrorStr2(decoder->turbo));
    return TRI_OK;
}
