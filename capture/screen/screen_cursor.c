/* SPDX-License-Identifier: MIT */
#include "screen_cursor.h"

#include <stdlib.h>
#include <string.h>

/** A rectangle in the picture, clipped to it. */
struct clip {
    int32_t left;
    int32_t top;
    int32_t right;
    int32_t bottom;
};

void screen_cursor_open(struct screen_cursor *cursor, struct x11_connection *x, xcb_window_t window)
{
    *cursor = (struct screen_cursor){ .changed = true };
    xcb_xfixes_select_cursor_input(x->xcb, window, XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
}

bool screen_cursor_event(struct screen_cursor *cursor, const struct x11_connection *x,
                         const xcb_generic_event_t *event)
{
    const xcb_query_extension_reply_t *xfixes = xcb_get_extension_data(x->xcb, &xcb_xfixes_id);
    if ((event->response_type & 0x7f) != xfixes->first_event + XCB_XFIXES_CURSOR_NOTIFY)
        return false;
    cursor->changed = true;
    return true;
}

static int32_t clamp(int32_t value, uint32_t limit)
{
    return value < 0 ? 0 : value > (int32_t)limit ? (int32_t)limit : value;
}

/** Where the image lies in a picture of this size; empty outside it. */
static struct clip clip(const struct screen_cursor *cursor, uint32_t width, uint32_t height)
{
    if (!cursor->shown || !cursor->image)
        return (struct clip){ 0 };
    const int32_t x = cursor->x - cursor->image->xhot;
    const int32_t y = cursor->y - cursor->image->yhot;
    const struct clip clip = { .left = clamp(x, width),
                               .top = clamp(y, height),
                               .right = clamp(x + cursor->image->width, width),
                               .bottom = clamp(y + cursor->image->height, height) };
    return clip.left < clip.right && clip.top < clip.bottom ? clip : (struct clip){ 0 };
}

bool screen_cursor_move(struct screen_cursor *cursor, const struct screen_area *area,
                        const xcb_query_pointer_reply_t *pointer)
{
    const struct screen_cursor before = *cursor;
    cursor->shown = pointer->same_screen;
    cursor->x = pointer->win_x - (int32_t)area->left;
    cursor->y = pointer->win_y - (int32_t)area->top;
    if (cursor->shown == before.shown && cursor->x == before.x && cursor->y == before.y)
        return false;
    return clip(&before, area->width, area->height).right > 0 ||
           clip(cursor, area->width, area->height).right > 0;
}

void screen_cursor_set_image(struct screen_cursor *cursor,
                             xcb_xfixes_get_cursor_image_reply_t *image)
{
    free(cursor->image);
    cursor->image = image;
}

/** Places one component of a colour, multiplied by its opacity already, over that of a pixel. */
static uint32_t blend(uint32_t below, const struct tri_component *component, uint32_t color,
                      uint32_t transparency)
{
    const uint32_t most = (1u << component->bits) - 1;
    const uint32_t was = below >> component->shift & most;
    const uint32_t sum = (color * most + 127) / 255 + (was * transparency + 127) / 255;
    return (sum < most ? sum : most) << component->shift;
}

/** Draws one pixel of the cursor over a pixel of the picture. */
static void draw_pixel(const struct tri_format *format, uint8_t *pixel, uint32_t argb)
{
    const size_t bytes = format->plane[0].bytes;
    const uint32_t transparency = 255 - (argb >> 24);
    uint32_t below = 0;
    uint32_t above = 0;
    memcpy(&below, pixel, bytes);
    for (int i = 0; i < 3; i++) { // R, G, B
        struct tri_component component = format->component[i];
        component.shift = (uint8_t)(component.shift + 8 * component.first * component.bytes);
        above |= blend(below, &component, argb >> (16 - 8 * i) & 0xff, transparency);
    }
    memcpy(pixel, &above, bytes);
}

void screen_cursor_draw(const struct screen_cursor *cursor, struct tri_draft *draft)
{
    const struct tri_video *video = &draft->info.video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    const struct clip in = clip(cursor, video->width, video->height);
    if (in.right == 0)
        return;
    const uint32_t *image = xcb_xfixes_get_cursor_image_cursor_image(cursor->image);
    const int32_t x = cursor->x - cursor->image->xhot;
    const int32_t y = cursor->y - cursor->image->yhot;
    for (int32_t row = in.top; row < in.bottom; row++) {
        uint8_t *pixels = draft->data[0] + (size_t)row * draft->shape.plane[0].stride;
        const uint32_t *from = image + (size_t)(row - y) * cursor->image->width;
        for (int32_t column = in.left; column < in.right; column++) {
            if (from[column - x] >> 24)
                draw_pixel(format, pixels + (size_t)column * format->plane[0].bytes,
                           from[column - x]);
        }
    }
}

void screen_cursor_rows(const struct screen_cursor *cursor, const struct screen_area *area,
                        int32_t *top, int32_t *bottom)
{
    const struct clip in = clip(cursor, area->width, area->height);
    *top = in.top;
    *bottom = in.bottom;
}

void screen_cursor_close(struct screen_cursor *cursor)
{
    free(cursor->image);
    *cursor = (struct screen_cursor){ 0 };
}
