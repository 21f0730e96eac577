/* SPDX-License-Identifier: MIT */
/** The window and its renderer. */
#ifndef VIEWER_WINDOW_H
#define VIEWER_WINDOW_H

#include "model/config.h"
#include "x11_shm.h"

#include <triptych/log.h>

#include <SDL2/SDL.h>
#include <stdbool.h>

#define WINDOW_TITLE_BYTES 1024 // enough for STREAMS_MAX streams

struct window {
    SDL_Window *sdl;
    SDL_Renderer *renderer;
    bool is_software; // the renderer draws on the processor
    bool user_sized;  // chosen by the user or set once: not changed by us
    bool placed;      // the user chose the position
    bool fullscreen;
    bool on_top;
    struct x11_shm *x11;            // NULL: SDL alone draws
    int64_t refresh_ns;             // shortest time between two frames; 0: any
    int64_t shown_ns;               // when the X server last showed a frame by itself
    char title[WINDOW_TITLE_BYTES]; // as set last
};

/** Opens a window on the screen that SDL finds. @return false: logged, with what to do; SDL is shut
 *  down */
bool window_open(struct window *window, const struct config *config, const tri_log *log);
void window_close(struct window *window);

void window_set_title(struct window *window, const char *title);
void window_set_fullscreen(struct window *window, bool on);
void window_set_on_top(struct window *window, bool on);

/** Resizes the window to a picture, or to a whole multiple of a tiny one, as far as the screen allows.
 *  Does nothing if the user or an earlier call has chosen the size. */
void window_fit_picture(struct window *window, unsigned width, unsigned height);

/** Records that the X server has shown a frame by itself. */
void window_shown_by_server(struct window *window);

/** With --vsync, waits until the screen can show another frame than that: X11 itself does not wait. */
void window_wait_refresh(const struct window *window);

/** Detaches the X server from the stream's segment. */
void window_forget_stream(struct window *window);

/** Size of the drawing area in screen pixels. */
void window_output(const struct window *window, int *width, int *height);

/** Screen pixels per window unit, the unit of pointer events: above 1 on a HiDPI screen. */
double window_density(const struct window *window);

#endif
