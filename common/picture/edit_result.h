/* SPDX-License-Identifier: MIT */
/** The description of an edit's result, and the edits that a picture does not allow; private to
 *  common/picture. */
#ifndef PICTURE_EDIT_RESULT_H
#define PICTURE_EDIT_RESULT_H

#include "picture_edit.h"

/** Refuses a crop that is not inside the picture, or between pixels that share samples.
 *  @return false, with the reason in `why` */
bool edit_check_crop(const struct tri_video *video, const struct picture_edit *edit, char *why,
                     size_t why_bytes);

/** Refuses what would mix the two fields of a frame. @return false, with the reason in `why` */
bool edit_check_fields(const struct tri_video *video, const struct picture_edit *edit, char *why,
                       size_t why_bytes);

/** The matrix in force in all steps: that of YUV at the source, else the one of the result. */
uint32_t edit_matrix(const struct tri_video *video, const struct picture_edit *edit);

/** Sets what the edit changes besides format and size, which *result has already: aspect ratio, siting,
 *  significant bits, matrix. */
void edit_describe(const struct tri_video *video, const struct picture_edit *edit,
                   struct tri_video *result);

#endif
