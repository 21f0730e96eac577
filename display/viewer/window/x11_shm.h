/* SPDX-License-Identifier: MIT */
/** Shows pixels in a window of an X server that reads them from shared memory: no copy in this process.
 *
 * SDL's own drawing by the processor copies each picture into a surface of the window's size first. For
 * a picture at its own size that copy costs as much as the X server's. */
#ifndef VIEWER_X11_SHM_H
#define VIEWER_X11_SHM_H

#include "model/view.h"

#include <triptych/triptych.h>

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A window whose X server reads shared memory. Threads: the window's own. */
struct x11_shm;

/** Pixels in shared memory of this process: 32 bits each, blue in the lowest byte. */
struct x11_image {
    uint8_t *pixels;
    uint32_t width;
    uint32_t height;
    uint32_t stride; // bytes
};

/**
 * Prepares `window`. Ownership: the caller closes it before the window.
 *
 * @return NULL: another window system; an X server on another machine, in another IPC namespace or
 *         without MIT-SHM; or pixels of another format
 */
struct x11_shm *x11_shm_open(SDL_Window *window);
void x11_shm_close(struct x11_shm **x11);

/** Makes an image, or keeps *image where it has that size already. @return false: no memory */
bool x11_image_resize(struct x11_shm *x11, struct x11_image **image, uint32_t width,
                      uint32_t height);

/** Frees an image; accepts NULL. The x11_shm it came from is still open. */
void x11_image_free(struct x11_image **image);

/**
 * Returns whether the X server can read this frame from its slot. Attaches the server to the stream's
 * segment when it changes, read-only.
 *
 * The server refuses if the segment's permissions exclude its user.
 *
 * Cost: none for further frames of one segment; otherwise two round trips.
 */
bool x11_shm_can_read(struct x11_shm *x11, const struct tri_frame *frame);

/** Detaches the server from the stream's segment, so that a removed one is freed. */
void x11_shm_forget(struct x11_shm *x11);

/**
 * Shows an image, or a frame that x11_shm_can_read() accepted last, at `place`, one screen pixel a
 * pixel, neither turned nor mirrored. Paints the rest of `area` black. The server has read the pixels
 * when the call returns.
 */
void x11_shm_show_image(struct x11_shm *x11, const struct x11_image *image,
                        const struct view_place *place, const struct view_area *area);
void x11_shm_show_frame(struct x11_shm *x11, const struct tri_frame *frame,
                        const struct view_place *place, const struct view_area *area);

#endif
