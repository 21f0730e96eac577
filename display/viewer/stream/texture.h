/* SPDX-License-Identifier: MIT */
/** A frame on its way to the screen: from the mapping into a texture without a copy of ours. */
#ifndef VIEWER_TEXTURE_H
#define VIEWER_TEXTURE_H

#include "model/adjust.h"
#include "model/inspect.h"
#include "model/view.h"

#include "picture/picture.h"

#include <triptych/triptych.h>

#include <SDL2/SDL.h>

/** One picture of a stream. All zero holds none. */
struct texture {
    SDL_Texture *sdl;
    uint32_t format; // SDL_PIXELFORMAT_*
    uint32_t width, height;
    SDL_YUV_CONVERSION_MODE yuv; // of YUV formats
    bool direct;                 // SDL read the frame's own bytes; false: one conversion of ours
    struct adjust adjust;        // made part of the picture
    struct inspect inspect;      // what was kept of it, before that
};

/** What is wanted of a picture besides being shown; all zero is nothing, and costs nothing. */
struct texture_request {
    struct adjust adjust;
    struct inspect_request inspect;
};

/**
 * Brings a frame's picture into `texture`, made anew where format, size or colours differ.
 *
 * Straight from the frame where the renderer itself has such textures and converts them with the
 * frame's matrix and range; else by one conversion into the texture's locked memory, which is where
 * adjustments are made.
 *
 * @param video  the frame's own, or with colours as the viewer wants them
 * @return TRI_OK; TRI_ERR_CORRUPT, compressed bytes that cannot be decoded; TRI_ERR_NO_RESOURCES,
 * larger
 *         than this renderer takes; TRI_ERR_INVALID, no such conversion; TRI_ERR_SYSTEM, as
 *         SDL_GetError() says.
 * Threads: the renderer's own.
 */
enum tri_err texture_upload(struct texture *texture, SDL_Renderer *renderer,
                            picture_converter *converter, const struct tri_frame *frame,
                            const struct tri_video *video, const struct texture_request *request);

/**
 * Makes the same picture once more where it is not as now wanted and no frame is at hand: from the
 * bytes that were kept of it, else from what the texture shows, which is kept then.
 *
 * @return as texture_upload(); TRI_ERR_NO_STREAM: the texture holds no picture
 */
enum tri_err texture_update(struct texture *texture, SDL_Renderer *renderer,
                            picture_converter *converter, const struct texture_request *request);

/** Keeps what is wanted of a frame whose picture the texture is; of a compressed one nothing. */
void texture_keep_bytes(struct texture *texture, const struct tri_frame *frame,
                        const struct tri_video *video, const struct inspect_request *request);

/** Makes the same picture once more in the colours of `video`, from the frame's own bytes. @return as
 *  texture_upload(); TRI_ERR_NO_STREAM: they were not kept */
enum tri_err texture_recolor(struct texture *texture, SDL_Renderer *renderer,
                             picture_converter *converter, const struct tri_video *video,
                             const struct texture_request *request);

/** Reads the picture back as the renderer shows it, unscaled and not turned.
 *  @param rgb  3 bytes a pixel, no padding. @return false, as SDL_GetError() says. */
bool texture_read(const struct texture *texture, SDL_Renderer *renderer, uint8_t *rgb);

/** Blackens what a picture at `place` leaves of `area`: its own place is drawn once only. */
void texture_draw_margins(SDL_Renderer *renderer, const struct view_place *place,
                          const struct view_area *area);

/** Draws the picture at `place`; `shade` 255 is as it is, less is darker. */
void texture_draw(const struct texture *texture, SDL_Renderer *renderer,
                  const struct view_place *place, uint8_t shade);

void texture_free(struct texture *texture);

#endif
