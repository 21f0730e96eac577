/* SPDX-License-Identifier: MIT */
/** The window and its renderer. */
#ifndef VIEWER_WINDOW_H
#define VIEWER_WINDOW_H

#include "model/config.h"

#include <triptych/log.h>

#include <SDL2/SDL.h>
#include <stdbool.h>

#define WINDOW_TITLE_BYTES 1024 // enough for as many streams as there can be

struct window {
    SDL_Window *sdl;
    SDL_Renderer *renderer;
    bool is_software; // the renderer draws by the processor
    bool sized;       // by the user: not to be changed by us
    bool placed;      // likewise
    bool fullscreen;
    bool on_top;
    char title[WINDOW_TITLE_BYTES]; // as set last
};

/** Opens it, on a screen that SDL finds; says on `log` what is missing and what to do.
 *  @return false: there is no window, and SDL is shut down again. */
bool window_open(struct window *window, const struct config *config, const tri_log *log);
void window_close(struct window *window);

void window_set_title(struct window *window, const char *title);
void window_set_fullscreen(struct window *window, bool on);
void window_set_on_top(struct window *window, bool on);

/** Gives the window the size of a picture, a whole multiple of a tiny one's, as far as the screen has
 *  room, unless it has one that the user or an earlier call has chosen. */
void window_fit_picture(struct window *window, unsigned width, unsigned height);

/** Size of the inside in screen pixels, which is what is drawn in. */
void window_output(const struct window *window, int *width, int *height);

/** Screen pixels a window unit, in which the pointer is told: above 1 on a HiDPI screen. */
double window_density(const struct window *window);

#endif
