/* SPDX-License-Identifier: MIT */
/** Images outside shared memory: conversion, JPEG, PNG. */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include <triptych/triptych.h>

/** Converts between formats; reuses the context of libswscale. */
typedef struct picture_converter picture_converter;

/** @return NULL: out of memory */
picture_converter *picture_converter_new(const tri_log *log);
void picture_converter_free(picture_converter **converter);

/**
 * Converts an image to `fourcc` of the same size, with the matrix and range of the source; RGB is full
 * range. MJPG is decoded by libjpeg-turbo from a private copy, since its bytes may change meanwhile.
 *
 * @param data     as in a tri_frame
 * @param to       one pointer per plane of the destination, which must not overlap the source
 * @param stride   bytes from row to row, one per plane of the destination
 * @return TRI_OK; TRI_ERR_INVALID, no such conversion; TRI_ERR_CORRUPT, MJPG that cannot be decoded,
 *         logged at most once a second;
 *         TRI_ERR_NO_RESOURCES.
 */
enum tri_err picture_convert(picture_converter *converter, const struct tri_frame_info *info,
                             const struct tri_shape *shape,
                             const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                             uint8_t *const to[TRI_PLANES_MAX],
                             const uint32_t stride[TRI_PLANES_MAX]);

/** Describes what picture_convert() makes of a frame of `video`. A target of another colour model than
 *  the source's has the usual range of its own. */
struct tri_video picture_target(const struct tri_video *video, uint32_t fourcc);

/** Whether picture_convert() converts from one format to the other. */
bool picture_can_make(picture_converter *converter, uint32_t from, uint32_t fourcc);

/** Replaces B, G and R of each pixel of a TRI_FOURCC_AR24 image by their entries in `table`, in
 *  place. */
void picture_map(uint8_t *pixels, uint32_t stride, uint32_t width, uint32_t height,
                 const uint8_t table[256]);

/** Writes an 8-bit RGB image as PNG, completely or not at all: under a temporary name, then renamed.
 *  Follows symbolic links. "-" is stdout. `text` (key, value, ..., NULL) becomes tEXt chunks. Logs
 *  failures, but not TRI_ERR_INTERRUPTED: a signal ended the wait for the reader of a pipe. */
enum tri_err picture_write_png(const char *path, const uint8_t *rgb, uint32_t width,
                               uint32_t height, uint32_t stride, const char *const *text,
                               const tri_log *log);

#endif
