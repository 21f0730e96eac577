/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/** Text that is put together piece by piece; what does not fit is left out. */
struct lines {
    char *text;
    size_t bytes, used;
};

static void add(struct lines *lines, const char *format, ...) TRI_PRINTF(2, 3);

static void add(struct lines *lines, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int n = vsnprintf(lines->text + lines->used, lines->bytes - lines->used, format, args);
    va_end(args);
    if (n > 0)
        lines->used = SDL_min(lines->used + (size_t)n, lines->bytes - 1);
}

static double ms(double ns)
{
    return ns / 1e6;
}

/** Age of the picture when it came on the screen, which for a new one is about to happen: what a
 *  person waits between doing and seeing. */
static double age_ns(const struct stream_view *stream, int64_t now_ns)
{
    const int64_t shown_ns = stream->presented_ns ? stream->presented_ns : now_ns;

    return (double)(shown_ns - stream->info.capture_ns);
}

static void add_rates(struct lines *lines, const struct stream_view *stream, int64_t now_ns)
{
    add(lines, "FPS %6.2f   UPS %6.2f   age %6.1f ms", rate_get(&stream->fps, now_ns),
        rate_get(&stream->ups, now_ns), ms(age_ns(stream, now_ns)));
}

static void add_spread(struct lines *lines, const char *label, const struct tri_histogram *times)
{
    add(lines, "\n%-9s p50 %.1f ms, p99 %.1f ms, max %.1f ms", label,
        ms((double)tri_histogram_percentile(times, 50)),
        ms((double)tri_histogram_percentile(times, 99)), ms((double)times->max));
}

static void add_drops(struct lines *lines, const struct stream_view *stream)
{
    const struct figures *figures = &stream->figures;

    add(lines, "\ndropped   %" PRIu64 " driver, %" PRIu64 " writer, %" PRIu64 " reader",
        figures->dropped_driver, figures->dropped_writer, figures->dropped_reader);
    add(lines, "\nretried   %" PRIu64 " torn", figures->torn_retried);
    if (stream->undecodable)
        add(lines, ", %" PRIu64 " not to be shown", stream->undecodable);
    if (stream->unshown)
        add(lines, ", %" PRIu64 " passed unseen", stream->unshown);
    add_spread(lines, "age", &figures->age);
    add_spread(lines, "interval", &figures->interval);
}

static void add_picture(struct lines *lines, const struct stream_view *stream,
                        SDL_Renderer *renderer)
{
    const struct tri_video *video = &stream->info.video;
    const struct texture *texture = stream_view_front(stream);
    SDL_RendererInfo info = { .name = "?" };
    char fourcc[5];

    SDL_GetRendererInfo(renderer, &info);
    add(lines, "\npicture   %ux%u %s", video->width, video->height,
        tri_fourcc_text(video->fourcc, fourcc));
    if (video->fps_den)
        add(lines, " at %.5g/s", (double)video->fps_num / video->fps_den);
    add(lines, ", frame %" PRIu64, stream->info.number);
    add(lines, "\ncolours   %s, matrix %s, %s", tri_colorspace_word(video->colorspace),
        tri_matrix_word(tri_video_matrix(video)), tri_range_word(tri_video_range(video)));
    add(lines, "\nupload    %s, %s", texture->straight ? "straight from the slot" : "converted",
        info.name);
    add(lines, "\nwriter    %u %s a frame, generation %" PRIu64 "%s", stream->info.copies,
        stream->info.copies == 1 ? "copy" : "copies", stream->info.generation,
        stream->holds ? "" : ", slots not ours to hold");
}

void statistics_write(char *text, size_t bytes, const struct stream_view *stream,
                      enum overlay_level level, SDL_Renderer *renderer, int64_t now_ns)
{
    struct lines lines = { .text = text, .bytes = bytes };

    text[0] = '\0';
    if (!stream->has_picture) {
        add(&lines, "%s: no picture yet", stream->name);
        return;
    }
    add_rates(&lines, stream, now_ns);
    if (level >= OVERLAY_DROPS)
        add_drops(&lines, stream);
    if (level >= OVERLAY_ALL)
        add_picture(&lines, stream, renderer);
}

static void add_title(struct lines *lines, const struct stream_view *stream, int64_t now_ns)
{
    char fourcc[5];

    add(lines, "%s - ", stream->name);
    if (stream->state == TRI_STATE_AWAY)
        add(lines, "no signal");
    else if (!stream->has_picture)
        add(lines, "waiting");
    else
        add(lines, "%ux%u %s - %.1f FPS, %.1f UPS - age %.1f ms%s", stream->info.video.width,
            stream->info.video.height, tri_fourcc_text(stream->info.video.fourcc, fourcc),
            rate_get(&stream->fps, now_ns), rate_get(&stream->ups, now_ns),
            ms(age_ns(stream, now_ns)), stream->paused ? " - paused" : "");
}

/** The same in few words: of several streams. */
static void add_short_title(struct lines *lines, const struct stream_view *stream, int64_t now_ns)
{
    add(lines, "%s%s ", lines->used ? ", " : "", stream->name);
    if (stream->state == TRI_STATE_AWAY)
        add(lines, "no signal");
    else if (!stream->has_picture)
        add(lines, "waiting");
    else if (stream->paused)
        add(lines, "paused");
    else if (stream->hidden)
        add(lines, "%.1f UPS", rate_get(&stream->ups, now_ns));
    else
        add(lines, "%.1f FPS", rate_get(&stream->fps, now_ns));
}

void statistics_title(char *text, size_t bytes, const struct wall *wall, int64_t now_ns)
{
    struct lines lines = { .text = text, .bytes = bytes };

    text[0] = '\0';
    if (wall->count == 1)
        add_title(&lines, &wall->tiles[0].stream, now_ns);
    for (unsigned i = 0; i < wall->count && wall->count > 1; i++)
        add_short_title(&lines, &wall->tiles[i].stream, now_ns);
}
