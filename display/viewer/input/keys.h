/* SPDX-License-Identifier: MIT */
/** Finds the row of the key table for a key press, on any keyboard layout. */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <SDL2/SDL.h>
#include <stdbool.h>

struct viewer;

/** Runs the action of a key. @return false: the key has none */
bool keys_press(struct viewer *viewer, const SDL_Keysym *pressed);

#endif
