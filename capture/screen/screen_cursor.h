/* SPDX-License-Identifier: MIT */
/** The cursor of an X server, drawn into pictures, which the server sends without it. */
#ifndef CAPTURE_SCREEN_CURSOR_H
#define CAPTURE_SCREEN_CURSOR_H

#include "screen_area.h"

#include <xcb/xfixes.h>

/** Starts as zero. */
struct screen_cursor {
    xcb_xfixes_get_cursor_image_reply_t *image; // NULL: not known yet
    bool changed;                               // the server has another image
    bool shown;                                 // the pointer is on this screen
    int32_t x;                                  // of the pointer in the area's picture
    int32_t y;
};

/** Requests events about the image. */
void screen_cursor_open(struct screen_cursor *cursor, struct x11_connection *x,
                        xcb_window_t window);

/** Takes an event. @return whether it was about the cursor */
bool screen_cursor_event(struct screen_cursor *cursor, const struct x11_connection *x,
                         const xcb_generic_event_t *event);

/** Takes the pointer's place. @return whether this changes a picture with the cursor */
bool screen_cursor_move(struct screen_cursor *cursor, const struct screen_area *area,
                        const xcb_query_pointer_reply_t *pointer);

/** Takes an image of the cursor, and owns it. */
void screen_cursor_set_image(struct screen_cursor *cursor,
                             xcb_xfixes_get_cursor_image_reply_t *image);

/** Draws the cursor into the frame, as far as it lies in it. Touches the pixels below it only. */
void screen_cursor_draw(const struct screen_cursor *cursor, struct tri_draft *draft);

/** The rows of the area's picture in which the cursor is drawn; none: *top is not below *bottom. */
void screen_cursor_rows(const struct screen_cursor *cursor, const struct screen_area *area,
                        int32_t *top, int32_t *bottom);

void screen_cursor_close(struct screen_cursor *cursor);

#endif
