/* SPDX-License-Identifier: MIT */
/** The table of keys, each with its action. A new key is a row and a function in key_actions.c. */
#ifndef VIEWER_KEY_ACTIONS_H
#define VIEWER_KEY_ACTIONS_H

#include "model/key_help.h"

#include <SDL2/SDL.h>
#include <stdbool.h>

struct viewer;

struct key {
    SDL_Keycode code;
    bool shift;           // only with Shift; false: only without
    struct key_help help; // no label: another way to type the key before it
    void (*act)(struct viewer *viewer);
};

/** The table, and the number of its rows. */
extern const struct key key_table[];
extern const size_t key_count;

/** The rows that have a label. @return their number, at most KEY_HELP_MAX */
size_t key_help_rows(struct key_help rows[KEY_HELP_MAX]);

#endif
