/* SPDX-License-Identifier: MIT */
/** Computes which part of a frame becomes which part of the result. */
#ifndef CONVERT_FIT_H
#define CONVERT_FIT_H

#include "source_stream.h"

#include "picture/picture_edit.h"

/** Where the picture lies in the result. */
struct fit_place {
    bool bordered; // the result is larger than the picture
    uint32_t x;
    uint32_t y;
    uint32_t width; // of the result
    uint32_t height;
};

/** The edit of frames of `video`. `wanted` has format and size of the result; 0: those of the frame. */
struct picture_edit fit_source(const struct stream_edit *edit, const struct tri_video *wanted,
                               const struct tri_video *video);

/** The place of the result of `pixels`; with FIT_PAD sets its size first. */
struct fit_place fit_target(const struct stream_edit *edit, const struct tri_video *wanted,
                            const struct tri_video *video, struct picture_edit *pixels);

/** Sets the aspect ratio of a picture that was scaled alike in both directions. */
void fit_keep_aspect(struct tri_video *result, const struct tri_video *video, unsigned quarters);

#endif
