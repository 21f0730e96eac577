/* SPDX-License-Identifier: MIT */
/** The part of an X screen to capture: as the command line names it, and its place now. */
#ifndef CAPTURE_SCREEN_AREA_H
#define CAPTURE_SCREEN_AREA_H

#include "x11_connection.h"

enum screen_kind { SCREEN_WHOLE, SCREEN_REGION, SCREEN_WINDOW, SCREEN_MONITOR };

/** What follows "screen:", parsed. */
struct screen_choice {
    char display[64]; // "": $DISPLAY
    enum screen_kind kind;
    uint32_t x; // of a region: pixels
    uint32_t y;
    uint32_t width;
    uint32_t height;
    xcb_window_t window;
    char monitor[64]; // RandR's name
};

/** Where the pixels are. */
struct screen_area {
    xcb_drawable_t drawable; // what the server reads: a window, or the pixmap behind it
    xcb_window_t window;     // gives changes, size and pointer
    uint32_t x;              // in the drawable
    uint32_t y;
    uint32_t width;
    uint32_t height;
    uint32_t left; // of the area in the window
    uint32_t top;
    bool whole; // all of the window
    uint8_t depth;
    xcb_visualid_t visual;
};

/** Parses [DISPLAY,]AREA. @return false: neither a region, a window nor a name; logged */
bool screen_choice_parse(struct screen_choice *choice, const char *text, const tri_log *log);

/**
 * Finds the area. The pixmap behind a window is redirected to memory, so that other windows do not
 * cover it; screen_area_release() ends that.
 *
 * @return SOURCE_OK; SOURCE_LOST, missing or not shown now; SOURCE_MISUSED, a region outside the
 *         screen; SOURCE_NOTHING, stopped by a signal
 */
enum source_result screen_area_find(struct x11_connection *x, const struct screen_choice *choice,
                                    struct screen_area *area);

/** Whether a rectangle of the window is at least partly inside the area. */
bool screen_area_meets(const struct screen_area *area, const xcb_rectangle_t *rectangle);

/** Frees the pixmap of an area. */
void screen_area_release(struct x11_connection *x, struct screen_area *area);

/** Sets the refresh rate of the area's monitor as a fraction; 30/1 where the server has none. */
void screen_area_rate(struct x11_connection *x, const struct screen_area *area, uint32_t *num,
                      uint32_t *den);

/** Calls visit() for each monitor: its name, place and size in pixels, and whether it is the primary
 *  one. */
void screen_monitors(struct x11_connection *x,
                     void (*visit)(void *user, const char *name, const int32_t place[4],
                                   bool primary),
                     void *user);

#endif
