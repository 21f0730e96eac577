/* SPDX-License-Identifier: MIT */
/** screen:[DISPLAY,]AREA: the screen of an X server, which writes pictures into the slots itself. */
#include "screen/screen_area.h"
#include "screen/screen_bands.h"
#include "screen/screen_cursor.h"
#include "screen/screen_list.h"
#include "screen/screen_memory.h"
#include "screen/screen_pixels.h"

#include "program/capture_timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/damage.h>
#include <xcb/randr.h>

#define IDLE_QUERY_NS    INT64_C(1000000000) // between queries that check an idle server
#define UNPACED_QUERY_NS INT64_C(5000000)    // between pointer queries without a frame rate
#define MS_NS            INT64_C(1000000)
#define REFUSALS_MAX     3 // successive pictures that the server refuses before it counts as lost

struct screen_source {
    struct x11_connection x;
    struct screen_choice choice;
    struct screen_controls controls;
    struct screen_area area;
    struct screen_memory memory;
    struct screen_cursor cursor;
    struct screen_bands bands;
    xcb_damage_damage_t damage;  // 0: every picture counts as changed
    xcb_xfixes_region_t region;  // of damage; 0: not requested
    unsigned subtracted;         // request since which damage is new
    bool changed;                // there is a picture to publish
    bool moved;                  // the area may have another size or place
    bool gone;                   // the window is not shown any more
    unsigned image[SCREEN_RUNS]; // requests without an answer; 0: none
    unsigned images;
    unsigned damaged;
    unsigned pointer;
    unsigned cursor_image;
    unsigned last;      // of the requests for a picture
    bool copied;        // the image comes through the socket
    unsigned refusals;  // successive ones
    int64_t capture_ns; // when the image was requested
    int64_t query_ns;   // when to query the pointer next
};

static bool draws_cursor(const struct screen_source *state)
{
    return state->controls.cursor && state->x.xfixes;
}

static void note_damage(struct screen_source *state, const xcb_damage_notify_event_t *event,
                        uint32_t sequence)
{
    // Older damage is in the picture that was requested with the subtraction.
    if ((int32_t)(sequence - state->subtracted) >= 0 &&
        screen_area_meets(&state->area, &event->area))
        state->changed = true;
}

static void note_size(struct screen_source *state, const xcb_configure_notify_event_t *event)
{
    if (state->choice.kind != SCREEN_WINDOW || event->width != state->area.width ||
        event->height != state->area.height)
        state->moved = true;
}

/** Takes one event of the server. */
static void note_event(void *user, const xcb_generic_event_t *event)
{
    struct screen_source *state = user;
    const struct x11_connection *x = &state->x;
    const uint8_t type = event->response_type & 0x7f;
    if (state->damage && type == xcb_get_extension_data(x->xcb, &xcb_damage_id)->first_event)
        note_damage(state, (const xcb_damage_notify_event_t *)event, event->full_sequence);
    else if (type == XCB_CONFIGURE_NOTIFY)
        note_size(state, (const xcb_configure_notify_event_t *)event);
    else if (type == XCB_UNMAP_NOTIFY || type == XCB_DESTROY_NOTIFY)
        state->gone = true;
    else if (x->randr && type == xcb_get_extension_data(x->xcb, &xcb_randr_id)->first_event)
        state->moved = true;
    else if (x->xfixes && screen_cursor_event(&state->cursor, x, event))
        state->changed = true;
}

static enum source_result refuse_format(const struct source *source, const struct tri_video *wanted)
{
    const struct tri_video *video = &source->video;
    char fourcc[5];
    char other[5];
    tri_log_write(
        source->options->log, TRI_LOG_ERROR, "screen",
        "%s: is %ux%u %s, not %ux%u %s; choose a region by screen:WxH+X+Y; pictures are not "
        "scaled or converted",
        source->label, video->width, video->height, tri_fourcc_name(video->fourcc, fourcc),
        wanted->width ? wanted->width : video->width,
        wanted->height ? wanted->height : video->height,
        tri_fourcc_name(wanted->fourcc ? wanted->fourcc : video->fourcc, other));
    return SOURCE_MISUSED;
}

/** Describes the pictures of the area. */
static enum source_result describe(struct source *source)
{
    struct screen_source *state = source->state;
    const struct tri_video *wanted = &source->options->wanted;
    struct tri_video video;
    if (!screen_pixels_describe(&state->x, &state->area, &video))
        return SOURCE_FAILED;
    if (wanted->fps_den) {
        video.fps_num = wanted->fps_num;
        video.fps_den = wanted->fps_num ? wanted->fps_den : 0;
    } else {
        screen_area_rate(&state->x, &state->area, &video.fps_num, &video.fps_den);
    }
    const bool first = !source->video.width;
    source->video = video;
    if ((wanted->width && (wanted->width != video.width || wanted->height != video.height) &&
         first) ||
        (wanted->fourcc && wanted->fourcc != video.fourcc))
        return refuse_format(source, wanted);
    schedule_init(&source->schedule, video.fps_num, video.fps_den);
    return SOURCE_OK;
}

/** Requests events about changes of the area. */
static void watch(struct screen_source *state)
{
    struct x11_connection *x = &state->x;
    const struct screen_area *area = &state->area;
    const uint32_t events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_change_window_attributes(x->xcb, area->window, XCB_CW_EVENT_MASK, &events);
    if (state->choice.kind == SCREEN_MONITOR)
        xcb_randr_select_input(x->xcb, area->window, XCB_RANDR_NOTIFY_MASK_SCREEN_CHANGE);
    if (draws_cursor(state))
        screen_cursor_open(&state->cursor, x, area->window);
    if (state->controls.damage && !x->damage)
        tri_log_write(
            x->log, TRI_LOG_WARN, "screen",
            "%s: the X server has no DAMAGE extension: publishing unchanged pictures, too",
            x->display);
    if (!state->controls.damage || !x->damage)
        return;
    state->damage = xcb_generate_id(x->xcb);
    xcb_damage_create(x->xcb, state->damage, area->window,
                      area->whole ? XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY
                                  : XCB_DAMAGE_REPORT_LEVEL_DELTA_RECTANGLES);
    if (!x->xfixes || !state->memory.usable)
        return;
    state->region = xcb_generate_id(x->xcb);
    xcb_xfixes_create_region(x->xcb, state->region, 0, NULL);
}

static void warn_of_wayland(const struct screen_source *state)
{
    if (state->x.is_wayland && state->choice.kind != SCREEN_WINDOW)
        tri_log_write(state->x.log, TRI_LOG_WARN, "screen",
                      "%s belongs to a Wayland session: it shows windows of X programs only; the "
                      "whole screen is pipewire:",
                      state->x.display);
}

static enum source_result screen_open(struct source *source)
{
    const struct source_options *options = source->options;
    const char *arg = options->arg ? options->arg : "";
    struct screen_source *state = calloc(1, sizeof(*state));
    if (!state)
        return SOURCE_FAILED;
    source->state = state;
    state->x.on_event = note_event;
    state->x.user = state;
    if (!screen_controls_set(&state->controls, options) ||
        !screen_choice_parse(&state->choice, arg, options->log))
        return SOURCE_MISUSED;
    enum source_result result = x11_open(&state->x, state->choice.display, options->log);
    if (result != SOURCE_OK)
        return result;
    snprintf(source->label, sizeof(source->label), "screen %s%s%s", state->x.display,
             *arg && !state->choice.display[0] ? "," : "", arg + strlen(state->choice.display));
    result = screen_area_find(&state->x, &state->choice, &state->area);
    if (result == SOURCE_MISUSED && source->video.width) // the screen was larger, and may be again
        result = SOURCE_LOST;
    if (result == SOURCE_OK)
        result = describe(source);
    if (result != SOURCE_OK)
        return result;
    screen_memory_open(&state->memory, &state->x);
    source->device_access = state->memory.usable;
    warn_of_wayland(state);
    watch(state);
    screen_bands_reset(&state->bands, state->area.height);
    state->changed = true;
    return SOURCE_OK;
}

static void screen_close(struct source *source)
{
    struct screen_source *state = source->state;
    if (!state)
        return;
    // A server that was stopped and continues answers requests that it has, also of closed connections.
    source->tainted =
        state->last && !state->copied && state->x.xcb && !xcb_connection_has_error(state->x.xcb);
    screen_area_release(&state->x, &state->area);
    screen_memory_close(&state->memory, &state->x);
    source->attached = 0;
    source->device_access = false;
    screen_cursor_close(&state->cursor);
    x11_close(&state->x);
    free(state);
    source->state = NULL;
}

/** Checks whether an answer of the server is overdue. */
static enum source_result check_overdue(const struct source *source)
{
    const struct screen_source *state = source->state;
    const double limit_s = source->options->device_timeout;
    const int64_t since_ns = state->x.waiting_ns;
    if (limit_s > 0 && since_ns && (double)(tri_now_ns() - since_ns) / 1e9 > limit_s)
        return x11_lost(&state->x);
    return SOURCE_NOTHING;
}

/** Finds the area again, which may have another size. */
static enum source_result follow(struct source *source)
{
    struct screen_source *state = source->state;
    struct x11_connection *x = &state->x;
    screen_area_release(x, &state->area);
    enum source_result result = screen_area_find(x, &state->choice, &state->area);
    if (result == SOURCE_MISUSED)
        result = SOURCE_LOST;
    if (result == SOURCE_OK)
        result = describe(source);
    screen_bands_reset(&state->bands, state->area.height);
    state->moved = false;
    state->changed = true;
    return result == SOURCE_OK ? SOURCE_CHANGED : result;
}

static int64_t query_interval_ns(const struct source *source)
{
    const int64_t period_ns = capture_timing_period(source->video.fps_num, source->video.fps_den);
    if (!draws_cursor(source->state))
        return IDLE_QUERY_NS;
    return period_ns ? period_ns : UNPACED_QUERY_NS;
}

/** Queries the pointer when that is due. While nothing changes, the answer shows that the server
 *  runs. */
static enum source_result query_pointer(struct source *source, int timeout_ms)
{
    struct screen_source *state = source->state;
    struct x11_connection *x = &state->x;
    const int64_t now_ns = tri_now_ns();
    if (!state->pointer && now_ns < state->query_ns) {
        const int64_t left_ms = (state->query_ns - now_ns) / MS_NS + 1;
        x11_wait(x, left_ms < timeout_ms ? (int)left_ms : timeout_ms);
        return SOURCE_NOTHING;
    }
    if (!state->pointer) {
        state->pointer = xcb_query_pointer(x->xcb, state->area.window).sequence;
        state->query_ns = now_ns + query_interval_ns(source);
    }
    void *pointer;
    if (!x11_answer(x, state->pointer, timeout_ms, &pointer))
        return check_overdue(source);
    state->pointer = 0;
    if (pointer && draws_cursor(state) && screen_cursor_move(&state->cursor, &state->area, pointer))
        state->changed = true;
    free(pointer);
    return SOURCE_NOTHING;
}

/** Waits until a picture is due: only if it differs from the one before. */
static enum source_result screen_wait(struct source *source, int timeout_ms)
{
    struct screen_source *state = source->state;
    if (state->damaged || state->last) // a picture is in progress
        return SOURCE_OK;
    xcb_flush(state->x.xcb);
    if (!x11_read(&state->x))
        return x11_lost(&state->x);
    if (state->moved || state->gone) {
        state->gone = false; // follow() decides
        return follow(source);
    }
    if (!state->changed && state->damage)
        return query_pointer(source, timeout_ms);
    if (source->skip > 0)
        return SOURCE_OK;
    if (!schedule_wait(&source->schedule, timeout_ms))
        return SOURCE_NOTHING;
    if (!state->damage) {
        const uint64_t missed = schedule_skip_missed(&source->schedule);
        source->number += missed;
        source->driver_drops += missed;
    }
    return SOURCE_OK;
}

/** Begins a picture: queries the parts of the window that have changed since the last one. */
static void request_damage(struct screen_source *state)
{
    struct x11_connection *x = &state->x;
    state->changed = false;
    if (state->damage)
        state->subtracted =
            xcb_damage_subtract(x->xcb, state->damage, XCB_NONE, state->region).sequence;
    if (state->region)
        state->damaged = xcb_xfixes_fetch_region(x->xcb, state->region).sequence;
}

/** Requests the whole picture through the socket. */
static void request_copy(struct screen_source *state)
{
    const struct screen_area *area = &state->area;
    state->copied = true;
    state->images = 1;
    state->image[0] =
        xcb_get_image(state->x.xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, area->drawable, (int16_t)area->x,
                      (int16_t)area->y, (uint16_t)area->width, (uint16_t)area->height, UINT32_MAX)
            .sequence;
}

/** Requests the parts of the picture that the draft's slot lacks. */
static void request_rows(struct screen_source *state, const struct tri_draft *draft,
                         uint64_t changed)
{
    struct x11_connection *x = &state->x;
    const struct screen_area *area = &state->area;
    uint64_t missing = screen_bands_begin(&state->bands, draft, changed);
    screen_memory_attach(&state->memory, x, draft);
    state->copied = false;
    state->images = 0;
    for (struct screen_rows rows = screen_bands_take(&state->bands, &missing); rows.count;
         rows = screen_bands_take(&state->bands, &missing)) {
        const size_t offset =
            state->memory.offset + (size_t)rows.top * draft->shape.plane[0].stride;
        state->image[state->images++] =
            xcb_shm_get_image(x->xcb, area->drawable, (int16_t)area->x,
                              (int16_t)(area->y + rows.top), (uint16_t)area->width,
                              (uint16_t)rows.count, UINT32_MAX, XCB_IMAGE_FORMAT_Z_PIXMAP,
                              state->memory.id, (uint32_t)offset)
                .sequence;
    }
}

/** Requests the picture, and with it the pointer's place. */
static void request_picture(struct screen_source *state, const struct tri_draft *draft,
                            uint64_t changed)
{
    struct x11_connection *x = &state->x;
    state->capture_ns = tri_now_ns();
    if (state->memory.usable)
        request_rows(state, draft, changed);
    else
        request_copy(state);
    if (draws_cursor(state)) {
        if (state->pointer) // requested before the picture
            xcb_discard_reply(x->xcb, state->pointer);
        state->pointer = xcb_query_pointer(x->xcb, state->area.window).sequence;
        if (state->cursor.changed)
            state->cursor_image = xcb_xfixes_get_cursor_image(x->xcb).sequence;
        state->cursor.changed = false;
    }
    state->last = xcb_get_input_focus(x->xcb).sequence; // answered after all others
}

/** Draws the cursor where it was when the picture was taken. @return the bands that it touches */
static uint64_t take_cursor(struct screen_source *state, struct tri_draft *draft)
{
    struct x11_connection *x = &state->x;
    int32_t top;
    int32_t bottom;
    if (!draws_cursor(state))
        return 0;
    if (state->cursor_image)
        screen_cursor_set_image(&state->cursor, x11_await(x, state->cursor_image));
    state->cursor_image = 0;
    xcb_query_pointer_reply_t *pointer = x11_await(x, state->pointer);
    state->pointer = 0;
    if (pointer)
        screen_cursor_move(&state->cursor, &state->area, pointer);
    free(pointer);
    screen_cursor_draw(&state->cursor, draft);
    screen_cursor_rows(&state->cursor, &state->area, &top, &bottom);
    return screen_bands_between(&state->bands, top, bottom);
}

/** The server has refused a picture: its window may have changed, or its memory. */
static enum source_result handle_refusal(struct source *source, uint8_t error)
{
    struct screen_source *state = source->state;
    const struct x11_connection *x = &state->x;
    if (!state->copied && screen_memory_is_refused(x, error)) {
        tri_log_write(
            x->log, TRI_LOG_WARN, "screen",
            "%s: the X server, of another user, may not write to the stream's memory: each picture "
            "comes through the socket and is copied",
            x->display);
        state->memory = (struct screen_memory){ .usable = false };
        source->attached = 0;
        state->changed = true;
        return SOURCE_NOTHING;
    }
    if (++state->refusals < REFUSALS_MAX)
        return follow(source);
    tri_log_write(
        x->log, TRI_LOG_WARN, "screen",
        "%s: the X server refuses the picture (error %u): a part of it may be outside the screen",
        source->label, error);
    return SOURCE_LOST;
}

/** Takes one reply to the requests for the picture. @return false: an X error, or no connection */
static bool take_image(struct screen_source *state, unsigned request, struct tri_draft *draft)
{
    xcb_get_image_reply_t *reply = x11_await(&state->x, request); // it came before the last one
    if (reply && state->copied) {
        const size_t bytes = (size_t)xcb_get_image_data_length(reply);
        const size_t room = (size_t)draft->shape.plane[0].bytes;
        memcpy(draft->data[0], xcb_get_image_data(reply), bytes < room ? bytes : room);
        draft->info.copies = 1;
    }
    free(reply);
    return reply != NULL;
}

/** Takes the replies to all requests for the picture. */
static enum source_result take_picture(struct source *source, struct tri_draft *draft)
{
    struct screen_source *state = source->state;
    uint8_t error = 0;
    bool complete = true;
    for (unsigned i = 0; i < state->images; i++) {
        if (take_image(state, state->image[i], draft))
            continue;
        complete = false;
        error = state->x.error;
    }
    const uint64_t cursor = take_cursor(state, draft);
    state->last = 0;
    if (xcb_connection_has_error(state->x.xcb))
        return x11_lost(&state->x);
    if (!complete)
        return handle_refusal(source, error);
    state->refusals = 0;
    if (!state->copied)
        screen_bands_finish(&state->bands, draft, cursor);
    return SOURCE_OK;
}

/** Requests a picture, in two steps. @return whether both are done */
static bool request(struct screen_source *state, const struct tri_draft *draft, int timeout_ms)
{
    uint64_t changed = UINT64_MAX;
    void *region;
    if (state->last)
        return true;
    if (!state->damaged)
        request_damage(state);
    if (state->damaged) {
        if (!x11_answer(&state->x, state->damaged, timeout_ms, &region))
            return false;
        if (region)
            changed = screen_bands_touched(&state->bands, &state->area, region);
        free(region);
        state->damaged = 0;
    }
    request_picture(state, draft, changed);
    return true;
}

static enum source_result screen_fill(struct source *source, struct tri_draft **draft,
                                      int timeout_ms)
{
    struct screen_source *state = source->state;
    void *reply;
    if (!*draft) { // the picture stays to be published
        state->changed = source->skip == 0;
        schedule_advance(&source->schedule);
        return SOURCE_OK;
    }
    if (!request(state, *draft, timeout_ms))
        return check_overdue(source);
    source->attached = state->memory.id != 0;
    if (!x11_answer(&state->x, state->last, timeout_ms, &reply))
        return check_overdue(source);
    free(reply);
    const enum source_result result = take_picture(source, *draft);
    if (result != SOURCE_OK)
        return result;
    (*draft)->info.driver_sequence = source->number++;
    (*draft)->info.capture_ns = state->capture_ns;
    state->query_ns = state->capture_ns + query_interval_ns(source);
    schedule_postpone(&source->schedule);
    schedule_advance(&source->schedule);
    return SOURCE_OK;
}

const struct source_ops source_screen = {
    .name = "screen",
    .arg = "AREA",
    .summary = "an X screen: WxH+X+Y, a window's 0xID or a monitor's name  [all]",
    .flags = SOURCE_CONTROLS | SOURCE_SCHEDULE,
    .open = screen_open,
    .wait = screen_wait,
    .fill = screen_fill,
    .close = screen_close,
    .list = screen_list,
};
