/* SPDX-License-Identifier: MIT */
#include "pointer.h"

#include "stream/stream_draw.h"
#include "viewer.h"

#include <math.h>

#define ZOOM_STEP 1.2 // per notch of the wheel
#define REACH     8   // window units on each side of a divider where it can be dragged

/** The tile under a point, in window units as of pointer events. */
static struct tile *tile_at(struct viewer *viewer, int x, int y)
{
    const double density = window_density(&viewer->window);
    return tile_grid_at(&viewer->grid, x * density, y * density);
}

static void wheel(struct viewer *viewer, const SDL_MouseWheelEvent *event)
{
    const double density = window_density(&viewer->window);
    struct tile *tile = tile_at(viewer, event->mouseX, event->mouseY);
    if (!tile || !tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_zoom(&tile->stream.view, &picture, &tile->area, pow(ZOOM_STEP, (double)event->preciseY),
              event->mouseX * density, event->mouseY * density);
    viewer->dirty = true;
}

static void drag(struct viewer *viewer, const SDL_MouseMotionEvent *event)
{
    const double density = window_density(&viewer->window);
    struct tile *tile = tile_grid_focused(&viewer->grid);
    if (viewer->dividing) {
        compare_move_divider(&tile->stream.compare, &tile->area, event->x * density);
        viewer->dirty = true;
        return;
    }
    if (!viewer->dragging || !tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_drag(&tile->stream.view, &picture, &tile->area, event->xrel * density,
              event->yrel * density);
    viewer->dirty = true;
}

/** Moves the probe, which is drawn in screen pixels. */
static void follow(struct viewer *viewer, int x, int y)
{
    const double density = window_density(&viewer->window);
    struct probe *probe = &viewer->tools.probe;
    probe->x = (int)(x * density);
    probe->y = (int)(y * density);
    probe->inside = true;
    viewer->dirty |= probe->on;
}

void pointer_find(struct viewer *viewer)
{
    int x;
    int y;
    SDL_GetMouseState(&x, &y);
    follow(viewer, x, y);
    viewer->tools.probe.inside = SDL_GetMouseFocus() == viewer->window.sdl;
}

static void press(struct viewer *viewer, const SDL_MouseButtonEvent *event)
{
    const struct tile *tile = tile_at(viewer, event->x, event->y);
    const double density = window_density(&viewer->window);
    if (event->button != SDL_BUTTON_LEFT)
        return;
    if (tile)
        tile_grid_focus(&viewer->grid, tile);
    viewer->dividing = event->clicks == 1 && tile &&
                       compare_has_divider(&tile->stream.compare, &tile->area, event->x * density,
                                           REACH * density);
    viewer->dragging = event->clicks == 1 && tile && !viewer->dividing;
    if (event->clicks == 2 && viewer->grid.count > 1)
        viewer->grid.solo = !viewer->grid.solo;
    else if (event->clicks == 2)
        window_set_fullscreen(&viewer->window, !viewer->window.fullscreen);
    viewer->dirty = true;
}

void pointer_event(struct viewer *viewer, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEWHEEL:
        wheel(viewer, &event->wheel);
        break;
    case SDL_MOUSEMOTION:
        follow(viewer, event->motion.x, event->motion.y);
        drag(viewer, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
        press(viewer, &event->button);
        break;
    case SDL_MOUSEBUTTONUP:
        viewer->dragging = viewer->dividing = false;
        break;
    default:
        break;
    }
}
