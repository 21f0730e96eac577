/* SPDX-License-Identifier: MIT */
#include "event_wait.h"

#ifdef HAVE_X11
#include <X11/Xlib.h>

#include <SDL2/SDL_syswm.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/** Uses the X connection if the window has one. @return false: no file descriptor is left */
static bool open_x11(struct event_wait *wait, SDL_Window *window)
{
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    if (!SDL_GetWindowWMInfo(window, &info) || info.subsystem != SDL_SYSWM_X11)
        return true;
    wait->x_display = info.info.x11.display;
    wait->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return wait->wake_fd >= 0;
}

static void close_x11(const struct event_wait *wait)
{
    if (wait->x_display && wait->wake_fd >= 0)
        close(wait->wake_fd);
}

static void wake_x11(const struct event_wait *wait)
{
    eventfd_write(wait->wake_fd, 1);
}

static bool wait_x11(const struct event_wait *wait, int timeout_ms)
{
    Display *display = wait->x_display;
    struct pollfd fds[] = { { .fd = ConnectionNumber(display), .events = POLLIN },
                            { .fd = wait->wake_fd, .events = POLLIN } };
    eventfd_t count;
    XFlush(display);
    // Events that arrived with the reply to a request are in Xlib's queue: no byte announces them.
    const bool queued =
        XEventsQueued(display, QueuedAlready) > 0 || SDL_HasEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    const int ready = poll(fds, 2, queued ? 0 : timeout_ms);
    if (queued || ready <= 0 || fds[0].revents)
        SDL_PumpEvents();
    return ready > 0 && fds[1].revents && eventfd_read(wait->wake_fd, &count) == 0;
}
#else
static bool open_x11(const struct event_wait *wait, SDL_Window *window)
{
    (void)wait, (void)window;
    return true;
}

static void close_x11(const struct event_wait *wait)
{
    (void)wait;
}

static void wake_x11(const struct event_wait *wait)
{
    (void)wait;
}

static bool wait_x11(const struct event_wait *wait, int timeout_ms)
{
    (void)wait, (void)timeout_ms;
    return false;
}
#endif

bool event_wait_open(struct event_wait *wait, SDL_Window *window)
{
    *wait = (struct event_wait){ .wake_fd = -1, .wake_event = SDL_RegisterEvents(1) };
    return open_x11(wait, window);
}

void event_wait_close(struct event_wait *wait)
{
    close_x11(wait);
    *wait = (struct event_wait){ .wake_fd = -1 };
}

void event_wait_wake(const struct event_wait *wait)
{
    if (wait->x_display)
        wake_x11(wait);
    else
        SDL_PushEvent(&(SDL_Event){ .type = wait->wake_event });
}

bool event_wait(const struct event_wait *wait, int timeout_ms)
{
    if (wait->x_display)
        return wait_x11(wait, timeout_ms);
    if (timeout_ms < 0)
        SDL_WaitEvent(NULL);
    else
        SDL_WaitEventTimeout(NULL, timeout_ms);
    return false;
}
