/* SPDX-License-Identifier: MIT */
/** Encodes drawn frames as JPEG with libjpeg-turbo; does nothing if built without it. */
#ifndef CAPTURE_JPEG_ENCODER_H
#define CAPTURE_JPEG_ENCODER_H

#include "paint.h"

typedef struct jpeg_encoder jpeg_encoder;

bool jpeg_encoder_built_in(void);

/** @return NULL if out of memory or not built in */
jpeg_encoder *jpeg_encoder_new(void);

/** Encodes a full-range YU12 canvas into `to`. @return bytes used; 0: it does not fit */
uint64_t jpeg_encoder_run(jpeg_encoder *encoder, const struct paint *canvas, uint8_t *to,
                          uint64_t room);

/** Accepts NULL. */
void jpeg_encoder_free(jpeg_encoder **encoder);

#endif
