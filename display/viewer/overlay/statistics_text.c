/* SPDX-License-Identifier: MIT */
#include "statistics_text.h"

#include "program/strbuf.h"
#include "stream/stream_detections.h"
#include "stream/stream_draw.h"

#include <inttypes.h>

static double ms(double ns)
{
    return ns / 1e6;
}

/** Time from capture until the frame came on the screen; a new one is about to. */
static double latency_ns(const struct stream_view *stream, int64_t now_ns)
{
    const int64_t shown_ns = stream->presented_ns ? stream->presented_ns : now_ns;
    return (double)(shown_ns - stream->info.capture_ns);
}

static void add_percentiles(struct strbuf *buf, const char *label,
                            const struct time_histogram *times)
{
    strbuf_add(buf, "\n%-11s%9.2f%9.2f%9.2f%9.2f", label,
               ms((double)time_histogram_percentile(times, 50)),
               ms((double)time_histogram_percentile(times, 95)),
               ms((double)time_histogram_percentile(times, 99)), ms((double)times->max));
}

static void add_drops(struct strbuf *buf, const struct stream_view *stream)
{
    const struct stats *stats = &stream->stats;
    strbuf_add(buf, "dropped    %" PRIu64 " driver, %" PRIu64 " writer, %" PRIu64 " reader",
               stats->dropped_driver, stats->dropped_writer, stats->dropped_reader);
    strbuf_add(buf, "\nnot shown  %" PRIu64 " torn, %" PRIu64 " unseen, %" PRIu64 " undecodable",
               stats->torn_retried, stream->not_shown, stream->undecodable);
    strbuf_add(buf, "\nduplicates %" PRIu64, stats->duplicates);
    if (stats_know_rate(stats))
        strbuf_add(buf, ", stalls %" PRIu64 ", uneven %" PRIu64, stats->captures.stalls,
                   stats->captures.uneven);
}

static void add_times(struct strbuf *buf, const struct stats *stats)
{
    strbuf_add(buf, "\n%-11s%9s%9s%9s%9s", "ms", "p50", "p95", "p99", "max");
    add_percentiles(buf, "interval", &stats->interval);
    add_percentiles(buf, "latency", &stats->age);
    add_percentiles(buf, "  publish", &stats->to_publish);
    add_percentiles(buf, "  reader", &stats->to_reader);
    add_percentiles(buf, "  screen", &stats->to_screen);
}

/** How many boxes are shown, and how many frames after theirs. */
static void add_detections(struct strbuf *buf, const struct stream_view *stream)
{
    struct detections found;
    struct detections_age age;
    if (!stream->shows_detections)
        return;
    if (!stream_detections_find(stream, &found, &age)) {
        strbuf_add(buf, "\ndetections none");
        return;
    }
    strbuf_add(buf, "\ndetections %u", found.count);
    if (found.omitted)
        strbuf_add(buf, " and %u left out", found.omitted);
    if (age.frames)
        strbuf_add(buf, ", %" PRIu64 " %s late (%.0f ms)", age.frames,
                   age.frames == 1 ? "frame" : "frames", ms((double)age.ns));
}

static void add_picture(struct strbuf *buf, const struct stream_view *stream,
                        SDL_Renderer *renderer)
{
    const struct tri_video *video = &stream->info.video;
    const struct texture *texture = stream_view_front(stream);
    SDL_RendererInfo info = { .name = "?" };
    char fourcc[5];
    char words[128];
    SDL_GetRendererInfo(renderer, &info);
    strbuf_add(buf, "\npicture    %ux%u %s", video->width, video->height,
               tri_fourcc_name(video->fourcc, fourcc));
    if (video->fps_den)
        strbuf_add(buf, " at %.5g/s", (double)video->fps_num / video->fps_den);
    strbuf_add(buf, ", frame %" PRIu64, stream->info.number);
    strbuf_add(buf, "\ncolours    %s, matrix %s, %s", tri_colorspace_name(video->colorspace),
               tri_matrix_name(tri_video_matrix(video)), tri_range_name(tri_video_range(video)));
    if (adjust_is_on(&texture->adjust)) {
        adjust_write_all(&texture->adjust, words, sizeof(words));
        strbuf_add(buf, "\nadjusted   %s", words);
    }
    strbuf_add(buf, "\nupload     %s, %s", texture_upload_name(texture), info.name);
    strbuf_add(buf, "\nwriter     %u %s a frame, generation %" PRIu64 "%s", stream->info.copies,
               stream->info.copies == 1 ? "copy" : "copies", stream->info.generation,
               stream->can_lock ? "" : ", not locked");
}

void statistics_write_rates(char *text, size_t bytes, const struct stream_view *stream,
                            int64_t now_ns)
{
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    if (!stream->has_picture)
        strbuf_add(&buf, "%s: no frame yet", stream->name);
    else
        strbuf_add(&buf, "FPS %6.2f   UPS %6.2f   latency %6.1f ms", rate_get(&stream->fps, now_ns),
                   rate_get(&stream->ups, now_ns), ms(latency_ns(stream, now_ns)));
}

void statistics_write_details(char *text, size_t bytes, const struct stream_view *stream,
                              SDL_Renderer *renderer)
{
    const struct stats *stats = &stream->stats;
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    add_drops(&buf, stream);
    add_times(&buf, stats);
    add_picture(&buf, stream, renderer);
    add_detections(&buf, stream);
    strbuf_add(&buf, "\nload       %.1f MB/s, %.0f %% of a core", stats_byte_rate(stats) / 1e6,
               stats_cpu(stats));
}

static const char *without_picture(const struct stream_view *stream)
{
    if (stream->last_error != TRI_OK)
        return stream->refused_fourcc ? "cannot show the frames" : "cannot read the stream";
    return stream->writer_without_frames ? "no frame yet" : "waiting";
}

static void add_title(struct strbuf *buf, const struct stream_view *stream, int64_t now_ns)
{
    char fourcc[5];
    strbuf_add(buf, "%s - ", stream->name);
    if (stream->state == TRI_STATE_NO_WRITER)
        strbuf_add(buf, "no signal");
    else if (!stream->has_picture)
        strbuf_add(buf, "%s", without_picture(stream));
    else
        strbuf_add(buf, "%ux%u %s - %.1f FPS, %.1f UPS - latency %.1f ms%s",
                   stream->info.video.width, stream->info.video.height,
                   tri_fourcc_name(stream->info.video.fourcc, fourcc),
                   rate_get(&stream->fps, now_ns), rate_get(&stream->ups, now_ns),
                   ms(latency_ns(stream, now_ns)), stream->paused ? " - paused" : "");
}

/** The short form, for several streams. */
static void add_short_title(struct strbuf *buf, const struct stream_view *stream, int64_t now_ns)
{
    strbuf_add(buf, "%s%s ", buf->used ? ", " : "", stream->name);
    if (stream->state == TRI_STATE_NO_WRITER)
        strbuf_add(buf, "no signal");
    else if (!stream->has_picture)
        strbuf_add(buf, "%s", without_picture(stream));
    else if (stream->paused)
        strbuf_add(buf, "paused");
    else if (stream->hidden)
        strbuf_add(buf, "%.1f UPS", rate_get(&stream->ups, now_ns));
    else
        strbuf_add(buf, "%.1f FPS", rate_get(&stream->fps, now_ns));
}

void statistics_write_title(char *text, size_t bytes, const struct tile_grid *grid, int64_t now_ns)
{
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    if (grid->count == 1)
        add_title(&buf, &grid->tiles[0].stream, now_ns);
    for (unsigned i = 0; i < grid->count && grid->count > 1; i++)
        add_short_title(&buf, &grid->tiles[i].stream, now_ns);
}
