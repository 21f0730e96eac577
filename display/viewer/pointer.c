/* SPDX-License-Identifier: MIT */
#include "pointer.h"

#include "loop.h"

#include <math.h>

#define ZOOM_STEP 1.2 // a notch of the wheel

static void wheel(struct loop *loop, const SDL_MouseWheelEvent *event)
{
    const struct view_picture picture = stream_view_picture(&loop->stream);
    const struct view_area area = loop_area(loop);
    const double density = window_density(&loop->window);

    if (!loop->stream.has_picture)
        return;
    view_zoom(&loop->stream.view, &picture, &area, pow(ZOOM_STEP, (double)event->preciseY),
              event->mouseX * density, event->mouseY * density);
    loop->dirty = true;
}

static void drag(struct loop *loop, const SDL_MouseMotionEvent *event)
{
    const struct view_picture picture = stream_view_picture(&loop->stream);
    const struct view_area area = loop_area(loop);
    const double density = window_density(&loop->window);

    if (!loop->dragging || !loop->stream.has_picture)
        return;
    view_drag(&loop->stream.view, &picture, &area, event->xrel * density, event->yrel * density);
    loop->dirty = true;
}

static void press(struct loop *loop, const SDL_MouseButtonEvent *event)
{
    if (event->button != SDL_BUTTON_LEFT)
        return;
    loop->dragging = event->clicks == 1;
    if (event->clicks == 2) {
        window_set_fullscreen(&loop->window, !loop->window.fullscreen);
        loop->dirty = true;
    }
}

void pointer_event(struct loop *loop, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEWHEEL:
        wheel(loop, &event->wheel);
        break;
    case SDL_MOUSEMOTION:
        drag(loop, &event->motion);
        break;
    case SDL_MOUSEBUTTONDOWN:
        press(loop, &event->button);
        break;
    case SDL_MOUSEBUTTONUP:
        loop->dragging = false;
        break;
    default:
        break;
    }
}
