/* SPDX-License-Identifier: MIT */
/** What the pointer does: wheel, drag, double click. */
#ifndef VIEWER_POINTER_H
#define VIEWER_POINTER_H

#include <SDL2/SDL.h>

struct viewer;

/** Handles a mouse event; nothing for any other. */
void pointer_event(struct viewer *viewer, const SDL_Event *event);

/** Tells the probe where the pointer is now, which no event does until it moves. */
void pointer_find(struct viewer *viewer);

#endif
