/* SPDX-License-Identifier: MIT */
/** The keys and what they do: one table. */
#ifndef VIEWER_KEYS_H
#define VIEWER_KEYS_H

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stddef.h>

struct loop;

/** Does what the pressed key stands for. @return false: nothing, it is none of the table. */
bool keys_press(struct loop *loop, const SDL_Keysym *pressed);

/** The keys' help in so many columns, a line each, without a newline at the end. */
void keys_help(char *text, size_t bytes, unsigned columns);

/** The same in one column, broken between words where a line would be longer than `width` letters. */
void keys_help_narrow(char *text, size_t bytes, int width);

#endif
