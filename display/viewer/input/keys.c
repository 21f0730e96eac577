/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "key_actions.h"

static const struct key *find(SDL_Keycode code, bool shift)
{
    for (size_t i = 0; i < key_count; i++) {
        if (key_table[i].code == code && key_table[i].shift == shift)
            return &key_table[i];
    }
    return NULL;
}

/** Finds the key by the character it types: a French layout types '.' and digits with Shift. SDL queues
 *  the character after the key press. */
static const struct key *find_typed(void)
{
    SDL_Event event;
    SDL_PumpEvents();
    if (SDL_PeepEvents(&event, 1, SDL_PEEKEVENT, SDL_TEXTINPUT, SDL_TEXTINPUT) != 1 ||
        event.text.text[1] != '\0' || SDL_isalpha((unsigned char)event.text.text[0]))
        return NULL;
    return find(event.text.text[0], false);
}

/** Returns whether the layout types any of a to z. One key is not enough: Greek has ';' on Q. */
static bool has_latin_layout(void)
{
    for (int place = SDL_SCANCODE_A; place <= SDL_SCANCODE_Z; place++) {
        const SDL_Keycode code = SDL_GetKeyFromScancode((SDL_Scancode)place);
        if (code >= SDLK_a && code <= SDLK_z)
            return true;
    }
    return false;
}

/** Finds the key by its place on a US keyboard, for layouts that type no Latin letters. */
static const struct key *find_at(SDL_Scancode place, bool shift)
{
    static const struct {
        SDL_Scancode place;
        SDL_Keycode code;
    } others[] = {
        { SDL_SCANCODE_0, SDLK_0 },           { SDL_SCANCODE_COMMA, SDLK_COMMA },
        { SDL_SCANCODE_PERIOD, SDLK_PERIOD }, { SDL_SCANCODE_MINUS, SDLK_MINUS },
        { SDL_SCANCODE_EQUALS, SDLK_EQUALS },
    };
    if (place >= SDL_SCANCODE_A && place <= SDL_SCANCODE_Z)
        return find(SDLK_a + (SDL_Keycode)(place - SDL_SCANCODE_A), shift);
    if (place >= SDL_SCANCODE_1 && place <= SDL_SCANCODE_9)
        return find(SDLK_1 + (SDL_Keycode)(place - SDL_SCANCODE_1), shift);
    for (size_t i = 0; i < SDL_arraysize(others); i++) {
        if (others[i].place == place)
            return find(others[i].code, shift);
    }
    return NULL;
}

bool keys_press(struct viewer *viewer, const SDL_Keysym *pressed)
{
    const bool shift = (pressed->mod & KMOD_SHIFT) != 0;
    const bool types = !(pressed->sym & SDLK_SCANCODE_MASK);
    if (pressed->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return false; // belongs to the desktop
    const struct key *key = find(pressed->sym, shift);
    if (!key && types)
        key = find_typed();
    if (!key && types && !has_latin_layout())
        key = find_at(pressed->scancode, shift);
    if (key)
        key->act(viewer);
    return key != NULL;
}
