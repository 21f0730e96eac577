/* SPDX-License-Identifier: MIT */
/** One JPEG picture to RGB or to planes; private to common/picture. */
#ifndef PICTURE_JPEG_H
#define PICTURE_JPEG_H

#include <triptych/triptych.h>

/** A decoder and the memory it keeps between frames. */
typedef struct jpeg_decoder jpeg_decoder;

/** A decoded picture, 8 bits, BT.601 full range as JFIF says; valid until the next decode. */
struct jpeg_picture {
    const char *ffmpeg; // the planes' pixel format under ffmpeg's name, such as "yuv422p"
    const uint8_t *data[TRI_PLANES_MAX];
    uint32_t stride[TRI_PLANES_MAX];
};

jpeg_decoder *jpeg_decoder_new(const tri_log *log);
void jpeg_decoder_free(jpeg_decoder **decoder);

/**
 * Copies the compressed bytes first, since they may change while they are read, and decodes the copy.
 *
 * @return TRI_OK; TRI_ERR_CORRUPT, not a JPEG of width by height; TRI_ERR_NO_RESOURCES, out of memory.
 */
enum tri_err jpeg_decode(jpeg_decoder *decoder, const uint8_t *bytes, uint64_t count,
                         uint32_t width, uint32_t height, struct jpeg_picture *picture);

#endif
