/* SPDX-License-Identifier: MIT */
/** Draws on an X screen as a test demands. Reads commands from stdin, one a line, and answers each with
 *  a line once the server has carried it out: a number, or -1 if the server refused. Colours are pixel
 *  values in hexadecimal. The window "0" is the root window.
 *
 *      window X Y WIDTH HEIGHT COLOUR      a new window, shown: its number
 *      fill WINDOW X Y WIDTH HEIGHT COLOUR
 *      place WINDOW X Y WIDTH HEIGHT       moves and resizes
 *      map WINDOW | unmap WINDOW | destroy WINDOW
 *      pointer X Y                         moves the pointer
 *      glyph N                             the root window's cursor, from the font "cursor"
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

struct painter {
    xcb_connection_t *xcb;
    xcb_screen_t *screen;
    uint32_t number[6]; // of the command
    xcb_void_cookie_t last;
};

static long create_window(struct painter *p)
{
    const uint32_t values[] = { p->number[4], 1 }; // in the order of their bits
    const xcb_window_t window = xcb_generate_id(p->xcb);
    xcb_create_window(p->xcb, XCB_COPY_FROM_PARENT, window, p->screen->root, (int16_t)p->number[0],
                      (int16_t)p->number[1], (uint16_t)p->number[2], (uint16_t)p->number[3], 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    p->last = xcb_map_window_checked(p->xcb, window);
    return window;
}

static void fill(struct painter *p, xcb_window_t window)
{
    const xcb_gcontext_t gc = xcb_generate_id(p->xcb);
    const uint32_t values[] = { p->number[5], XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS };
    const xcb_rectangle_t rectangle = { (int16_t)p->number[1], (int16_t)p->number[2],
                                        (uint16_t)p->number[3], (uint16_t)p->number[4] };
    xcb_create_gc(p->xcb, gc, window, XCB_GC_FOREGROUND | XCB_GC_SUBWINDOW_MODE, values);
    p->last = xcb_poly_fill_rectangle_checked(p->xcb, window, gc, 1, &rectangle);
    xcb_free_gc(p->xcb, gc);
}

static void place(struct painter *p, xcb_window_t window)
{
    const uint16_t what = XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_WIDTH |
                          XCB_CONFIG_WINDOW_HEIGHT;
    p->last = xcb_configure_window_checked(p->xcb, window, what, p->number + 1);
}

static void set_cursor(struct painter *p)
{
    static const char name[] = "cursor";
    const xcb_font_t font = xcb_generate_id(p->xcb);
    const xcb_cursor_t cursor = xcb_generate_id(p->xcb);
    const uint16_t glyph = (uint16_t)p->number[0];
    xcb_open_font(p->xcb, font, sizeof(name) - 1, name);
    xcb_create_glyph_cursor(p->xcb, cursor, font, font, glyph, glyph + 1, 0xffff, 0x8000, 0, 0, 0,
                            0xffff);
    p->last = xcb_change_window_attributes_checked(p->xcb, p->screen->root, XCB_CW_CURSOR, &cursor);
    xcb_free_cursor(p->xcb, cursor);
    xcb_close_font(p->xcb, font);
}

/** Carries a command out. @return its answer */
static long act(struct painter *p, const char *word)
{
    const xcb_window_t window = p->number[0] ? p->number[0] : p->screen->root;
    long answer = 0;
    if (!strcmp(word, "window"))
        answer = create_window(p);
    else if (!strcmp(word, "fill"))
        fill(p, window);
    else if (!strcmp(word, "place"))
        place(p, window);
    else if (!strcmp(word, "map"))
        p->last = xcb_map_window_checked(p->xcb, window);
    else if (!strcmp(word, "unmap"))
        p->last = xcb_unmap_window_checked(p->xcb, window);
    else if (!strcmp(word, "destroy"))
        p->last = xcb_destroy_window_checked(p->xcb, window);
    else if (!strcmp(word, "pointer"))
        p->last = xcb_warp_pointer_checked(p->xcb, XCB_NONE, p->screen->root, 0, 0, 0, 0,
                                           (int16_t)p->number[0], (int16_t)p->number[1]);
    else if (!strcmp(word, "glyph"))
        set_cursor(p);
    else
        return -1;
    xcb_generic_error_t *error = xcb_request_check(p->xcb, p->last);
    free(error);
    return error ? -1 : answer;
}

/** Splits a line into its word and numbers. */
static const char *parse(struct painter *p, char *line)
{
    char *rest;
    const char *word = strtok_r(line, " \n", &rest);
    memset(p->number, 0, sizeof(p->number));
    for (int i = 0; word && i < 6; i++) {
        const char *text = strtok_r(NULL, " \n", &rest);
        p->number[i] = text ? (uint32_t)strtol(text, NULL, 0) : 0;
    }
    return word;
}

int main(void)
{
    struct painter p = { .xcb = xcb_connect(NULL, NULL) };
    char line[256];
    if (xcb_connection_has_error(p.xcb))
        return 1;
    p.screen = xcb_setup_roots_iterator(xcb_get_setup(p.xcb)).data;
    while (fgets(line, sizeof(line), stdin)) {
        const char *word = parse(&p, line);
        printf("%ld\n", word ? act(&p, word) : -1);
        fflush(stdout);
    }
    xcb_disconnect(p.xcb);
    return 0;
}
