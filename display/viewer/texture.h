/* SPDX-License-Identifier: MIT */
/** A frame on its way to the screen: from the mapping into a texture without a copy of ours. */
#ifndef VIEWER_TEXTURE_H
#define VIEWER_TEXTURE_H

#include "view.h"

#include "picture/picture.h"

#include <triptych/triptych.h>

#include <SDL2/SDL.h>

/** One picture of a stream. All zero holds none. */
struct texture {
    SDL_Texture *sdl;
    uint32_t format; // SDL_PIXELFORMAT_*
    uint32_t width, height;
    SDL_YUV_CONVERSION_MODE yuv; // of YUV formats
    bool straight;               // SDL read the frame's own bytes; false: one conversion of ours
};

/**
 * Brings a frame's picture into `texture`, made anew where format, size or colours differ.
 *
 * Straight from the frame where the renderer itself has such textures and converts them with the
 * frame's matrix and range; else by one conversion into the texture's locked memory.
 *
 * @param video  the frame's own, or with colours as the viewer wants them
 * @return TRI_OK; TRI_ERR_CORRUPT, compressed bytes that cannot be decoded; TRI_ERR_LIMIT, larger
 *         than this renderer takes; TRI_ERR_INVALID, no such conversion; TRI_ERR_SYSTEM, as
 *         SDL_GetError() says.
 * Threads: the renderer's own.
 */
enum tri_err texture_upload(struct texture *texture, SDL_Renderer *renderer,
                            picture_converter *converter, const struct tri_frame *frame,
                            const struct tri_video *video);

/** Draws the picture at `place`; `shade` 255 is as it is, less is darker. */
void texture_draw(const struct texture *texture, SDL_Renderer *renderer,
                  const struct view_place *place, uint8_t shade);

void texture_free(struct texture *texture);

#endif
