/* SPDX-License-Identifier: MIT */
#include "pointer.h"

#include "loop.h"

#include <math.h>

#define ZOOM_STEP 1.2 // a notch of the wheel
#define REACH     8   // window units on each side of a divider, by which it is taken hold of

/** The tile under a point of the window, in whose units the pointer is told. */
static struct tile *tile_at(struct loop *loop, int x, int y)
{
    const double density = window_density(&loop->window);

    return tile_grid_at(&loop->grid, x * density, y * density);
}

static void wheel(struct loop *loop, const SDL_MouseWheelEvent *event)
{
    const double density = window_density(&loop->window);
    struct tile *tile = tile_at(loop, event->mouseX, event->mouseY);

    if (!tile || !tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_zoom(&tile->stream.view, &picture, &tile->area, pow(ZOOM_STEP, (double)event->preciseY),
              event->mouseX * density, event->mouseY * density);
    loop->dirty = true;
}

static void drag(struct loop *loop, const SDL_MouseMotionEvent *event)
{
    const double density = window_density(&loop->window);
    struct tile *tile = tile_grid_focused(&loop->grid);

    if (loop->dividing) {
        compare_move_divider(&tile->stream.compare, &tile->area, event->x * density);
        loop->dirty = true;
        return;
    }
    if (!loop->dragging || !tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_drag(&tile->stream.view, &picture, &tile->area, event->xrel * density,
              event->yrel * density);
    loop->dirty = true;
}

/** The probe follows; in screen pixels, for that is what is drawn in. */
static void follow(struct loop *loop, int x, int y)
{
    const double density = window_density(&loop->window);
    struct probe *probe = &loop->tools.probe;

    probe->x = (int)(x * density);
    probe->y = (int)(y * density);
    probe->inside = true;
    loop->dirty |= probe->on;
}

void pointer_find(struct loop *loop)
{
    int x, y;

    SDL_GetMouseState(&x, &y);
    follow(loop, x, y);
    loop->tools.probe.inside = SDL_GetMouseFocus() == loop->window.sdl;
}

static void press(struct loop *loop, const SDL_MouseButtonEvent *event)
{
    const struct tile *tile = tile_at(loop, event->x, event->y);
    const double density = window_density(&loop->window);

    if (event->button != SDL_BUTTON_LEFT)
        return;
    if (tile)
        tile_grid_focus(&loop->grid, tile);
    loop->dividing = event->clicks == 1 && tile &&
                     compare_has_divider(&tile->stream.compare, &tile->area, event->x * density,
                                         REACH * density);
    loop->dragging = event->clicks == 1 && tile && !loop->dividing;
    if (event->clicks == 2 && loop->grid.count > 1)
        loop->grid.solo = !loop->grid.solo;
    else if (event->clicks == 2)
        window_set_fullscreen(&loop->window, !loop->window.fullscreen);
    loop->dirty = true;
}

void pointer_event(struct loop *loop, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEWHEEL:
        wheel(loop, &event->wheel);
        break;
    case SDL_MOUSEMOTION:
        follow(loop, event->motion.x, event->motion.y);
        drag(loop, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
        press(loop, &event->button);
        break;
    case SDL_MOUSEBUTTONUP:
        loop->dragging = loop->dividing = false;
        break;
    default:
        break;
    }
}
