/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "actions.h"
#include "program/strbuf.h"

#include <string.h>

struct key {
    SDL_Keycode code;
    bool shift;        // only with it; false: only without
    const char *label; // NULL: another way to type the key before it
    const char *help;
    void (*act)(struct loop *loop);
};

static const struct key keys[] = {
    { SDLK_q, false, "q", "quit", act_quit },
    { SDLK_ESCAPE, false, "Esc", "leave fullscreen or solo; quit", act_leave },
    { SDLK_f, false, "f", "fullscreen (double click too)", act_fullscreen },
    { SDLK_TAB, false, "Tab", "next stream (click too)", act_focus_next },
    { SDLK_TAB, true, NULL, NULL, act_focus_previous },
    { SDLK_RETURN, false, "Enter", "only this stream (double click)", act_solo },
    { SDLK_KP_ENTER, false, NULL, NULL, act_solo },
    { SDLK_SPACE, false, "Space p", "pause", act_pause },
    { SDLK_p, false, NULL, NULL, act_pause },
    { SDLK_PERIOD, false, ".", "step forward, paused", act_step_forward },
    { SDLK_COMMA, false, ",", "step back", act_step_back },
    { SDLK_s, false, "s", "save a screenshot", act_screenshot },
    { SDLK_i, false, "i", "statistics", act_statistics },
    { SDLK_o, false, "o", "statistics: detail", act_statistics_level },
    { SDLK_k, false, "k", "keep frame to compare; off", act_compare },
    { SDLK_k, true, "K", "compare: split, blink, diff", act_compare_mode },
    { SDLK_r, false, "r", "rotate by 90 degrees", act_rotate },
    { SDLK_m, false, "m", "mirror horizontally", act_mirror_horizontal },
    { SDLK_m, true, "M", "mirror vertically", act_mirror_vertical },
    { SDLK_0, false, "0", "fit into the window", act_fit },
    { SDLK_KP_0, false, NULL, NULL, act_fit },
    { SDLK_1, false, "1", "original size", act_scale_1x },
    { SDLK_KP_1, false, NULL, NULL, act_scale_1x },
    { SDLK_2, false, "2", "double size", act_scale_2x },
    { SDLK_KP_2, false, NULL, NULL, act_scale_2x },
    { SDLK_w, false, "w", "fill the window", act_fill },
    { SDLK_PLUS, false, "+ -", "zoom (wheel too; drag to move)", act_zoom_in },
    { SDLK_PLUS, true, NULL, NULL, act_zoom_in },
    { SDLK_EQUALS, true, NULL, NULL, act_zoom_in },
    { SDLK_KP_PLUS, false, NULL, NULL, act_zoom_in },
    { SDLK_MINUS, false, NULL, NULL, act_zoom_out },
    { SDLK_KP_MINUS, false, NULL, NULL, act_zoom_out },
    { SDLK_t, false, "t", "always on top", act_always_on_top },
    { SDLK_c, true, "C", "colour space", act_colorspace },
    { SDLK_r, true, "R", "colour range", act_range },
    { SDLK_b, false, "b", "significant bits, 16-bit grey", act_bits },
    { SDLK_n, false, "n", "pixel probe", act_probe },
    { SDLK_y, false, "y", "histogram: luma, RGB, none", act_histogram },
    { SDLK_3, false, "3 4", "darker, brighter", act_darker },
    { SDLK_4, false, NULL, NULL, act_brighter },
    { SDLK_5, false, "5 6", "less, more gamma", act_less_gamma },
    { SDLK_6, false, NULL, NULL, act_more_gamma },
    { SDLK_7, false, "7 8", "less, more contrast", act_less_contrast },
    { SDLK_8, false, NULL, NULL, act_more_contrast },
    { SDLK_BACKSPACE, false, "Back", "reset 3 to 8", act_reset_adjustments },
    { SDLK_h, false, "h", "this help", act_help },
};

static const struct key *find(SDL_Keycode code, bool shift)
{
    for (size_t i = 0; i < SDL_arraysize(keys); i++) {
        if (keys[i].code == code && keys[i].shift == shift)
            return &keys[i];
    }
    return NULL;
}

/** The key of the character that a press types: French types '.' and digits with Shift. SDL queues
 *  the character behind the press. */
static const struct key *find_typed(void)
{
    SDL_Event event;

    SDL_PumpEvents();
    if (SDL_PeepEvents(&event, 1, SDL_PEEKEVENT, SDL_TEXTINPUT, SDL_TEXTINPUT) != 1 ||
        event.text.text[1] != '\0' || SDL_isalpha((unsigned char)event.text.text[0]))
        return NULL;
    return find(event.text.text[0], false);
}

/** Whether the keyboard types any of a to z. One key does not tell: Greek has ';' in the place of q. */
static bool has_latin_layout(void)
{
    for (int place = SDL_SCANCODE_A; place <= SDL_SCANCODE_Z; place++) {
        const SDL_Keycode code = SDL_GetKeyFromScancode((SDL_Scancode)place);
        if (code >= SDLK_a && code <= SDLK_z)
            return true;
    }
    return false;
}

/** The key at a place of the US keyboard, for layouts that type no Latin letters. */
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

bool keys_press(struct loop *loop, const SDL_Keysym *pressed)
{
    const bool shift = (pressed->mod & KMOD_SHIFT) != 0;
    const bool types = !(pressed->sym & SDLK_SCANCODE_MASK);

    if (pressed->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return false; // the desktop's
    const struct key *key = find(pressed->sym, shift);
    if (!key && types)
        key = find_typed();
    if (!key && types && !has_latin_layout())
        key = find_at(pressed->scancode, shift);
    if (key)
        key->act(loop);
    return key != NULL;
}

/** The keys that have a label. @return how many */
static size_t labelled(const struct key *shown[SDL_arraysize(keys)])
{
    size_t count = 0;

    for (size_t i = 0; i < SDL_arraysize(keys); i++) {
        if (keys[i].label)
            shown[count++] = &keys[i];
    }
    return count;
}

/** The longest label and help of some keys. */
static void measure(const struct key *const *shown, size_t count, int *label, int *help)
{
    *label = *help = 0;
    for (size_t i = 0; i < count; i++) {
        *label = SDL_max(*label, (int)strlen(shown[i]->label));
        *help = SDL_max(*help, (int)strlen(shown[i]->help));
    }
}

void keys_help(char *text, size_t bytes, unsigned columns)
{
    const struct key *shown[SDL_arraysize(keys)];
    const size_t count = labelled(shown);
    const size_t rows = (count + columns - 1) / columns;
    struct strbuf buf;
    int label, help;

    strbuf_init(&buf, text, bytes);
    for (size_t row = 0; row < rows; row++) {
        for (size_t at = row; at < count; at += rows) {
            const size_t top = at - row;
            const bool last = at + rows >= count;
            measure(shown + top, SDL_min(rows, count - top), &label, &help);
            strbuf_add(&buf, "%-*s  %-*s%s", label, shown[at]->label, last ? 0 : help,
                       shown[at]->help, last ? "" : "  ");
        }
        if (row + 1 < rows)
            strbuf_add(&buf, "\n");
    }
}

void keys_help_narrow(char *text, size_t bytes, int width)
{
    const struct key *shown[SDL_arraysize(keys)];
    const size_t count = labelled(shown);
    struct strbuf buf;
    int label, help;

    measure(shown, count, &label, &help);
    strbuf_init(&buf, text, bytes);
    for (size_t i = 0; i < count; i++) {
        int used = label + 1;
        strbuf_add(&buf, "%s%-*s ", i ? "\n" : "", label, shown[i]->label);
        for (const char *word = shown[i]->help; *word;) {
            const int length = (int)strcspn(word, " ");
            if (used + 1 + length > width && used > label + 1) {
                strbuf_add(&buf, "\n%-*s ", label, "");
                used = label + 1;
            }
            strbuf_add(&buf, " %.*s", length, word);
            used += 1 + length;
            word += length + (word[length] == ' ');
        }
    }
}
