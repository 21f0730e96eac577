/* SPDX-License-Identifier: MIT */
/** Decodes JPEG images to RGB or grey; private to common/picture. */
#ifndef PICTURE_JPEG_H
#define PICTURE_JPEG_H

#include <triptych/triptych.h>

/** A decoder with memory that it reuses. No image depends on the one before. */
typedef struct jpeg_decoder jpeg_decoder;

/** The destination. A JPEG of another size is cropped, or padded with black at the right and
 *  bottom. */
struct jpeg_target {
    uint32_t fourcc; // see jpeg_can_make()
    uint32_t width;
    uint32_t height;
    uint8_t *pixels;
    uint32_t stride;
};

jpeg_decoder *jpeg_decoder_new(const tri_log *log);
void jpeg_decoder_free(jpeg_decoder **decoder);

/** Whether jpeg_decode() can write `fourcc`: 8-bit RGB in any order, and grey. */
bool jpeg_can_make(uint32_t fourcc);

/**
 * Decodes a private copy of the compressed bytes, which may change meanwhile. Skips bytes before
 * the image and decodes the intact rest of a damaged one. An image without Huffman tables uses
 * those of Motion-JPEG. YCbCr is BT.601 full range, as in JFIF.
 * @return TRI_OK; TRI_ERR_CORRUPT, not a JPEG, logged at most once a second; TRI_ERR_NO_RESOURCES,
 *         out of memory
 */
enum tri_err jpeg_decode(jpeg_decoder *decoder, const uint8_t *bytes, uint64_t count,
                         const struct jpeg_target *target);

#endif
