/* SPDX-License-Identifier: MIT */
/** One JPEG picture to RGB or grey; private to common/picture. */
#ifndef PICTURE_JPEG_H
#define PICTURE_JPEG_H

#include <triptych/triptych.h>

/** The memory that a decoder keeps between pictures. No picture depends on the one before. */
typedef struct jpeg_decoder jpeg_decoder;

/** What a picture becomes. A JPEG of another size is cropped, or leaves black to its right and
 *  below. */
struct jpeg_target {
    uint32_t fourcc; // see jpeg_can_make()
    uint32_t width, height;
    uint8_t *pixels;
    uint32_t stride;
};

jpeg_decoder *jpeg_decoder_new(const tri_log *log);
void jpeg_decoder_free(jpeg_decoder **decoder);

/** Whether jpeg_decode() writes `fourcc`: 8-bit RGB in any order, and grey. */
bool jpeg_can_make(uint32_t fourcc);

/**
 * Copies the compressed bytes first, since they may change while they are read, and decodes the copy.
 * Bytes before the picture are skipped, and of a damaged picture what is left is decoded. A picture
 * without Huffman tables has those of Motion-JPEG. YCbCr is BT.601 full range, as JFIF says.
 *
 * @return TRI_OK; TRI_ERR_CORRUPT, not a JPEG, logged at most once a second; TRI_ERR_NO_RESOURCES,
 * out of
 *         memory.
 */
enum tri_err jpeg_decode(jpeg_decoder *decoder, const uint8_t *bytes, uint64_t count,
                         const struct jpeg_target *target);

#endif
