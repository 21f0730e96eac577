/* SPDX-License-Identifier: MIT */
#include "x11_connection.h"

#include "program/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shm.h>
#include <xcb/xcbext.h>
#include <xcb/xfixes.h>

#define MS_NS INT64_C(1000000)

/** Connects to the socket of a local display. @return -1: none */
static int connect_local(int number)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/.X11-unix/X%d", number);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/** Returns whether the server of a local display is silent. xcb_connect() would wait for it without a
 *  limit. Any answer to a request for a connection counts, also a refusal. */
static bool is_silent(int number)
{
    // Byte order, protocol 11.0, no authorization.
    static const uint8_t request[12] = { 'l', 0, 11 };
    const int fd = connect_local(number);
    if (fd < 0)
        return false;
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    const bool silent = send(fd, request, sizeof(request), MSG_NOSIGNAL) == sizeof(request) &&
                        poll(&poller, 1, X11_ANSWER_MS) < 1;
    close(fd);
    return silent;
}

static enum source_result refuse_display(const struct x11_connection *x, const char *what)
{
    tri_log_write(x->log, TRI_LOG_ERROR, "screen",
                  "%s; use screen:DISPLAY, for instance screen::0, or set DISPLAY%s", what,
                  getenv("WAYLAND_DISPLAY") ? "; the screen of a Wayland session is pipewire:"
                                            : "");
    return SOURCE_MISUSED;
}

static enum source_result connect_display(struct x11_connection *x, const char *display)
{
    char *host = NULL;
    int number = 0;
    int screen = 0;
    if (!display[0] && !getenv("DISPLAY"))
        return refuse_display(x, "DISPLAY is not set");
    snprintf(x->display, sizeof(x->display), "%s", display[0] ? display : getenv("DISPLAY"));
    if (!xcb_parse_display(x->display, &host, &number, &screen)) {
        char what[sizeof(x->display) + 32];
        snprintf(what, sizeof(what), "'%s' is not a display", x->display);
        return refuse_display(x, what);
    }
    const bool silent = !host[0] && is_silent(number);
    free(host);
    if (silent)
        return x11_lost(x);
    x->xcb = xcb_connect(x->display, &screen);
    const int error = xcb_connection_has_error(x->xcb);
    if (error) {
        tri_log_write(x->log, TRI_LOG_ERROR, "screen", "%s: %s", x->display,
                      error == XCB_CONN_CLOSED_INVALID_SCREEN
                          ? "the X server has no such screen"
                          : "cannot connect to the X server: it does not run, or refuses this user "
                            "(see xauth)");
        return SOURCE_LOST;
    }
    xcb_screen_iterator_t each = xcb_setup_roots_iterator(xcb_get_setup(x->xcb));
    while (screen-- > 0)
        xcb_screen_next(&each);
    x->screen = each.data;
    return SOURCE_OK;
}

/** Whether the server has an extension. All answers are here: this does not wait. */
static bool has(struct x11_connection *x, xcb_extension_t *extension)
{
    const xcb_query_extension_reply_t *data = xcb_get_extension_data(x->xcb, extension);
    return data && data->present;
}

/** Finds extensions, and announces their versions, which the server requires before their use. */
static enum source_result find_extensions(struct x11_connection *x)
{
    xcb_extension_t *const extensions[] = { &xcb_shm_id, &xcb_damage_id, &xcb_xfixes_id,
                                            &xcb_composite_id, &xcb_randr_id };
    static const char wayland[] = "XWAYLAND";
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        xcb_prefetch_extension_data(x->xcb, extensions[i]);
    // Answers arrive in order: after this one all others are here.
    xcb_query_extension_reply_t *last =
        x11_await(x, xcb_query_extension(x->xcb, sizeof(wayland) - 1, wayland).sequence);
    if (!last)
        return x11_lost(x);
    x->is_wayland = last->present;
    free(last);
    x->shm = has(x, &xcb_shm_id);
    x->damage = has(x, &xcb_damage_id);
    x->xfixes = has(x, &xcb_xfixes_id);
    x->composite = has(x, &xcb_composite_id);
    x->randr = has(x, &xcb_randr_id);
    if (x->damage)
        xcb_discard_reply(x->xcb, xcb_damage_query_version(x->xcb, 1, 1).sequence);
    if (x->xfixes)
        xcb_discard_reply(x->xcb, xcb_xfixes_query_version(x->xcb, 2, 0).sequence);
    if (x->composite)
        xcb_discard_reply(x->xcb, xcb_composite_query_version(x->xcb, 0, 2).sequence);
    if (x->randr)
        xcb_discard_reply(x->xcb, xcb_randr_query_version(x->xcb, 1, 5).sequence);
    return SOURCE_OK;
}

enum source_result x11_open(struct x11_connection *x, const char *display, const tri_log *log)
{
    *x = (struct x11_connection){ .log = log, .on_event = x->on_event, .user = x->user };
    const enum source_result result = connect_display(x, display);
    return result == SOURCE_OK ? find_extensions(x) : result;
}

void x11_close(struct x11_connection *x)
{
    if (x->xcb)
        xcb_disconnect(x->xcb);
    x->xcb = NULL;
}

bool x11_read(struct x11_connection *x)
{
    xcb_generic_event_t *event;
    while ((event = xcb_poll_for_event(x->xcb))) {
        if (x->on_event)
            x->on_event(x->user, event);
        free(event);
    }
    return !xcb_connection_has_error(x->xcb);
}

void x11_wait(struct x11_connection *x, int timeout_ms)
{
    struct pollfd poller = { .fd = xcb_get_file_descriptor(x->xcb), .events = POLLIN };
    poll(&poller, 1, timeout_ms);
}

/** As x11_answer(), without waiting. */
static bool has_answer(struct x11_connection *x, unsigned request, void **reply)
{
    xcb_generic_error_t *error = NULL;
    *reply = NULL;
    const bool alive = x11_read(x);
    if (alive && !xcb_poll_for_reply(x->xcb, request, reply, &error))
        return false;
    x->error = error ? error->error_code : 0;
    free(error);
    x->waiting_ns = 0;
    return true;
}

bool x11_answer(struct x11_connection *x, unsigned request, int timeout_ms, void **reply)
{
    const int64_t now_ns = tri_now_ns();
    const int64_t end_ns = now_ns + timeout_ms * MS_NS;
    xcb_flush(x->xcb);
    for (int64_t left_ns = timeout_ms * MS_NS; !has_answer(x, request, reply);
         left_ns = end_ns - tri_now_ns()) {
        if (!x->waiting_ns)
            x->waiting_ns = now_ns;
        if (left_ns <= 0 || stop_requested())
            return false;
        x11_wait(x, (int)(left_ns / MS_NS) + 1);
    }
    return true;
}

void *x11_await(struct x11_connection *x, unsigned request)
{
    void *reply;
    x->late = !x11_answer(x, request, X11_ANSWER_MS, &reply);
    return x->late ? NULL : reply;
}

enum source_result x11_lost(const struct x11_connection *x)
{
    if (stop_requested())
        return SOURCE_NOTHING;
    const bool closed = x->xcb && xcb_connection_has_error(x->xcb);
    tri_log_write(x->log, TRI_LOG_WARN, "screen", "%s: the X server %s", x->display,
                  closed ? "has closed the connection" : "does not answer");
    return SOURCE_LOST;
}
