/* SPDX-License-Identifier: MIT */
#include "screen_area.h"

#include "program/fraction.h"
#include "program/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/composite.h>
#include <xcb/randr.h>

#define DEFAULT_FPS 30 // of virtual screens, which have no refresh rate

/** Parses a number after `before` (0: after nothing), and moves *text behind it. */
static bool take_number(const char **text, char before, uint32_t *value)
{
    const char *start = *text;
    if (before && *start++ != before)
        return false;
    char *end;
    errno = 0;
    const unsigned long number = strtoul(start, &end, 10);
    if (*start < '0' || *start > '9' || errno || number > TRI_DIMENSION_MAX)
        return false;
    *value = (uint32_t)number;
    *text = end;
    return true;
}

/** Parses WxH or WxH+X+Y. */
static bool parse_region(struct screen_choice *choice, const char *text)
{
    if (!take_number(&text, 0, &choice->width) || !take_number(&text, 'x', &choice->height))
        return false;
    if (*text && (!take_number(&text, '+', &choice->x) || !take_number(&text, '+', &choice->y)))
        return false;
    choice->kind = SCREEN_REGION;
    return !*text && choice->width && choice->height;
}

/** Parses a window's number, decimal or 0x... */
static bool parse_window(struct screen_choice *choice, const char *text)
{
    char *end;
    errno = 0;
    const unsigned long number = strtoul(text, &end, 0);
    choice->kind = SCREEN_WINDOW;
    choice->window = (xcb_window_t)number;
    return *text >= '0' && *text <= '9' && !*end && !errno && number && number <= UINT32_MAX;
}

static bool refuse_choice(const char *text, const char *why, const tri_log *log)
{
    tri_log_write(log, TRI_LOG_ERROR, "screen",
                  "'%s': %s; use WxH+X+Y, a window's number such as 0x1400003, or a monitor's name "
                  "(--list-devices screen:), behind DISPLAY, if needed",
                  text, why);
    return false;
}

bool screen_choice_parse(struct screen_choice *choice, const char *text, const tri_log *log)
{
    const size_t first = strcspn(text, ",");
    *choice = (struct screen_choice){ .kind = SCREEN_WHOLE };
    const char *area = text;
    if (memchr(text, ':', first)) {
        if (first >= sizeof(choice->display))
            return refuse_choice(text, "too long a display", log);
        memcpy(choice->display, text, first);
        area = text + first + (text[first] == ',');
    }
    if (!*area)
        return true;
    if (parse_region(choice, area) || parse_window(choice, area))
        return true;
    if (*area >= '0' && *area <= '9')
        return refuse_choice(text, "neither a region nor a window", log);
    if (strlen(area) >= sizeof(choice->monitor))
        return refuse_choice(text, "too long a name", log);
    choice->kind = SCREEN_MONITOR;
    snprintf(choice->monitor, sizeof(choice->monitor), "%s", area);
    return true;
}

/** The whole of a root window or of a window; logs why not. */
static enum source_result find_window(struct x11_connection *x, xcb_window_t window,
                                      struct screen_area *area)
{
    const xcb_get_window_attributes_cookie_t request = xcb_get_window_attributes(x->xcb, window);
    xcb_get_geometry_reply_t *geometry = x11_await(x, xcb_get_geometry(x->xcb, window).sequence);
    xcb_get_window_attributes_reply_t *attributes = x11_await(x, request.sequence);
    const bool there = geometry && attributes;
    const bool shown = there && attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    if (shown)
        *area = (struct screen_area){ .drawable = window,
                                      .window = window,
                                      .width = geometry->width,
                                      .height = geometry->height,
                                      .whole = true,
                                      .x = geometry->border_width,
                                      .y = geometry->border_width,
                                      .depth = geometry->depth,
                                      .visual = attributes->visual };
    free(geometry);
    free(attributes);
    if (shown)
        return SOURCE_OK;
    if (!there && (x->late || !x->error))
        return x11_lost(x);
    tri_log_write(x->log, TRI_LOG_ERROR, "screen", "%s: window 0x%x %s", x->display, window,
                  there ? "is not shown: it is minimized or on another desktop"
                        : "does not exist: xwininfo shows the number of a window");
    return SOURCE_LOST;
}

/** Redirects a window into memory of its own, so that its picture is complete where other windows or
 *  the edge of the screen hide it. */
static void redirect(struct x11_connection *x, struct screen_area *area)
{
    if (!x->composite) {
        area->x = area->y = 0;
        return;
    }
    area->drawable = xcb_generate_id(x->xcb);
    xcb_composite_redirect_window(x->xcb, area->window, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    xcb_composite_name_window_pixmap(x->xcb, area->window, area->drawable);
}

bool screen_area_meets(const struct screen_area *area, const xcb_rectangle_t *rectangle)
{
    const int32_t left = (int32_t)area->left;
    const int32_t top = (int32_t)area->top;
    return area->whole ||
           (rectangle->x < left + (int32_t)area->width && rectangle->x + rectangle->width > left &&
            rectangle->y < top + (int32_t)area->height && rectangle->y + rectangle->height > top);
}

void screen_area_release(struct x11_connection *x, struct screen_area *area)
{
    if (x->xcb && area->drawable != area->window) {
        xcb_free_pixmap(x->xcb, area->drawable);
        xcb_composite_unredirect_window(x->xcb, area->window, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    }
    *area = (struct screen_area){ 0 };
}

/** Limits an area, which is a whole root window, to a part. @return false: not all of it exists */
static bool cut(struct screen_area *area, uint32_t left, uint32_t top, uint32_t width,
                uint32_t height)
{
    if (left + width > area->width || top + height > area->height)
        return false;
    area->whole = width == area->width && height == area->height;
    area->x = area->left = left;
    area->y = area->top = top;
    area->width = width;
    area->height = height;
    return true;
}

static enum source_result cut_region(struct x11_connection *x, const struct screen_choice *choice,
                                     struct screen_area *area)
{
    if (cut(area, choice->x, choice->y, choice->width, choice->height))
        return SOURCE_OK;
    tri_log_write(x->log, TRI_LOG_ERROR, "screen",
                  "%s: %ux%u+%u+%u is not inside the screen, which has %ux%u pixels", x->display,
                  choice->width, choice->height, choice->x, choice->y, area->width, area->height);
    return SOURCE_MISUSED;
}

void screen_monitors(struct x11_connection *x,
                     void (*visit)(void *user, const char *name, const int32_t place[4],
                                   bool primary),
                     void *user)
{
    if (!x->randr)
        return;
    xcb_randr_get_monitors_reply_t *monitors =
        x11_await(x, xcb_randr_get_monitors(x->xcb, x->screen->root, 1).sequence);
    if (!monitors)
        return;
    xcb_randr_monitor_info_iterator_t each = xcb_randr_get_monitors_monitors_iterator(monitors);
    for (; each.rem; xcb_randr_monitor_info_next(&each)) {
        const xcb_randr_monitor_info_t *info = each.data;
        const int32_t place[4] = { info->x, info->y, info->width, info->height };
        char name[64] = "";
        xcb_get_atom_name_reply_t *atom =
            x11_await(x, xcb_get_atom_name(x->xcb, info->name).sequence);
        if (atom)
            snprintf(name, sizeof(name), "%.*s", xcb_get_atom_name_name_length(atom),
                     xcb_get_atom_name_name(atom));
        free(atom);
        visit(user, name, place, info->primary);
    }
    free(monitors);
}

/** Finds a monitor by name, and collects the names of all. */
struct monitor_search {
    const char *name;
    int32_t place[4]; // x, y, width, height; width 0: not found
    struct strbuf names;
};

static void note_monitor(void *user, const char *name, const int32_t place[4], bool primary)
{
    struct monitor_search *search = user;
    (void)primary;
    strbuf_add(&search->names, "%s%s", search->names.used ? ", " : "", name);
    if (!strcmp(name, search->name))
        memcpy(search->place, place, sizeof(search->place));
}

static enum source_result cut_monitor(struct x11_connection *x, const struct screen_choice *choice,
                                      struct screen_area *area)
{
    char names[256];
    struct monitor_search search = { .name = choice->monitor };
    strbuf_init(&search.names, names, sizeof(names));
    screen_monitors(x, note_monitor, &search);
    const int32_t *place = search.place;
    if (place[0] >= 0 && place[1] >= 0 && place[2] > 0 && place[3] > 0 &&
        cut(area, (uint32_t)place[0], (uint32_t)place[1], (uint32_t)place[2], (uint32_t)place[3]))
        return SOURCE_OK;
    tri_log_write(x->log, TRI_LOG_ERROR, "screen", "%s: no monitor '%s'; use one of: %s",
                  x->display, choice->monitor, names);
    return SOURCE_LOST;
}

enum source_result screen_area_find(struct x11_connection *x, const struct screen_choice *choice,
                                    struct screen_area *area)
{
    const bool is_window = choice->kind == SCREEN_WINDOW && choice->window != x->screen->root;
    const enum source_result result =
        find_window(x, is_window ? choice->window : x->screen->root, area);
    if (result != SOURCE_OK)
        return result;
    if (is_window)
        redirect(x, area);
    if (choice->kind == SCREEN_REGION)
        return cut_region(x, choice, area);
    return choice->kind == SCREEN_MONITOR ? cut_monitor(x, choice, area) : SOURCE_OK;
}

/** Whether a mode's controller shows a part of the area. */
static bool shows(const xcb_randr_get_crtc_info_reply_t *crtc, const struct screen_area *area)
{
    const int64_t left = area->left;
    const int64_t top = area->top;
    return crtc->mode && crtc->x < left + area->width && crtc->x + crtc->width > left &&
           crtc->y < top + area->height && crtc->y + crtc->height > top;
}

/** The refresh rate of a mode, if it is higher than the one so far. */
static void take_rate(const xcb_randr_mode_info_t *mode, uint32_t *num, uint32_t *den)
{
    const uint64_t pixels = (uint64_t)mode->htotal * mode->vtotal;
    const uint64_t divisor = greatest_divisor(mode->dot_clock, pixels);
    if (!mode->dot_clock || !pixels || (uint64_t)mode->dot_clock * *den <= pixels * *num)
        return;
    *num = (uint32_t)(mode->dot_clock / divisor);
    *den = (uint32_t)(pixels / divisor);
}

void screen_area_rate(struct x11_connection *x, const struct screen_area *area, uint32_t *num,
                      uint32_t *den)
{
    *num = 0;
    *den = 1;
    xcb_randr_get_screen_resources_current_reply_t *all = NULL;
    if (x->randr)
        all =
            x11_await(x, xcb_randr_get_screen_resources_current(x->xcb, x->screen->root).sequence);
    const xcb_randr_crtc_t *crtcs = all ? xcb_randr_get_screen_resources_current_crtcs(all) : NULL;
    for (int i = 0; all && i < all->num_crtcs; i++) {
        xcb_randr_get_crtc_info_reply_t *crtc =
            x11_await(x, xcb_randr_get_crtc_info(x->xcb, crtcs[i], all->config_timestamp).sequence);
        const xcb_randr_mode_info_t *modes = xcb_randr_get_screen_resources_current_modes(all);
        for (int m = 0; crtc && m < all->num_modes; m++) {
            // The place of a window on the screen changes: any monitor counts.
            if (modes[m].id == crtc->mode && (area->window != x->screen->root || shows(crtc, area)))
                take_rate(&modes[m], num, den);
        }
        free(crtc);
    }
    free(all);
    if (!*num) {
        *num = DEFAULT_FPS;
        *den = 1;
    }
}
