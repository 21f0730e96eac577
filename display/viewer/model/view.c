/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <math.h>

/** The picture rotated and scaled, not yet placed. */
struct seen {
    double w;
    double h;
    double scale;
    unsigned turns;
};

void view_square_size(const struct view_picture *picture, double *width, double *height)
{
    const double aspect = picture->aspect > 0 ? picture->aspect : 1;
    *width = round(picture->width * fmax(aspect, 1));
    *height = round(picture->height / fmin(aspect, 1));
}

static struct seen see(const struct view *view, const struct view_picture *picture,
                       const struct view_area *area)
{
    const unsigned turns = (view->turns + picture->turns) % 4;
    const bool aside = turns % 2 == 1;
    double upright_w;
    double upright_h;
    view_square_size(picture, &upright_w, &upright_h);
    const double w = aside ? upright_h : upright_w;
    const double h = aside ? upright_w : upright_h;
    const double across = area->w / w;
    const double down = area->h / h;
    double scale = view->scale;

    if (view->mode == VIEW_FIT)
        scale = fmin(across, down);
    else if (view->mode == VIEW_FILL)
        scale = fmax(across, down);
    return (struct seen){
        .w = fmax(round(w * scale), 1),
        .h = fmax(round(h * scale), 1),
        .scale = scale,
        .turns = turns,
    };
}

/** Limits `pan` to where the edge of the picture meets the edge of the area. */
static double bound_pan(double pan, double shown, double room)
{
    const double most = fmax(shown - room, 0) / 2 / shown;
    return fmax(-most, fmin(most, pan));
}

struct view_place view_place(const struct view *view, const struct view_picture *picture,
                             const struct view_area *area)
{
    const struct seen seen = see(view, picture, area);
    const double pan_x = bound_pan(view->pan_x, seen.w, area->w) * seen.w;
    const double pan_y = bound_pan(view->pan_y, seen.h, area->h) * seen.h;
    const bool aside = seen.turns % 2 == 1;
    // Whole pixels: between two pixels a picture would be blurred at scale 1.
    const double left = area->x + floor((area->w - seen.w) / 2 + pan_x);
    const double top = area->y + floor((area->h - seen.h) / 2 + pan_y);
    const double w = aside ? seen.h : seen.w;
    const double h = aside ? seen.w : seen.h;

    return (struct view_place){
        .x = left + (seen.w - w) / 2,
        .y = top + (seen.h - h) / 2,
        .w = w,
        .h = h,
        .scale = seen.scale,
        .turns = seen.turns,
        .hflip = aside ? view->vflip : view->hflip, // SDL mirrors first, then rotates
        .vflip = aside ? view->hflip : view->vflip,
    };
}

/** Undoes rotation and mirroring of (dx, dy), measured from the centre on the screen. */
static void unturn(const struct view_place *place, double *dx, double *dy)
{
    for (unsigned i = 0; i < place->turns; i++) {
        const double old = *dx;
        *dx = *dy;
        *dy = -old;
    }
    if (place->hflip)
        *dx = -*dx;
    if (place->vflip)
        *dy = -*dy;
}

bool view_pixel(const struct view_place *place, const struct view_picture *picture, double x,
                double y, unsigned *at_x, unsigned *at_y)
{
    double dx = x - (place->x + place->w / 2);
    double dy = y - (place->y + place->h / 2);
    unturn(place, &dx, &dy);
    const double u = floor((dx / place->w + 0.5) * picture->width);
    const double v = floor((dy / place->h + 0.5) * picture->height);
    if (!(u >= 0 && u < picture->width && v >= 0 && v < picture->height))
        return false;
    *at_x = (unsigned)u;
    *at_y = (unsigned)v;
    return true;
}

/** Mirrors and rotates (dx, dy), measured from the centre of the picture. */
static void turn(const struct view_place *place, double *dx, double *dy)
{
    if (place->hflip)
        *dx = -*dx;
    if (place->vflip)
        *dy = -*dy;
    for (unsigned i = 0; i < place->turns; i++) {
        const double old = *dx;
        *dx = -*dy;
        *dy = old;
    }
}

struct view_area view_rectangle_area(const struct view_place *place,
                                     const struct view_picture *picture, double x, double y,
                                     double w, double h)
{
    double near_x = (x / picture->width - 0.5) * place->w;
    double near_y = (y / picture->height - 0.5) * place->h;
    double far_x = ((x + w) / picture->width - 0.5) * place->w;
    double far_y = ((y + h) / picture->height - 0.5) * place->h;
    turn(place, &near_x, &near_y);
    turn(place, &far_x, &far_y);
    const double left = floor(place->x + place->w / 2 + fmin(near_x, far_x));
    const double top = floor(place->y + place->h / 2 + fmin(near_y, far_y));
    const double right = floor(place->x + place->w / 2 + fmax(near_x, far_x));
    const double bottom = floor(place->y + place->h / 2 + fmax(near_y, far_y));
    return (struct view_area){ .x = (int)left,
                               .y = (int)top,
                               .w = (int)fmax(right - left, 1),
                               .h = (int)fmax(bottom - top, 1) };
}

struct view_area view_pixel_area(const struct view_place *place, const struct view_picture *picture,
                                 unsigned x, unsigned y)
{
    return view_rectangle_area(place, picture, x, y, 1, 1);
}

/** The pixels in `from` to `to`, in units of the screen from the picture's edge, and one more on each
 *  side. */
static void visible_pixels(double from, double to, double scale, unsigned pixels, int *first,
                           int *count)
{
    const double begin = fmin(pixels, fmax(0, floor(from / scale) - 1));
    const double end = fmin(pixels, fmax(begin, ceil(to / scale) + 1));
    *first = (int)begin;
    *count = (int)(end - begin);
}

struct view_place view_visible(const struct view_place *place, unsigned width, unsigned height,
                               const struct view_area *area, struct view_area *pixels)
{
    const double across = place->w / width;
    const double down = place->h / height;
    double near_x = area->x - (place->x + place->w / 2);
    double near_y = area->y - (place->y + place->h / 2);
    double far_x = near_x + area->w;
    double far_y = near_y + area->h;
    struct view_place part = *place;
    unturn(place, &near_x, &near_y);
    unturn(place, &far_x, &far_y);
    visible_pixels(fmin(near_x, far_x) + place->w / 2, fmax(near_x, far_x) + place->w / 2, across,
                   width, &pixels->x, &pixels->w);
    visible_pixels(fmin(near_y, far_y) + place->h / 2, fmax(near_y, far_y) + place->h / 2, down,
                   height, &pixels->y, &pixels->h);
    part.w = pixels->w * across;
    part.h = pixels->h * down;
    double dx = pixels->x * across + part.w / 2 - place->w / 2;
    double dy = pixels->y * down + part.h / 2 - place->h / 2;
    turn(place, &dx, &dy);
    part.x = place->x + place->w / 2 + dx - part.w / 2;
    part.y = place->y + place->h / 2 + dy - part.h / 2;
    return part;
}

unsigned view_margins(const struct view_place *place, const struct view_area *area,
                      struct view_area margins[VIEW_MARGINS_MAX])
{
    const int right = area->x + area->w;
    const int bottom = area->y + area->h;
    // The picture clipped to the area.
    const int x0 = (int)fmax(area->x, fmin(right, place->x));
    const int x1 = (int)fmax(x0, fmin(right, place->x + place->w));
    const int y0 = (int)fmax(area->y, fmin(bottom, place->y));
    const int y1 = (int)fmax(y0, fmin(bottom, place->y + place->h));
    const struct view_area sides[VIEW_MARGINS_MAX] = { { area->x, area->y, area->w, y0 - area->y },
                                                       { area->x, y1, area->w, bottom - y1 },
                                                       { area->x, y0, x0 - area->x, y1 - y0 },
                                                       { x1, y0, right - x1, y1 - y0 } };
    unsigned count = 0;
    if (place->turns != 0) {
        margins[0] = *area;
        return 1;
    }
    for (unsigned i = 0; i < VIEW_MARGINS_MAX; i++) {
        if (sides[i].w > 0 && sides[i].h > 0)
            margins[count++] = sides[i];
    }
    return count;
}

void view_step(const struct view_place *place, int dx, int dy, int *picture_dx, int *picture_dy)
{
    double x = dx;
    double y = dy;
    unturn(place, &x, &y);
    *picture_dx = (int)x;
    *picture_dy = (int)y;
}

void view_turn(struct view *view, unsigned quarters)
{
    // In one mirror a clockwise rotation runs the other way.
    const bool mirrored = view->hflip != view->vflip;
    const unsigned by = quarters % 4;
    view->turns = (view->turns + (mirrored ? 4 - by : by)) % 4;
    view->pan_x = view->pan_y = 0;
}

void view_zoom(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double factor, double x, double y)
{
    const struct seen before = see(view, picture, area);
    const double from_x = x - (area->x + area->w / 2.0);
    const double from_y = y - (area->y + area->h / 2.0);
    const double at_x = from_x / before.w - bound_pan(view->pan_x, before.w, area->w);
    const double at_y = from_y / before.h - bound_pan(view->pan_y, before.h, area->h);
    view->mode = VIEW_SCALE;
    view->scale = fmax(VIEW_SCALE_MIN, fmin(VIEW_SCALE_MAX, before.scale * factor));
    const struct seen after = see(view, picture, area);
    view->pan_x = bound_pan(from_x / after.w - at_x, after.w, area->w);
    view->pan_y = bound_pan(from_y / after.h - at_y, after.h, area->h);
}

void view_drag(struct view *view, const struct view_picture *picture, const struct view_area *area,
               double dx, double dy)
{
    const struct seen seen = see(view, picture, area);
    view->pan_x = bound_pan(view->pan_x + dx / seen.w, seen.w, area->w);
    view->pan_y = bound_pan(view->pan_y + dy / seen.h, seen.h, area->h);
}

void view_set_scale(struct view *view, double scale)
{
    view->mode = VIEW_SCALE;
    view->scale = scale;
    view->pan_x = view->pan_y = 0;
}

void view_set_mode(struct view *view, enum view_mode mode)
{
    view->mode = mode;
    view->pan_x = view->pan_y = 0;
}
