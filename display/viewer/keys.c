/* SPDX-License-Identifier: MIT */
#include "keys.h"

#include "loop.h"
#include "screenshot.h"

#include <stdio.h>
#include <string.h>

#define ZOOM_STEP 1.25

/* Actions, each by the name its key has in the table below. */

static void quit(struct loop *loop)
{
    loop->quit = true;
}

static void leave(struct loop *loop)
{
    if (loop->window.fullscreen)
        window_set_fullscreen(&loop->window, false);
    else
        loop->quit = true;
}

static void fullscreen(struct loop *loop)
{
    window_set_fullscreen(&loop->window, !loop->window.fullscreen);
}

static void pause_or_go(struct loop *loop)
{
    loop->stream.paused = !loop->stream.paused;
    loop->stream.step = false;
}

static void step(struct loop *loop)
{
    loop->stream.paused = true;
    loop->stream.step = true;
}

static void screenshot(struct loop *loop)
{
    char path[SCREENSHOT_PATH_MAX];

    screenshot_path(path, loop->config->screenshot_directory, loop->stream.name,
                    loop->stream.info.number);
    loop_screenshot(loop, path);
}

static void statistics(struct loop *loop)
{
    overlay_toggle(&loop->overlay);
}

static void more(struct loop *loop)
{
    overlay_next_level(&loop->overlay);
}

static void turn(struct loop *loop)
{
    view_turn(&loop->stream.view, 1);
}

static void mirror(struct loop *loop)
{
    loop->stream.view.hflip = !loop->stream.view.hflip;
}

static void one_to_one(struct loop *loop)
{
    view_set_scale(&loop->stream.view, 1);
}

static void twice(struct loop *loop)
{
    view_set_scale(&loop->stream.view, 2);
}

static void fit(struct loop *loop)
{
    view_set_mode(&loop->stream.view, VIEW_FIT);
}

static void fill(struct loop *loop)
{
    view_set_mode(&loop->stream.view, VIEW_FILL);
}

/** About the middle of the window; the wheel does it about the pointer. */
static void zoom(struct loop *loop, double factor)
{
    const struct view_area area = loop_area(loop);
    const struct view_picture picture = stream_view_picture(&loop->stream);

    if (loop->stream.has_picture)
        view_zoom(&loop->stream.view, &picture, &area, factor, area.x + area.w / 2.0,
                  area.y + area.h / 2.0);
}

static void nearer(struct loop *loop)
{
    zoom(loop, ZOOM_STEP);
}

static void farther(struct loop *loop)
{
    zoom(loop, 1 / ZOOM_STEP);
}

static void on_top(struct loop *loop)
{
    window_set_on_top(&loop->window, !loop->window.on_top);
    overlay_say(&loop->overlay, loop->window.on_top ? "above other windows" : "not above others");
}

static void next_colorspace(struct loop *loop)
{
    static const uint32_t order[] = { TRI_COLORSPACE_DEFAULT, TRI_COLORSPACE_SMPTE170M,
                                      TRI_COLORSPACE_REC709, TRI_COLORSPACE_BT2020 };
    uint32_t *now = &loop->stream.colorspace;
    size_t i = 0;

    while (order[i] != *now)
        i++;
    *now = order[(i + 1) % SDL_arraysize(order)];
    overlay_say(&loop->overlay, "colour space: %s",
                *now ? tri_colorspace_word(*now) : "as the frames say");
}

static void next_range(struct loop *loop)
{
    uint32_t *now = &loop->stream.range;

    *now = (*now + 1) % (TRI_RANGE_LIMITED + 1);
    overlay_say(&loop->overlay, "range: %s", *now ? tri_range_word(*now) : "as the frames say");
}

static void help(struct loop *loop)
{
    loop->overlay.help = !loop->overlay.help;
}

struct key {
    SDL_Keycode code;
    bool shift;        // only with it; false: only without
    const char *label; // NULL: another way to type the key before it
    const char *help;
    void (*act)(struct loop *loop);
};

static const struct key keys[] = {
    { SDLK_q, false, "q", "quit", quit },
    { SDLK_ESCAPE, false, "Esc", "leave fullscreen, else quit", leave },
    { SDLK_f, false, "f", "fullscreen (double click too)", fullscreen },
    { SDLK_SPACE, false, "Space p", "pause", pause_or_go },
    { SDLK_p, false, NULL, NULL, pause_or_go },
    { SDLK_PERIOD, false, ".", "one frame, then pause", step },
    { SDLK_s, false, "s", "save a screenshot", screenshot },
    { SDLK_i, false, "i", "statistics", statistics },
    { SDLK_o, false, "o", "more or less of them", more },
    { SDLK_r, false, "r", "turn by 90 degrees", turn },
    { SDLK_m, false, "m", "mirror", mirror },
    { SDLK_0, false, "0", "fit into the window", fit },
    { SDLK_KP_0, false, NULL, NULL, fit },
    { SDLK_1, false, "1", "one to one", one_to_one },
    { SDLK_KP_1, false, NULL, NULL, one_to_one },
    { SDLK_2, false, "2", "double", twice },
    { SDLK_KP_2, false, NULL, NULL, twice },
    { SDLK_w, false, "w", "fill the window", fill },
    { SDLK_PLUS, false, "+ -", "zoom (wheel too; drag to move)", nearer },
    { SDLK_PLUS, true, NULL, NULL, nearer },
    { SDLK_EQUALS, true, NULL, NULL, nearer },
    { SDLK_KP_PLUS, false, NULL, NULL, nearer },
    { SDLK_MINUS, false, NULL, NULL, farther },
    { SDLK_KP_MINUS, false, NULL, NULL, farther },
    { SDLK_t, false, "t", "keep above other windows", on_top },
    { SDLK_c, true, "C", "next colour space", next_colorspace },
    { SDLK_r, true, "R", "next range", next_range },
    { SDLK_h, false, "h", "this help", help },
};

void keys_press(struct loop *loop, const SDL_Keysym *pressed)
{
    const bool shift = (pressed->mod & KMOD_SHIFT) != 0;

    if (pressed->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return; // the desktop's
    for (size_t i = 0; i < SDL_arraysize(keys); i++) {
        if (keys[i].code == pressed->sym && keys[i].shift == shift) {
            keys[i].act(loop);
            loop->dirty = true;
            return;
        }
    }
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
