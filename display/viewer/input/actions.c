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
    else if (loop->wall.alone)
        loop->wall.alone = false;
    else
        loop->quit = true;
}

void act_fullscreen(struct loop *loop)
{
    window_set_fullscreen(&loop->window, !loop->window.fullscreen);
}

void act_pause_or_go(struct loop *loop)
{
    struct stream_view *stream = loop_stream(loop);

    stream_view_pause(stream, loop->window.renderer, !stream->paused);
}

void act_step(struct loop *loop)
{
    stream_view_step(loop_stream(loop));
    loop->overlay.panel.written_ns = 0; // they are to be of this picture
}

void act_step_back(struct loop *loop)
{
    const struct stream_view *stream = loop_stream(loop);

    if (!stream_view_step_back(loop_stream(loop)))
        overlay_say(&loop->overlay, "%u pictures back: no older one is kept",
                    stream->history.ring.back);
    loop->overlay.panel.written_ns = 0;
}

void act_screenshot(struct loop *loop)
{
    const struct stream_view *stream = loop_stream(loop);
    char path[SCREENSHOT_PATH_MAX];

    screenshot_path(path, loop->config->screenshot_directory, stream->name, stream->info.number);
    loop_screenshot(loop, path);
}

void act_statistics(struct loop *loop)
{
    overlay_toggle(&loop->overlay);
}

void act_more(struct loop *loop)
{
    overlay_next_level(&loop->overlay);
}

void act_turn(struct loop *loop)
{
    view_turn(&loop_stream(loop)->view, 1);
}

void act_mirror(struct loop *loop)
{
    struct view *view = &loop_stream(loop)->view;

    view->hflip = !view->hflip;
}

void act_flip(struct loop *loop)
{
    struct view *view = &loop_stream(loop)->view;

    view->vflip = !view->vflip;
}

void act_one_to_one(struct loop *loop)
{
    view_set_scale(&loop_stream(loop)->view, 1);
}

void act_twice(struct loop *loop)
{
    view_set_scale(&loop_stream(loop)->view, 2);
}

void act_fit(struct loop *loop)
{
    view_set_mode(&loop_stream(loop)->view, VIEW_FIT);
}

void act_fill(struct loop *loop)
{
    view_set_mode(&loop_stream(loop)->view, VIEW_FILL);
}

/** About the middle of the tile; the wheel does it about the pointer. */
static void zoom(struct loop *loop, double factor)
{
    struct tile *tile = wall_focused(&loop->wall);
    const struct view_area *area = &tile->area;

    if (!tile->stream.has_picture)
        return;
    const struct view_picture picture = stream_view_picture(&tile->stream);
    view_zoom(&tile->stream.view, &picture, area, factor, area->x + area->w / 2.0,
              area->y + area->h / 2.0);
}

void act_nearer(struct loop *loop)
{
    zoom(loop, ZOOM_STEP);
}

void act_farther(struct loop *loop)
{
    zoom(loop, 1 / ZOOM_STEP);
}

void act_on_top(struct loop *loop)
{
    window_set_on_top(&loop->window, !loop->window.on_top);
    overlay_say(&loop->overlay, loop->window.on_top ? "above other windows" : "not above others");
}

/** Shows the picture in other colours. @return from when on, and why, where not at once: colours are
 *  those of the conversion, for which the frame's own bytes have to be there */
static const char *recolor(struct loop *loop)
{
    struct stream_view *stream = loop_stream(loop);

    if (stream_view_recolor(stream, loop->window.renderer))
        return "";
    const struct tri_format *format = tri_format_find(stream->info.video.fourcc);
    return format && format->family == TRI_FAMILY_COMPRESSED
               ? ", from the next picture on: this one came compressed"
               : ", from the next picture on: the bytes of this one are not kept";
}

void act_next_colorspace(struct loop *loop)
{
    static const uint32_t order[] = { TRI_COLORSPACE_DEFAULT, TRI_COLORSPACE_SMPTE170M,
                                      TRI_COLORSPACE_REC709, TRI_COLORSPACE_BT2020 };
    uint32_t *now = &loop_stream(loop)->colorspace;
    size_t i = 0;

    while (order[i] != *now)
        i++;
    *now = order[(i + 1) % SDL_arraysize(order)];
    overlay_say(&loop->overlay, "colour space: %s%s",
                *now ? tri_colorspace_name(*now) : "as the frames say", recolor(loop));
}

void act_next_range(struct loop *loop)
{
    uint32_t *now = &loop_stream(loop)->range;

    *now = (*now + 1) % (TRI_RANGE_LIMITED + 1);
    overlay_say(&loop->overlay, "range: %s%s", *now ? tri_range_name(*now) : "as the frames say",
                recolor(loop));
}

void act_next_bits(struct loop *loop)
{
    static const uint32_t order[] = { 0, 10, 12, 14, 16 };
    struct stream_view *stream = loop_stream(loop);
    size_t i = 0;

    if (stream->info.video.fourcc != TRI_FOURCC_Y16) {
        overlay_say(&loop->overlay, "only 16-bit grey (Y16) has significant bits to choose");
        return;
    }
    while (order[i] != stream->bits)
        i++;
    stream->bits = order[(i + 1) % SDL_arraysize(order)];
    const char *when = recolor(loop);
    if (stream->bits)
        overlay_say(&loop->overlay, "significant bits: %u%s", stream->bits, when);
    else
        overlay_say(&loop->overlay, "significant bits: as the frames say%s", when);
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
    struct adjust *now = &loop_stream(loop)->wish.adjust;
    char word[64];

    adjust_by(now, what, by);
    adjust_word(now, what, word, sizeof(word));
    overlay_say(&loop->overlay, "%s", word);
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

void act_unadjusted(struct loop *loop)
{
    loop_stream(loop)->wish.adjust = (struct adjust){ 0 };
    overlay_say(&loop->overlay, "picture as it is");
}

void act_help(struct loop *loop)
{
    help_next(&loop->overlay.help);
}

void act_keep(struct loop *loop)
{
    struct stream_view *stream = loop_stream(loop);
    const struct view_picture picture = stream_view_picture(stream);

    if (compare_is_on(&stream->compare))
        compare_drop(&stream->compare);
    else if (stream->has_picture &&
             !compare_keep(&stream->compare, loop->window.renderer, stream_view_front(stream),
                           &picture, stream->info.number))
        overlay_say(&loop->overlay, "cannot keep the picture: %s", SDL_GetError());
}

void act_compare(struct loop *loop)
{
    struct stream_view *stream = loop_stream(loop);

    if (!compare_is_on(&stream->compare))
        act_keep(loop);
    else
        compare_next_way(&stream->compare);
}

void act_focus_next(struct loop *loop)
{
    wall_focus_next(&loop->wall, 1);
}

void act_focus_before(struct loop *loop)
{
    wall_focus_next(&loop->wall, -1);
}

void act_alone(struct loop *loop)
{
    loop->wall.alone = !loop->wall.alone && loop->wall.count > 1;
}
