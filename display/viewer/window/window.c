/* SPDX-License-Identifier: MIT */
#include "window.h"

#include <SDL2/SDL_opengl.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define START_WIDTH  960
#define START_HEIGHT 540
#define LEAST_WIDTH  320 // one of the two, also for the tiny frames of a thermal camera
#define LEAST_HEIGHT 240
#define SCREEN_SHARE 0.9 // of the usable screen, for a size chosen by us

/** Returns whether the environment names a screen. */
static bool has_screen(void)
{
    const char *const names[] = { "DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER" };
    for (size_t i = 0; i < SDL_arraysize(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return true;
    }
    return false;
}

static bool is_x11(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver && strcmp(driver, "x11") == 0;
}

typedef int x_io_error_handler(void *display);

static const tri_log *x_log; // Xlib passes no user pointer to its handler

/** Ends the program on the first thread that notices the loss of the X server. Xlib calls exit() on
 *  each such thread, and exit handlers that run on two threads at a time crash. */
static int end_without_screen(void *display)
{
    static atomic_flag ending = ATOMIC_FLAG_INIT;
    const char *name = getenv("DISPLAY");
    (void)display;
    if (atomic_flag_test_and_set(&ending)) {
        for (;;)
            pause();
    }
    tri_log_write(x_log, TRI_LOG_ERROR, "window",
                  "X server %s: connection lost: it ended or closed this window's connection",
                  name ? name : "");
    _exit(CLI_FAILED);
}

typedef x_io_error_handler *set_x_io_error_handler(x_io_error_handler *handler);

/** Xlib is loaded by SDL, not linked: its functions are looked up by name. */
static void *find_in_xlib(const char *function)
{
    void *xlib = SDL_LoadObject("libX11.so.6");
    return xlib ? SDL_LoadFunction(xlib, function) : NULL;
}

static void handle_loss_of_screen(const tri_log *log)
{
    set_x_io_error_handler *set = (set_x_io_error_handler *)find_in_xlib("XSetIOErrorHandler");
    x_log = log;
    if (set)
        set(end_without_screen);
}

typedef int x_error_handler(void *display, void *event);
typedef x_error_handler *set_x_error_handler(x_error_handler *handler);

static x_error_handler *default_x_error; // ends the program
static bool is_closing;

/** SDL wakes its event loop by XSendEvent to the window, through a connection of its own. Where the X
 *  server handles the end of the window first, it answers BadWindow, which is no failure. */
static int handle_x_error(void *display, void *event)
{
    return is_closing ? 0 : default_x_error(display, event);
}

/** Before SDL opens the screen: it restores the handler that it found when it closes the connection. */
static void handle_x_errors(void)
{
    set_x_error_handler *set = (set_x_error_handler *)find_in_xlib("XSetErrorHandler");
    if (set)
        default_x_error = set(handle_x_error);
}

static bool start_sdl(const tri_log *log)
{
    if (!has_screen()) {
        tri_log_write(log, TRI_LOG_ERROR, "window",
                      "no screen: neither DISPLAY nor WAYLAND_DISPLAY is set; run this in a "
                      "desktop session, set SDL_VIDEODRIVER, or use --headless");
        return false;
    }
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); // see program/stop.h
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_APP_NAME, "triptych-display");
    handle_x_errors();
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        tri_log_write(
            log, TRI_LOG_ERROR, "window",
            "cannot open the screen: %s; check DISPLAY or WAYLAND_DISPLAY, or use --headless",
            SDL_GetError());
        return false;
    }
    // If no screen answers, SDL falls back to an invisible window.
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!getenv("SDL_VIDEODRIVER") && driver && strcmp(driver, "offscreen") == 0) {
        SDL_Quit();
        tri_log_write(log, TRI_LOG_ERROR, "window",
                      "cannot open the screen: no answer at DISPLAY or WAYLAND_DISPLAY; check "
                      "them, or use --headless");
        return false;
    }
    // The software renderer must not present through OpenGL: under X it loses the first frames after a
    // change of size, and the window stays black if no other one follows. Wayland needs OpenGL.
    if (is_x11()) {
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
        handle_loss_of_screen(log);
    }
    return true;
}

/** Returns whether OpenGL draws on the processor, at several times the cost of SDL's own renderer. */
static bool has_software_gl(SDL_Renderer *renderer)
{
    static const char *const names[] = { "llvmpipe", "softpipe", "swrast", "Software Rasterizer",
                                         "SwiftShader" };
    typedef const GLubyte *(*gl_get_string)(GLenum);
    SDL_RendererInfo info;
    if (SDL_GetRendererInfo(renderer, &info) != 0 || !strstr(info.name, "opengl"))
        return false;
    const gl_get_string get_string = (gl_get_string)SDL_GL_GetProcAddress("glGetString");
    const char *gl = get_string ? (const char *)get_string(GL_RENDERER) : NULL;
    for (size_t i = 0; gl && i < SDL_arraysize(names); i++) {
        if (strstr(gl, names[i]))
            return true;
    }
    return false;
}

static SDL_Renderer *create_renderer(SDL_Window *window, bool vsync, const tri_log *log)
{
    SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, vsync ? SDL_RENDERER_PRESENTVSYNC : 0);
    if (!renderer && vsync) {
        tri_log_write(log, TRI_LOG_WARN, "window", "no vsync here: %s", SDL_GetError());
        renderer = SDL_CreateRenderer(window, -1, 0);
    }
    if (!renderer) {
        tri_log_write(log, TRI_LOG_ERROR, "window",
                      "cannot draw in the window: %s; try SDL_RENDER_DRIVER=software",
                      SDL_GetError());
        return NULL;
    }
    SDL_RendererInfo info;
    if (SDL_GetRendererInfo(renderer, &info) == 0)
        tri_log_write(log, TRI_LOG_DEBUG, "window", "renderer %s%s", info.name,
                      info.flags & SDL_RENDERER_PRESENTVSYNC ? ", vsync" : "");
    return renderer;
}

static void close_drawn(struct window *window)
{
    if (window->renderer)
        SDL_DestroyRenderer(window->renderer);
    if (window->sdl)
        SDL_DestroyWindow(window->sdl);
    window->renderer = NULL;
    window->sdl = NULL;
}

/** Opens the window, hidden: SDL may recreate it for its renderer. */
static bool open_drawn(struct window *window, const struct config *config, const tri_log *log)
{
    const struct geometry *geometry = &config->geometry;
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_HIDDEN;
    if (config->no_border)
        flags |= SDL_WINDOW_BORDERLESS;
    if (config->on_top)
        flags |= SDL_WINDOW_ALWAYS_ON_TOP;
    window->sdl = SDL_CreateWindow(
        "triptych-display", geometry->has_place ? geometry->x : (int)SDL_WINDOWPOS_UNDEFINED,
        geometry->has_place ? geometry->y : (int)SDL_WINDOWPOS_UNDEFINED,
        geometry->has_size ? (int)geometry->size.width : START_WIDTH,
        geometry->has_size ? (int)geometry->size.height : START_HEIGHT, flags);
    if (!window->sdl) {
        tri_log_write(log, TRI_LOG_ERROR, "window", "cannot open a window: %s", SDL_GetError());
        return false;
    }
    window->renderer = create_renderer(window->sdl, config->vsync == VSYNC_YES, log);
    SDL_RendererInfo info;
    window->is_software = window->renderer && SDL_GetRendererInfo(window->renderer, &info) == 0 &&
                          info.flags & SDL_RENDERER_SOFTWARE;
    return window->renderer != NULL;
}

/** Shortest interval between two frames. Whole milliseconds, like SDL's own limit. */
static int64_t refresh_ns_of(SDL_Window *window)
{
    SDL_DisplayMode mode;
    const int index = SDL_GetWindowDisplayIndex(window);
    const bool known = SDL_GetCurrentDisplayMode(index, &mode) == 0 && mode.refresh_rate > 0;
    return 1000 / (known ? mode.refresh_rate : 60) * 1000000LL;
}

bool window_open(struct window *window, const struct config *config, const tri_log *log)
{
    const struct geometry *geometry = &config->geometry;
    *window = (struct window){ .user_sized = geometry->has_size,
                               .placed = geometry->has_place,
                               .on_top = config->on_top };
    if (!start_sdl(log))
        return false;
    bool open = open_drawn(window, config, log);
    // Under Wayland SDL has no other way to the screen than OpenGL.
    if (open && is_x11() && !getenv("SDL_RENDER_DRIVER") && has_software_gl(window->renderer)) {
        tri_log_write(log, TRI_LOG_DEBUG, "window", "no graphics card: drawn without OpenGL");
        close_drawn(window);
        SDL_SetHint(SDL_HINT_RENDER_DRIVER, "software");
        open = open_drawn(window, config, log);
    }
    if (!open) {
        window_close(window);
        return false;
    }
    SDL_ShowWindow(window->sdl);
    if (window->is_software && is_x11()) {
        window->x11 = x11_shm_open(window->sdl);
        tri_log_write(log, TRI_LOG_DEBUG, "window", "%s",
                      window->x11 ? "the X server reads frames from shared memory"
                                  : "no shared memory with the X server: SDL copies frames");
        window->refresh_ns = config->vsync == VSYNC_YES ? refresh_ns_of(window->sdl) : 0;
    }
    if (config->fullscreen)
        window_set_fullscreen(window, true);
    return true;
}

void window_close(struct window *window)
{
    is_closing = true;
    x11_shm_close(&window->x11);
    close_drawn(window);
    SDL_Quit();
    *window = (struct window){ 0 };
}

void window_set_title(struct window *window, const char *title)
{
    if (strcmp(window->title, title) == 0)
        return;
    SDL_strlcpy(window->title, title, sizeof(window->title));
    SDL_SetWindowTitle(window->sdl, title);
}

void window_set_fullscreen(struct window *window, bool on)
{
    if (SDL_SetWindowFullscreen(window->sdl, on ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0) == 0)
        window->fullscreen = on;
}

void window_set_on_top(struct window *window, bool on)
{
    SDL_SetWindowAlwaysOnTop(window->sdl, on);
    window->on_top = on;
}

void window_fit_picture(struct window *window, unsigned width, unsigned height)
{
    SDL_Rect usable;
    if (window->user_sized || window->fullscreen)
        return;
    const double density = window_density(window);
    const double whole =
        SDL_ceil(SDL_min(LEAST_WIDTH * density / width, LEAST_HEIGHT * density / height));
    const double times = SDL_max(whole, 1.0);
    double w = times * width / density;
    double h = times * height / density;
    window->user_sized = true; // by the first frame only: later changes do not resize the window
    if (SDL_GetDisplayUsableBounds(SDL_GetWindowDisplayIndex(window->sdl), &usable) == 0) {
        const double room = SDL_min(usable.w * SCREEN_SHARE / w, usable.h * SCREEN_SHARE / h);
        w *= SDL_min(room, 1.0);
        h *= SDL_min(room, 1.0);
    }
    SDL_SetWindowSize(window->sdl, SDL_max((int)w, 1), SDL_max((int)h, 1));
    if (!window->placed) // otherwise it grows to the right and down, out of a small screen
        SDL_SetWindowPosition(window->sdl, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED);
}

void window_shown_by_server(struct window *window)
{
    window->shown_ns = tri_now_ns();
}

void window_wait_refresh(const struct window *window)
{
    const int64_t left_ns = window->shown_ns + window->refresh_ns - tri_now_ns();
    if (left_ns > 0)
        SDL_Delay((uint32_t)((left_ns + 999999) / 1000000));
}

void window_forget_stream(struct window *window)
{
    if (window->x11)
        x11_shm_forget(window->x11);
}

void window_output(const struct window *window, int *width, int *height)
{
    if (SDL_GetRendererOutputSize(window->renderer, width, height) != 0)
        SDL_GetWindowSize(window->sdl, width, height);
}

double window_density(const struct window *window)
{
    int output_w;
    int output_h;
    int w;
    int h;
    window_output(window, &output_w, &output_h);
    SDL_GetWindowSize(window->sdl, &w, &h);
    return w > 0 && output_w > 0 ? (double)output_w / w : 1;
}
