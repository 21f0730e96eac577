/* SPDX-License-Identifier: MIT */
#include "jpeg_encoder.h"

#ifdef HAVE_TURBOJPEG
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#define QUALITY 90 // clean edges, and noise still fits into a slot

struct jpeg_encoder {
    tjhandle handle;
    unsigned char *buffer; // the library requires room for its worst case, which exceeds a slot
    unsigned long room;
};

bool jpeg_encoder_built_in(void)
{
    return true;
}

jpeg_encoder *jpeg_encoder_new(void)
{
    jpeg_encoder *encoder = calloc(1, sizeof(*encoder));
    if (encoder && !(encoder->handle = tjInitCompress()))
        jpeg_encoder_free(&encoder);
    return encoder;
}

uint64_t jpeg_encoder_run(jpeg_encoder *encoder, const struct paint *canvas, uint8_t *to,
                          uint64_t room)
{
    const int width = (int)canvas->video.width;
    const int height = (int)canvas->video.height;
    const unsigned char *planes[3] = { canvas->data[0], canvas->data[1], canvas->data[2] };
    const int strides[3] = { (int)canvas->shape.plane[0].stride, (int)canvas->shape.plane[1].stride,
                             (int)canvas->shape.plane[2].stride };
    unsigned long used = encoder->room;
    if (!encoder->buffer) {
        encoder->room = tjBufSize(width, height, TJSAMP_420);
        encoder->buffer = tjAlloc((int)encoder->room);
        used = encoder->room;
    }
    if (!encoder->buffer ||
        tjCompressFromYUVPlanes(encoder->handle, planes, width, strides, height, TJSAMP_420,
                                &encoder->buffer, &used, QUALITY, TJFLAG_NOREALLOC) != 0 ||
        used > room)
        return 0;
    memcpy(to, encoder->buffer, used);
    return used;
}

void jpeg_encoder_free(jpeg_encoder **encoder)
{
    if (!*encoder)
        return;
    tjFree((*encoder)->buffer);
    if ((*encoder)->handle)
        tjDestroy((*encoder)->handle);
    free(*encoder);
    *encoder = NULL;
}

#else

bool jpeg_encoder_built_in(void)
{
    return false;
}

jpeg_encoder *jpeg_encoder_new(void)
{
    return NULL;
}

uint64_t jpeg_encoder_run(jpeg_encoder *encoder, const struct paint *canvas, uint8_t *to,
                          uint64_t room)
{
    (void)encoder, (void)canvas, (void)to, (void)room;
    return 0;
}

void jpeg_encoder_free(jpeg_encoder **encoder)
{
    (void)encoder;
}

#endif
