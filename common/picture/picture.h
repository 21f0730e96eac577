/* SPDX-License-Identifier: MIT */
/** Pictures outside shared memory: conversion, PNG and JPEG, each by the library made for it. */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include <triptych/triptych.h>

/** A conversion from one kind of picture to another; keeps libswscale's context between frames. */
typedef struct picture_converter picture_converter;

/** @return NULL when out of memory. */
picture_converter *picture_converter_new(const tri_log *log);
void picture_converter_free(picture_converter **converter);

/**
 * Converts a whole picture, MJPG included (decoded by libjpeg-turbo from a private copy: the bytes
 * may change while they are read), with the source's matrix and range, into `fourcc` of the same
 * size, full range when that is RGB.
 *
 * @param data     as in a tri_frame
 * @param to       one pointer a plane of the destination, which does not overlap the source
 * @param stride   bytes from row to row, one a plane, of the destination
 * @return TRI_OK; TRI_ERR_INVALID, no such conversion; TRI_ERR_CORRUPT, MJPG that cannot be decoded,
 *         logged at most once a second;
 *         TRI_ERR_NO_RESOURCES.
 */
enum tri_err picture_convert(picture_converter *converter, const struct tri_frame_info *info,
                             const struct tri_shape *shape,
                             const uint8_t *const data[TRI_PLANES_MAX], uint32_t fourcc,
                             uint8_t *const to[TRI_PLANES_MAX],
                             const uint32_t stride[TRI_PLANES_MAX]);

/** Replaces each of B, G and R of a picture of TRI_FOURCC_AR24 by what `table` has for it, in place. */
void picture_map(uint8_t *pixels, uint32_t stride, uint32_t width, uint32_t height,
                 const uint8_t table[256]);

/** Writes an 8-bit RGB picture as PNG, whole or not at all: under a temporary name, then renamed; a
 *  symbolic link stays one. "-" writes to stdout. `text` pairs (key, value, NULL) become tEXt
 *  chunks. Logs what failed. */
enum tri_err picture_write_png(const char *path, const uint8_t *rgb, uint32_t width,
                               uint32_t height, uint32_t stride, const char *const *text,
                               const tri_log *log);

#endif
