/* SPDX-License-Identifier: MIT */
#include "statistics_text.h"

#include "program/strbuf.h"

#include <inttypes.h>

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

static void add_spread(struct lines *lines, const char *label, const struct time_histogram *times)
{
    lines_add(lines, "\n%-11s%9.2f%9.2f%9.2f%9.2f", label,
              ms((double)time_histogram_percentile(times, 50)),
              ms((double)time_histogram_percentile(times, 95)),
              ms((double)time_histogram_percentile(times, 99)), ms((double)times->max));
}

static void add_drops(struct lines *lines, const struct stream_view *stream)
{
    const struct stats *stats = &stream->stats;

    lines_add(lines, "dropped    %" PRIu64 " driver, %" PRIu64 " writer, %" PRIu64 " reader",
              stats->dropped_driver, stats->dropped_writer, stats->dropped_reader);
    lines_add(lines, "\nnot shown  %" PRIu64 " torn, %" PRIu64 " unseen, %" PRIu64 " undecodable",
              stats->torn_retried, stream->unshown, stream->undecodable);
    lines_add(lines, "\nduplicates %" PRIu64, stats->duplicates);
    if (stats_know_rate(stats))
        lines_add(lines, ", stalls %" PRIu64 ", uneven %" PRIu64, stats->captures.stalls,
                  stats->captures.uneven);
}

static void add_times(struct lines *lines, const struct stats *stats)
{
    lines_add(lines, "\n%-11s%9s%9s%9s%9s", "ms", "p50", "p95", "p99", "max");
    add_spread(lines, "interval", &stats->interval);
    add_spread(lines, "age", &stats->age);
    add_spread(lines, "  publish", &stats->to_publish);
    add_spread(lines, "  reader", &stats->to_reader);
    add_spread(lines, "  screen", &stats->to_screen);
}

static void add_picture(struct lines *lines, const struct stream_view *stream,
                        SDL_Renderer *renderer)
{
    const struct tri_video *video = &stream->info.video;
    const struct texture *texture = stream_view_front(stream);
    SDL_RendererInfo info = { .name = "?" };
    char fourcc[5], words[128];

    SDL_GetRendererInfo(renderer, &info);
    lines_add(lines, "\npicture    %ux%u %s", video->width, video->height,
              tri_fourcc_name(video->fourcc, fourcc));
    if (video->fps_den)
        lines_add(lines, " at %.5g/s", (double)video->fps_num / video->fps_den);
    lines_add(lines, ", frame %" PRIu64, stream->info.number);
    lines_add(lines, "\ncolours    %s, matrix %s, %s", tri_colorspace_name(video->colorspace),
              tri_matrix_name(tri_video_matrix(video)), tri_range_name(tri_video_range(video)));
    if (adjust_is_on(&texture->adjust)) {
        adjust_words(&texture->adjust, words, sizeof(words));
        lines_add(lines, "\nadjusted   %s", words);
    }
    lines_add(lines, "\nupload     %s, %s",
              texture->straight ? "straight from the slot" : "converted", info.name);
    lines_add(lines, "\nwriter     %u %s a frame, generation %" PRIu64 "%s", stream->info.copies,
              stream->info.copies == 1 ? "copy" : "copies", stream->info.generation,
              stream->holds ? "" : ", not held");
}

void statistics_head(char *text, size_t bytes, const struct stream_view *stream, int64_t now_ns)
{
    struct lines lines;

    lines_start(&lines, text, bytes);
    if (!stream->has_picture)
        lines_add(&lines, "%s: no picture yet", stream->name);
    else
        lines_add(&lines, "FPS %6.2f   UPS %6.2f   age %6.1f ms", rate_get(&stream->fps, now_ns),
                  rate_get(&stream->ups, now_ns), ms(age_ns(stream, now_ns)));
}

void statistics_details(char *text, size_t bytes, const struct stream_view *stream,
                        SDL_Renderer *renderer)
{
    const struct stats *stats = &stream->stats;
    struct lines lines;

    lines_start(&lines, text, bytes);
    add_drops(&lines, stream);
    add_times(&lines, stats);
    add_picture(&lines, stream, renderer);
    lines_add(&lines, "\nload       %.1f MB/s, %.0f %% of a core", stats_byte_rate(stats) / 1e6,
              stats_cpu(stats));
}

static const char *without_picture(const struct stream_view *stream)
{
    if (stream->state == TRI_STATE_LIVE && stream->trouble != TRI_OK)
        return "no picture can be shown";
    return stream->silent ? "no frame yet" : "waiting";
}

static void add_title(struct lines *lines, const struct stream_view *stream, int64_t now_ns)
{
    char fourcc[5];

    lines_add(lines, "%s - ", stream->name);
    if (stream->state == TRI_STATE_NO_WRITER)
        lines_add(lines, "no signal");
    else if (!stream->has_picture)
        lines_add(lines, "%s", without_picture(stream));
    else
        lines_add(lines, "%ux%u %s - %.1f FPS, %.1f UPS - age %.1f ms%s", stream->info.video.width,
                  stream->info.video.height, tri_fourcc_name(stream->info.video.fourcc, fourcc),
                  rate_get(&stream->fps, now_ns), rate_get(&stream->ups, now_ns),
                  ms(age_ns(stream, now_ns)), stream->paused ? " - paused" : "");
}

/** The same in few words: of several streams. */
static void add_short_title(struct lines *lines, const struct stream_view *stream, int64_t now_ns)
{
    lines_add(lines, "%s%s ", lines->used ? ", " : "", stream->name);
    if (stream->state == TRI_STATE_NO_WRITER)
        lines_add(lines, "no signal");
    else if (!stream->has_picture)
        lines_add(lines, "%s", without_picture(stream));
    else if (stream->paused)
        lines_add(lines, "paused");
    else if (stream->hidden)
        lines_add(lines, "%.1f UPS", rate_get(&stream->ups, now_ns));
    else
        lines_add(lines, "%.1f FPS", rate_get(&stream->fps, now_ns));
}

void statistics_title(char *text, size_t bytes, const struct wall *wall, int64_t now_ns)
{
    struct lines lines;

    lines_start(&lines, text, bytes);
    if (wall->count == 1)
        add_title(&lines, &wall->tiles[0].stream, now_ns);
    for (unsigned i = 0; i < wall->count && wall->count > 1; i++)
        add_short_title(&lines, &wall->tiles[i].stream, now_ns);
}
