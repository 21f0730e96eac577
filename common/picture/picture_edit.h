/* SPDX-License-Identifier: MIT */
/** Crops, turns, scales and converts pictures. One place decides which library does what, in which
 *  order and with how many copies. */
#ifndef PICTURE_PICTURE_EDIT_H
#define PICTURE_PICTURE_EDIT_H

#include "picture.h"

/** What to do, in this order. */
struct picture_edit {
    uint32_t crop_x; // pixels of the source
    uint32_t crop_y;
    uint32_t crop_width; // 0: the whole source
    uint32_t crop_height;
    bool mirror;       // left to right
    unsigned quarters; // then rotated clockwise by so many right angles, 0 to 3
    uint32_t width;    // then scaled to this size; 0: not scaled
    uint32_t height;
    uint32_t fourcc; // of the result; 0: the source's, of MJPG that is changed TRI_FOURCC_XR24
};

/** Does one edit on picture after picture; reuses its memory. Threads: one at a time. */
typedef struct picture_editor picture_editor;

/** @return NULL: out of memory */
picture_editor *picture_editor_new(const tri_log *log);
void picture_editor_free(picture_editor **editor);

/**
 * Plans an edit of pictures of `video`.
 *
 * @param result  set on success: the description of the results. Aspect ratio, chroma siting, rotation
 *                and the matrix follow the edit; strides are 0
 * @param why     set on failure: the reason and what to do, one line without a newline
 * @return false: this edit is not possible
 */
bool picture_editor_plan(picture_editor *editor, const struct tri_video *video,
                         const struct picture_edit *edit, struct tri_video *result, char *why,
                         size_t why_bytes);

/**
 * Makes the planned edit of one picture. A plan of one step reads the source and writes the result
 * directly; each further step is one more picture in private memory.
 *
 * @param info  as planned; strides may differ. A compressed picture is copied: of its `bytes_used`
 * @param made  the result's planes: strides, rows and bytes
 * @return as picture_convert(); TRI_ERR_TOO_SMALL: a compressed source larger than `made`
 */
enum tri_err picture_editor_run(picture_editor *editor, const struct tri_frame_info *info,
                                const struct tri_shape *shape,
                                const uint8_t *const data[TRI_PLANES_MAX],
                                const struct tri_shape *made, uint8_t *const to[TRI_PLANES_MAX]);

/** Number of steps of the plan: copies and conversions of the pixels. */
unsigned picture_editor_steps(const picture_editor *editor);

/** Pixels across and lines down that positions in a format are multiples of: 1, 2, or 6 of v210. */
void picture_units(uint32_t fourcc, uint32_t *across, uint32_t *down);

#endif
