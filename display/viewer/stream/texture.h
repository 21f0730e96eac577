/* SPDX-License-Identifier: MIT */
/** The pixels of one frame in a form that can be shown. */
#ifndef VIEWER_TEXTURE_H
#define VIEWER_TEXTURE_H

#include "model/adjust.h"
#include "model/inspect.h"
#include "model/view.h"
#include "window/x11_shm.h"

#include <triptych/triptych.h>

#include <SDL2/SDL.h>

/** Where the pixels lie. */
enum texture_place {
    TEXTURE_EMPTY,
    TEXTURE_SDL,   // in an SDL texture
    TEXTURE_IMAGE, // in memory that the X server reads
    TEXTURE_SLOT,  // in the stream's segment, locked
};

/** How the pixels came there. */
enum texture_upload {
    TEXTURE_CONVERTED,
    TEXTURE_DIRECT,  // SDL read the frame's own bytes
    TEXTURE_IN_SLOT, // not at all: the X server reads the slot
};

/** One frame. All zero is empty. */
struct texture {
    enum texture_place place;
    enum texture_upload upload;
    uint32_t width;
    uint32_t height;
    struct x11_image *image; // of TEXTURE_IMAGE
    struct tri_frame slot;   // of TEXTURE_SLOT
    struct tri_video video;  // of TEXTURE_SLOT: with the colours it is shown in

    // Of TEXTURE_SDL
    SDL_Texture *sdl;
    uint32_t format; // SDL_PIXELFORMAT_*
    SDL_YUV_CONVERSION_MODE yuv;
    bool is_static;         // SDL holds no copy in this process
    struct adjust adjust;   // applied to the pixels
    struct inspect inspect; // kept of the frame before that
};

/** "converted", "direct" or "in-slot". */
const char *texture_upload_name(const struct texture *texture);

/** Reads the frame back as the renderer shows it, unscaled and not turned. Needs TEXTURE_SDL.
 *  @param rgb  3 bytes a pixel, no padding. @return false: SDL_GetError() has the reason */
bool texture_read(const struct texture *texture, SDL_Renderer *renderer, uint8_t *rgb);

/** Paints the parts of `area` beside a picture at `place` black: each pixel is drawn only once. */
void texture_draw_margins(SDL_Renderer *renderer, const struct view_place *place,
                          const struct view_area *area);

/** Draws the frame at `place`. Needs TEXTURE_SDL. @param shade  255: unchanged, less: darker */
void texture_draw(const struct texture *texture, SDL_Renderer *renderer,
                  const struct view_place *place, uint8_t shade);

/** Frees the pixels and releases the slot; what was kept of the frame stays. */
void texture_clear(struct texture *texture);

void texture_free(struct texture *texture);

#endif
