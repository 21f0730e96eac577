/* SPDX-License-Identifier: MIT */
#include "key_actions.h"

#include "pointer.h"
#include "stream/screenshot.h"
#include "stream/stream_draw.h"
#include "stream/stream_playback.h"
#include "viewer.h"

#define ZOOM_STEP 1.25

static void act_quit(struct viewer *viewer)
{
    viewer->quit = true;
}

/** Leaves fullscreen, otherwise a tile shown alone, otherwise the program. */
static void act_leave(struct viewer *viewer)
{
    if (viewer->window.fullscreen)
        window_set_fullscreen(&viewer->window, false);
    else if (viewer->grid.solo)
        viewer->grid.solo = false;
    else
        viewer->quit = true;
}

static void act_fullscreen(struct viewer *viewer)
{
    window_set_fullscreen(&viewer->window, !viewer->window.fullscreen);
}

static void act_focus_next(struct viewer *viewer)
{
    tile_grid_focus_next(&viewer->grid, 1);
}

static void act_focus_previous(struct viewer *viewer)
{
    tile_grid_focus_next(&viewer->grid, -1);
}

static void act_solo(struct viewer *viewer)
{
    viewer->grid.solo = !viewer->grid.solo && viewer->grid.count > 1;
}

static void act_pause(struct viewer *viewer)
{
    struct stream_view *stream = viewer_stream(viewer);
    stream_view_pause(stream, viewer->window.renderer, !stream->paused);
}

static void act_step_forward(struct viewer *viewer)
{
    stream_view_step(viewer_stream(viewer));
    viewer->overlay.panel.written_ns = 0; // statistics are of the frame shown
}

static void act_step_back(struct viewer *viewer)
{
    struct stream_view *stream = viewer_stream(viewer);
    const bool kept = stream->keeps_history || !stream->request.x11;
    if (!stream_view_step_back(stream))
        overlay_show_message(&viewer->overlay,
                             kept ? "%u frames back: no older one is kept"
                                  : "%u frames back: older ones are kept from now on",
                             stream->history.ring.back);
    viewer->overlay.panel.written_ns = 0;
}

static void act_screenshot(struct viewer *viewer)
{
    const struct stream_view *stream = viewer_stream(viewer);
    char path[SCREENSHOT_PATH_MAX];
    screenshot_path(path, viewer->config->screenshot_directory, stream->name, stream->info.number);
    viewer_screenshot(viewer, path);
}

static void act_statistics(struct viewer *viewer)
{
    overlay_toggle_statistics(&viewer->overlay);
}

static void act_statistics_level(struct viewer *viewer)
{
    overlay_next_level(&viewer->overlay);
}

static void act_compare(struct viewer *viewer)
{
    struct stream_view *stream = viewer_stream(viewer);
    if (compare_is_on(&stream->compare)) {
        compare_stop(&stream->compare);
        return;
    }
    stream_view_make_drawable(stream, viewer->window.renderer);
    const struct view_picture picture = stream_view_picture(stream);
    if (stream->has_picture &&
        !compare_start(&stream->compare, viewer->window.renderer, stream_view_front(stream),
                       &picture, stream->info.number))
        overlay_show_message(&viewer->overlay, "cannot keep a reference frame: %s", SDL_GetError());
}

static void act_compare_mode(struct viewer *viewer)
{
    struct stream_view *stream = viewer_stream(viewer);
    if (compare_is_on(&stream->compare))
        compare_next_mode(&stream->compare);
    else
        act_compare(viewer);
}

static void act_rotate(struct viewer *viewer)
{
    view_turn(&viewer_stream(viewer)->view, 1);
}

static void act_mirror_horizontal(struct viewer *viewer)
{
    struct view *view = &viewer_stream(viewer)->view;
    view->hflip = !view->hflip;
}

static void act_mirror_vertical(struct viewer *viewer)
{
    struct view *view = &viewer_stream(viewer)->view;
    view->vflip = !view->vflip;
}

static void act_fit(struct viewer *viewer)
{
    view_set_mode(&viewer_stream(viewer)->view, VIEW_FIT);
}

static void act_scale_1x(struct viewer *viewer)
{
    view_set_scale(&viewer_stream(viewer)->view, 1);
}

static void act_scale_2x(struct viewer *viewer)
{
    view_set_scale(&viewer_stream(viewer)->view, 2);
}

static void act_fill(struct viewer *viewer)
{
    view_set_mode(&viewer_stream(viewer)->view, VIEW_FILL);
}

/** Zooms about the centre of the tile; the wheel zooms about the pointer. */
static void zoom(struct viewer *viewer, double factor)
{
    struct tile *tile = tile_grid_focused(&viewer->grid);
    const struct view_area *area = &tile->area;
    if (!tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_zoom(&tile->stream.view, &picture, area, factor, area->x + area->w / 2.0,
              area->y + area->h / 2.0);
}

static void act_zoom_in(struct viewer *viewer)
{
    zoom(viewer, ZOOM_STEP);
}

static void act_zoom_out(struct viewer *viewer)
{
    zoom(viewer, 1 / ZOOM_STEP);
}

static void act_always_on_top(struct viewer *viewer)
{
    window_set_on_top(&viewer->window, !viewer->window.on_top);
    overlay_show_message(&viewer->overlay,
                         viewer->window.on_top ? "always on top" : "not always on top");
}

/** Shows the frame in other colours. @return what to add to the message if that is not possible at
 *  once: the conversion needs the frame's own bytes */
static const char *recolor(struct viewer *viewer)
{
    struct stream_view *stream = viewer_stream(viewer);
    if (stream_view_recolor(stream, viewer->window.renderer))
        return "";
    const struct tri_format *format = tri_format_find(stream->info.video.fourcc);
    return format && format->family == TRI_FAMILY_COMPRESSED
               ? ", from the next frame on: this one was compressed"
               : ", from the next frame on: the bytes of this one are not kept";
}

static void act_colorspace(struct viewer *viewer)
{
    static const uint32_t order[] = { TRI_COLORSPACE_DEFAULT, TRI_COLORSPACE_SMPTE170M,
                                      TRI_COLORSPACE_REC709, TRI_COLORSPACE_BT2020 };
    uint32_t *now = &viewer_stream(viewer)->colorspace;
    size_t i = 0;
    while (order[i] != *now)
        i++;
    *now = order[(i + 1) % SDL_arraysize(order)];
    overlay_show_message(&viewer->overlay, "colour space: %s%s",
                         *now ? tri_colorspace_name(*now) : "as declared", recolor(viewer));
}

static void act_range(struct viewer *viewer)
{
    uint32_t *now = &viewer_stream(viewer)->range;
    *now = (*now + 1) % (TRI_RANGE_LIMITED + 1);
    overlay_show_message(&viewer->overlay, "range: %s%s",
                         *now ? tri_range_name(*now) : "as declared", recolor(viewer));
}

static void act_bits(struct viewer *viewer)
{
    static const uint32_t order[] = { 0, 10, 12, 14, 16 };
    struct stream_view *stream = viewer_stream(viewer);
    size_t i = 0;
    if (stream->info.video.fourcc != TRI_FOURCC_Y16) {
        overlay_show_message(&viewer->overlay, "significant bits: only of 16-bit grey (Y16)");
        return;
    }
    while (order[i] != stream->bits)
        i++;
    stream->bits = order[(i + 1) % SDL_arraysize(order)];
    const char *when = recolor(viewer);
    if (stream->bits)
        overlay_show_message(&viewer->overlay, "significant bits: %u%s", stream->bits, when);
    else
        overlay_show_message(&viewer->overlay, "significant bits: as declared%s", when);
}

static void act_probe(struct viewer *viewer)
{
    viewer->tools.probe.on = !viewer->tools.probe.on;
    pointer_find(viewer);
}

static void act_histogram(struct viewer *viewer)
{
    viewer->tools.tones = (viewer->tools.tones + 1) % TONES_KINDS;
}

static void act_detections(struct viewer *viewer)
{
    const bool on = !viewer_stream(viewer)->shows_detections;
    const char *name = viewer->config->detections;
    tile_grid_show_detections(&viewer->grid, name, on);
    if (!on)
        overlay_show_message(&viewer->overlay, "no detections");
    else if (name && *name)
        overlay_show_message(&viewer->overlay, "detections: beside the frames or from %s", name);
    else
        overlay_show_message(&viewer->overlay,
                             "detections: beside the frames or from %s.detections",
                             viewer_stream(viewer)->name);
}

static void adjust(struct viewer *viewer, enum adjust_what what, int by)
{
    struct adjust *now = &viewer_stream(viewer)->request.adjust;
    char value[64];
    adjust_by(now, what, by);
    adjust_write_one(now, what, value, sizeof(value));
    overlay_show_message(&viewer->overlay, "%s", value);
}

static void act_darker(struct viewer *viewer)
{
    adjust(viewer, ADJUST_BRIGHTNESS, -1);
}

static void act_brighter(struct viewer *viewer)
{
    adjust(viewer, ADJUST_BRIGHTNESS, 1);
}

static void act_less_gamma(struct viewer *viewer)
{
    adjust(viewer, ADJUST_GAMMA, -1);
}

static void act_more_gamma(struct viewer *viewer)
{
    adjust(viewer, ADJUST_GAMMA, 1);
}

static void act_less_contrast(struct viewer *viewer)
{
    adjust(viewer, ADJUST_CONTRAST, -1);
}

static void act_more_contrast(struct viewer *viewer)
{
    adjust(viewer, ADJUST_CONTRAST, 1);
}

static void act_reset_adjustments(struct viewer *viewer)
{
    viewer_stream(viewer)->request.adjust = (struct adjust){ 0 };
    overlay_show_message(&viewer->overlay, "adjustments reset");
}

static void act_help(struct viewer *viewer)
{
    help_next(&viewer->overlay.help);
}

const struct key key_table[] = {
    { SDLK_q, false, { "q", "quit" }, act_quit },
    { SDLK_ESCAPE, false, { "Esc", "leave fullscreen, solo; quit" }, act_leave },
    { SDLK_f, false, { "f", "fullscreen (double click too)" }, act_fullscreen },
    { SDLK_TAB, false, { "Tab", "next stream (click too)" }, act_focus_next },
    { SDLK_TAB, true, { 0 }, act_focus_previous },
    { SDLK_RETURN, false, { "Enter", "only this stream, or all" }, act_solo },
    { SDLK_KP_ENTER, false, { 0 }, act_solo },
    { SDLK_SPACE, false, { "Space p", "pause" }, act_pause },
    { SDLK_p, false, { 0 }, act_pause },
    { SDLK_PERIOD, false, { ".", "step forward, paused" }, act_step_forward },
    { SDLK_COMMA, false, { ",", "step back" }, act_step_back },
    { SDLK_s, false, { "s", "save a screenshot" }, act_screenshot },
    { SDLK_i, false, { "i", "statistics" }, act_statistics },
    { SDLK_o, false, { "o", "statistics: detail" }, act_statistics_level },
    { SDLK_k, false, { "k", "keep frame to compare; off" }, act_compare },
    { SDLK_k, true, { "K", "compare: split, blink, diff" }, act_compare_mode },
    { SDLK_r, false, { "r", "rotate by 90 degrees" }, act_rotate },
    { SDLK_m, false, { "m", "mirror horizontally" }, act_mirror_horizontal },
    { SDLK_m, true, { "M", "mirror vertically" }, act_mirror_vertical },
    { SDLK_0, false, { "0", "fit into the window" }, act_fit },
    { SDLK_KP_0, false, { 0 }, act_fit },
    { SDLK_1, false, { "1", "original size" }, act_scale_1x },
    { SDLK_KP_1, false, { 0 }, act_scale_1x },
    { SDLK_2, false, { "2", "double size" }, act_scale_2x },
    { SDLK_KP_2, false, { 0 }, act_scale_2x },
    { SDLK_w, false, { "w", "fill the window" }, act_fill },
    { SDLK_PLUS, false, { "+ -", "zoom (wheel); drag to move" }, act_zoom_in },
    { SDLK_PLUS, true, { 0 }, act_zoom_in },
    { SDLK_EQUALS, true, { 0 }, act_zoom_in },
    { SDLK_KP_PLUS, false, { 0 }, act_zoom_in },
    { SDLK_MINUS, false, { 0 }, act_zoom_out },
    { SDLK_KP_MINUS, false, { 0 }, act_zoom_out },
    { SDLK_t, false, { "t", "always on top" }, act_always_on_top },
    { SDLK_c, true, { "C", "colour space" }, act_colorspace },
    { SDLK_r, true, { "R", "colour range" }, act_range },
    { SDLK_b, false, { "b", "significant bits, 16-bit grey" }, act_bits },
    { SDLK_n, false, { "n", "pixel probe" }, act_probe },
    { SDLK_y, false, { "y", "histogram: luma, RGB, none" }, act_histogram },
    { SDLK_d, false, { "d", "detections: boxes, labels" }, act_detections },
    { SDLK_3, false, { "3 4", "darker, brighter" }, act_darker },
    { SDLK_4, false, { 0 }, act_brighter },
    { SDLK_5, false, { "5 6", "less, more gamma" }, act_less_gamma },
    { SDLK_6, false, { 0 }, act_more_gamma },
    { SDLK_7, false, { "7 8", "less, more contrast" }, act_less_contrast },
    { SDLK_8, false, { 0 }, act_more_contrast },
    { SDLK_BACKSPACE, false, { "Backspace", "reset 3 to 8" }, act_reset_adjustments },
    { SDLK_h, false, { "h", "this help" }, act_help },
};
const size_t key_count = SDL_arraysize(key_table);

_Static_assert(SDL_arraysize(key_table) <= KEY_HELP_MAX, "raise KEY_HELP_MAX");

size_t key_help_rows(struct key_help rows[KEY_HELP_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < key_count; i++) {
        if (key_table[i].help.label)
            rows[count++] = key_table[i].help;
    }
    return count;
}
