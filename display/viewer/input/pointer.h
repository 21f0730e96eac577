/* SPDX-License-Identifier: MIT */
/** Actions of the pointer: wheel, drag, double click. */
#ifndef VIEWER_POINTER_H
#define VIEWER_POINTER_H

#include <SDL2/SDL.h>

struct viewer;

/** Handles a mouse event; ignores others. */
void pointer_event(struct viewer *viewer, const SDL_Event *event);

/** Moves the probe to the pointer, for which there is no event until it moves. */
void pointer_find(struct viewer *viewer);

#endif
