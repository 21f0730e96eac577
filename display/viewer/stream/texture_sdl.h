/* SPDX-License-Identifier: MIT */
/** Uploads of frames into SDL textures. */
#ifndef VIEWER_TEXTURE_SDL_H
#define VIEWER_TEXTURE_SDL_H

#include "texture.h"

#include "picture/picture.h"

/** What an upload needs. Threads: the renderer's own. */
struct texture_uploader {
    SDL_Renderer *renderer;
    picture_converter *converter;
};

/**
 * Uploads a frame into texture->sdl, which is recreated if format, size or colours differ: directly
 * from the frame if the renderer converts such textures with the frame's matrix and range, otherwise by
 * one conversion into the texture's locked memory, where adjustments are applied too.
 *
 * @param video    the frame's own, or with the colours that the user has chosen
 * @param inspect  what to keep of the result of the conversion; NULL: nothing
 * @return as texture_upload()
 */
enum tri_err texture_sdl_upload(struct texture *texture, const struct texture_uploader *with,
                                const struct tri_frame *frame, const struct tri_video *video,
                                const struct adjust *adjust, const struct inspect_request *inspect);

/** Converts a frame to 32 bits a pixel, blue in the lowest byte. @return as picture_convert() */
enum tri_err texture_convert(picture_converter *converter, const struct tri_frame *frame,
                             const struct tri_video *video, uint8_t *to, uint32_t pitch);

#endif
