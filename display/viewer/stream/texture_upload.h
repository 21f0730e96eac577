/* SPDX-License-Identifier: MIT */
/** Uploads frames into textures, where possible from the mapping without another copy. */
#ifndef VIEWER_TEXTURE_UPLOAD_H
#define VIEWER_TEXTURE_UPLOAD_H

#include "texture_sdl.h"

/** The use of an uploaded frame. All zero: to be drawn by SDL, unchanged; costs nothing more. */
struct texture_request {
    struct adjust adjust;
    struct inspect_request inspect;
    struct x11_shm *x11; // the X server shows the frame by itself; NULL: SDL draws it
};

/**
 * Uploads a frame into `texture`, which is recreated if format, size or colours differ.
 *
 * With request->x11 and without adjustments: one conversion into memory that the X server reads.
 * Otherwise directly from the frame if the renderer has such textures and converts them with the
 * frame's matrix and range. Otherwise one conversion into the texture's locked memory, where
 * adjustments are applied too.
 *
 * @param video  the frame's own, or with the colours that the user has chosen
 * @return TRI_OK; TRI_ERR_CORRUPT, the compressed data cannot be decoded; TRI_ERR_NO_RESOURCES, larger
 *         than this renderer allows; TRI_ERR_INVALID, no conversion of this format; TRI_ERR_SYSTEM, see
 *         SDL_GetError()
 */
enum tri_err texture_upload(struct texture *texture, const struct texture_uploader *with,
                            const struct tri_frame *frame, const struct tri_video *video,
                            const struct texture_request *request);

/** Returns whether the X server can show a frame from its slot: locked, and in its
 *  pixel format. */
bool texture_can_use_slot(struct x11_shm *x11, const struct tri_frame *frame,
                          const struct tri_video *video);

/** Takes the frame over as it is; *frame is zeroed. texture_can_use_slot() is true. */
void texture_use_slot(struct texture *texture, struct tri_frame *frame,
                      const struct tri_video *video);

/** Makes sure that SDL can draw the texture: uploads what was meant for the X server only.
 *  @return as texture_upload(); TRI_ERR_TORN, the slot has been reclaimed: the texture is empty */
enum tri_err texture_make_drawable(struct texture *texture, const struct texture_uploader *with);

/**
 * Uploads the same frame again if it does not meet the request and the frame has been released: from
 * the bytes kept of it, otherwise from what the texture shows, which is then kept. Needs TEXTURE_SDL.
 *
 * @return as texture_upload()
 */
enum tri_err texture_update(struct texture *texture, const struct texture_uploader *with,
                            const struct texture_request *request);

/** Keeps what is requested of the frame that the texture shows; nothing of a compressed one. */
void texture_keep_bytes(struct texture *texture, const struct tri_frame *frame,
                        const struct tri_video *video, const struct inspect_request *request);

/** Uploads the same frame again with the colours of `video`, from its own bytes.
 *  @return as texture_upload(); TRI_ERR_NO_STREAM: they were not kept */
enum tri_err texture_recolor(struct texture *texture, const struct texture_uploader *with,
                             const struct tri_video *video, const struct texture_request *request);

#endif
