/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "actions.h"

#include <stdio.h>

struct key {
    SDL_Keycode code;
    bool shift;        // only with it; false: only without
    const char *label; // NULL: another way to type the key before it
    const char *help;
    void (*act)(struct loop *loop);
};

static const struct key keys[] = {
    { SDLK_q, false, "q", "quit", act_quit },
    { SDLK_ESCAPE, false, "Esc", "back to a window, to all, else quit", act_leave },
    { SDLK_f, false, "f", "fullscreen (double click too)", act_fullscreen },
    { SDLK_TAB, false, "Tab", "next stream (click too)", act_focus_next },
    { SDLK_TAB, true, NULL, NULL, act_focus_before },
    { SDLK_RETURN, false, "Enter", "it alone (double click too)", act_alone },
    { SDLK_KP_ENTER, false, NULL, NULL, act_alone },
    { SDLK_SPACE, false, "Space p", "pause", act_pause_or_go },
    { SDLK_p, false, NULL, NULL, act_pause_or_go },
    { SDLK_PERIOD, false, ".", "one picture on, paused", act_step },
    { SDLK_COMMA, false, ",", "one back, of the last ones", act_step_back },
    { SDLK_s, false, "s", "save a screenshot", act_screenshot },
    { SDLK_i, false, "i", "statistics", act_statistics },
    { SDLK_o, false, "o", "more or less of them", act_more },
    { SDLK_r, false, "r", "turn by 90 degrees", act_turn },
    { SDLK_m, false, "m", "mirror", act_mirror },
    { SDLK_0, false, "0", "fit into the window", act_fit },
    { SDLK_KP_0, false, NULL, NULL, act_fit },
    { SDLK_1, false, "1", "one to one", act_one_to_one },
    { SDLK_KP_1, false, NULL, NULL, act_one_to_one },
    { SDLK_2, false, "2", "double", act_twice },
    { SDLK_KP_2, false, NULL, NULL, act_twice },
    { SDLK_w, false, "w", "fill the window", act_fill },
    { SDLK_PLUS, false, "+ -", "zoom (wheel too; drag to move)", act_nearer },
    { SDLK_PLUS, true, NULL, NULL, act_nearer },
    { SDLK_EQUALS, true, NULL, NULL, act_nearer },
    { SDLK_KP_PLUS, false, NULL, NULL, act_nearer },
    { SDLK_MINUS, false, NULL, NULL, act_farther },
    { SDLK_KP_MINUS, false, NULL, NULL, act_farther },
    { SDLK_t, false, "t", "keep above other windows", act_on_top },
    { SDLK_c, true, "C", "next colour space", act_next_colorspace },
    { SDLK_r, true, "R", "next range", act_next_range },
    { SDLK_h, false, "h", "this help", act_help },
};

bool keys_press(struct loop *loop, const SDL_Keysym *pressed)
{
    const bool shift = (pressed->mod & KMOD_SHIFT) != 0;

    if (pressed->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return false; // the desktop's
    for (size_t i = 0; i < SDL_arraysize(keys); i++) {
        if (keys[i].code == pressed->sym && keys[i].shift == shift) {
            keys[i].act(loop);
            return true;
        }
    }
    return false;
}

void keys_help(char *text, size_t bytes)
{
    const struct key *shown[SDL_arraysize(keys)];
    size_t count = 0;
    size_t used = 0;

    for (size_t i = 0; i < SDL_arraysize(keys); i++) {
        if (keys[i].label)
            shown[count++] = &keys[i];
    }
    text[0] = '\0';
    const size_t rows = (count + 1) / 2;
    for (size_t i = 0; i < rows && used < bytes; i++) {
        const struct key *left = shown[i];
        const struct key *right = i + rows < count ? shown[i + rows] : NULL;
        const int n =
            snprintf(text + used, bytes - used, "%s%-8s %-31s %-4s %s", i ? "\n" : "", left->label,
                     left->help, right ? right->label : "", right ? right->help : "");
        used += n > 0 ? (size_t)n : 0;
    }
}
