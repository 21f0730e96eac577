/* SPDX-License-Identifier: MIT */
#include "actions.h"

#include "loop.h"
#include "pointer.h"
#include "stream/screenshot.h"

#define ZOOM_STEP 1.25

void act_quit(struct loop *loop)
{
    loop->quit = true;
}

void act_leave(struct loop *loop)
{
    if (loop->window.fullscreen)
        window_set_fullscreen(&loop->window, false);
    else if (loop->grid.solo)
        loop->grid.solo = false;
    else
        loop->quit = true;
}

void act_fullscreen(struct loop *loop)
{
    window_set_fullscreen(&loop->window, !loop->window.fullscreen);
}

void act_pause(struct loop *loop)
{
    struct stream_view *stream = viewer_stream(loop);

    stream_view_pause(stream, loop->window.renderer, !stream->paused);
}

void act_step_forward(struct loop *loop)
{
    stream_view_step(viewer_stream(loop));
    loop->overlay.panel.written_ns = 0; // they are to be of this picture
}

void act_step_back(struct loop *loop)
{
    const struct stream_view *stream = viewer_stream(loop);

    if (!stream_view_step_back(viewer_stream(loop)))
        overlay_show_message(&loop->overlay, "%u pictures back: no older one is kept",
                             stream->history.ring.back);
    loop->overlay.panel.written_ns = 0;
}

void act_screenshot(struct loop *loop)
{
    const struct stream_view *stream = viewer_stream(loop);
    char path[SCREENSHOT_PATH_MAX];

    screenshot_path(path, loop->config->screenshot_directory, stream->name, stream->info.number);
    viewer_screenshot(loop, path);
}

void act_statistics(struct loop *loop)
{
    overlay_toggle_statistics(&loop->overlay);
}

void act_statistics_level(struct loop *loop)
{
    overlay_next_level(&loop->overlay);
}

void act_rotate(struct loop *loop)
{
    view_turn(&viewer_stream(loop)->view, 1);
}

void act_mirror_horizontal(struct loop *loop)
{
    struct view *view = &viewer_stream(loop)->view;

    view->hflip = !view->hflip;
}

void act_mirror_vertical(struct loop *loop)
{
    struct view *view = &viewer_stream(loop)->view;

    view->vflip = !view->vflip;
}

void act_scale_1x(struct loop *loop)
{
    view_set_scale(&viewer_stream(loop)->view, 1);
}

void act_scale_2x(struct loop *loop)
{
    view_set_scale(&viewer_stream(loop)->view, 2);
}

void act_fit(struct loop *loop)
{
    view_set_mode(&viewer_stream(loop)->view, VIEW_FIT);
}

void act_fill(struct loop *loop)
{
    view_set_mode(&viewer_stream(loop)->view, VIEW_FILL);
}

/** About the middle of the tile; the wheel does it about the pointer. */
static void zoom(struct loop *loop, double factor)
{
    struct tile *tile = tile_grid_focused(&loop->grid);
    const struct view_area *area = &tile->area;

    if (!tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_zoom(&tile->stream.view, &picture, area, factor, area->x + area->w / 2.0,
              area->y + area->h / 2.0);
}

void act_zoom_in(struct loop *loop)
{
    zoom(loop, ZOOM_STEP);
}

void act_zoom_out(struct loop *loop)
{
    zoom(loop, 1 / ZOOM_STEP);
}

void act_always_on_top(struct loop *loop)
{
    window_set_on_top(&loop->window, !loop->window.on_top);
    overlay_show_message(&loop->overlay,
                         loop->window.on_top ? "above other windows" : "not above others");
}

/** Shows the picture in other colours. @return from when on, and why, where not at once: colours are
 *  those of the conversion, for which the frame's own bytes have to be there */
static const char *recolor(struct loop *loop)
{
    struct stream_view *stream = viewer_stream(loop);

    if (stream_view_recolor(stream, loop->window.renderer))
        return "";
    const struct tri_format *format = tri_format_find(stream->info.video.fourcc);
    return format && format->family == TRI_FAMILY_COMPRESSED
               ? ", from the next picture on: this one came compressed"
               : ", from the next picture on: the bytes of this one are not kept";
}

void act_colorspace(struct loop *loop)
{
    static const uint32_t order[] = { TRI_COLORSPACE_DEFAULT, TRI_COLORSPACE_SMPTE170M,
                                      TRI_COLORSPACE_REC709, TRI_COLORSPACE_BT2020 };
    uint32_t *now = &viewer_stream(loop)->colorspace;
    size_t i = 0;

    while (order[i] != *now)
        i++;
    *now = order[(i + 1) % SDL_arraysize(order)];
    overlay_show_message(&loop->overlay, "colour space: %s%s",
                         *now ? tri_colorspace_name(*now) : "as the frames say", recolor(loop));
}

void act_range(struct loop *loop)
{
    uint32_t *now = &viewer_stream(loop)->range;

    *now = (*now + 1) % (TRI_RANGE_LIMITED + 1);
    overlay_show_message(&loop->overlay, "range: %s%s",
                         *now ? tri_range_name(*now) : "as the frames say", recolor(loop));
}

void act_bits(struct loop *loop)
{
    static const uint32_t order[] = { 0, 10, 12, 14, 16 };
    struct stream_view *stream = viewer_stream(loop);
    size_t i = 0;

    if (stream->info.video.fourcc != TRI_FOURCC_Y16) {
        overlay_show_message(&loop->overlay,
                             "only 16-bit grey (Y16) has significant bits to choose");
        return;
    }
    while (order[i] != stream->bits)
        i++;
    stream->bits = order[(i + 1) % SDL_arraysize(order)];
    const char *when = recolor(loop);
    if (stream->bits)
        overlay_show_message(&loop->overlay, "significant bits: %u%s", stream->bits, when);
    else
        overlay_show_message(&loop->overlay, "significant bits: as the frames say%s", when);
}

void act_probe(struct loop *loop)
{
    loop->tools.probe.on = !loop->tools.probe.on;
    pointer_find(loop);
}

void act_histogram(struct loop *loop)
{
    loop->tools.tones = (loop->tools.tones + 1) % TONES_KINDS;
}

static void adjust(struct loop *loop, enum adjust_what what, int by)
{
    struct adjust *now = &viewer_stream(loop)->request.adjust;
    char word[64];

    adjust_by(now, what, by);
    adjust_write_one(now, what, word, sizeof(word));
    overlay_show_message(&loop->overlay, "%s", word);
}

void act_darker(struct loop *loop)
{
    adjust(loop, ADJUST_BRIGHTNESS, -1);
}

void act_brighter(struct loop *loop)
{
    adjust(loop, ADJUST_BRIGHTNESS, 1);
}

void act_less_gamma(struct loop *loop)
{
    adjust(loop, ADJUST_GAMMA, -1);
}

void act_more_gamma(struct loop *loop)
{
    adjust(loop, ADJUST_GAMMA, 1);
}

void act_less_contrast(struct loop *loop)
{
    adjust(loop, ADJUST_CONTRAST, -1);
}

void act_more_contrast(struct loop *loop)
{
    adjust(loop, ADJUST_CONTRAST, 1);
}

void act_reset_adjustments(struct loop *loop)
{
    viewer_stream(loop)->request.adjust = (struct adjust){ 0 };
    overlay_show_message(&loop->overlay, "picture as it is");
}

void act_help(struct loop *loop)
{
    help_next(&loop->overlay.help);
}

void act_compare(struct loop *loop)
{
    struct stream_view *stream = viewer_stream(loop);
    const struct view_picture picture = stream_view_picture(stream);

    if (compare_is_on(&stream->compare))
        compare_stop(&stream->compare);
    else if (stream->has_picture &&
             !compare_start(&stream->compare, loop->window.renderer, stream_view_front(stream),
                            &picture, stream->info.number))
        overlay_show_message(&loop->overlay, "cannot keep the picture: %s", SDL_GetError());
}

void act_compare_mode(struct loop *loop)
{
    struct stream_view *stream = viewer_stream(loop);

    if (!compare_is_on(&stream->compare))
        act_compare(loop);
    else
        compare_next_mode(&stream->compare);
}

void act_focus_next(struct loop *loop)
{
    tile_grid_focus_next(&loop->grid, 1);
}

void act_focus_previous(struct loop *loop)
{
    tile_grid_focus_next(&loop->grid, -1);
}

void act_solo(struct loop *loop)
{
    loop->grid.solo = !loop->grid.solo && loop->grid.count > 1;
}
