/* SPDX-License-Identifier: MIT */
#include "run_summary.h"

#include "run_limits.h"
#include "stream/screenshot.h"
#include "stream/stream_draw.h"

#include <stdio.h>
#include <string.h>

void run_summary_each_second(const struct config *config, struct tile_grid *grid)
{
    const int64_t now = tri_now_ns();
    char line[256];
    char named[sizeof(line) + TRI_NAME_MAX + 3];
    if (config->json || config->expect.tap || config->common.verbosity < 0)
        return;
    for (unsigned i = 0; i < grid->count; i++) {
        struct stats *stats = &grid->tiles[i].stream.stats;
        if (!stats_due(stats, now))
            continue;
        stats_line(stats, now, line, sizeof(line));
        snprintf(named, sizeof(named), "%s: %s", stats->name, line);
        cli_print_line(stdout, grid->count > 1 ? named : line);
    }
}

static void print_summary(const struct stream_view *stream, const struct expect_verdict *verdicts,
                          size_t expected)
{
    json_t *summary = stats_json(&stream->stats);
    const struct texture *front = stream_view_front(stream);
    json_object_set_new(summary, "upload",
                        stream->has_picture ? json_string(texture_upload_name(front))
                                            : json_null());
    json_object_set_new(summary, "copied", json_integer((json_int_t)stream->copied));
    json_object_set_new(summary, "undecodable", json_integer((json_int_t)stream->undecodable));
    if (stream->shows_detections || stream->detections_late.count)
        json_object_set_new(summary, "detections",
                            json_pack("{sI so}", "frames",
                                      (json_int_t)stream->detections_late.count, "late_us",
                                      stats_spread_us(&stream->detections_late)));
    if (expected)
        json_object_set_new(summary, "expected", expect_json(verdicts, expected));
    stats_print_json(stdout, summary);
}

/** With several streams each has its own file: "shot.png" becomes "shot-cam0.png". */
static bool write_screenshot(const struct config *config, struct stream_view *stream, bool several,
                             SDL_Renderer *renderer)
{
    char path[SCREENSHOT_PATH_MAX];
    const char *slash = strrchr(config->screenshot, '/');
    const char *dot = strrchr(slash ? slash : config->screenshot, '.');
    const size_t stem = dot ? (size_t)(dot - config->screenshot) : strlen(config->screenshot);
    if (!several)
        return screenshot_write(stream, renderer, config->screenshot) == TRI_OK;
    snprintf(path, sizeof(path), "%.*s-%s%s", (int)stem, config->screenshot, stream->name,
             dot ? dot : "");
    return screenshot_write(stream, renderer, path) == TRI_OK;
}

/** Returns whether a stream's frame came within --timeout; logs it otherwise. */
static bool came_in_time(const struct config *config, const struct stream_view *stream)
{
    if (!run_limits_too_late(config, stream))
        return true;
    tri_log_write(stream->log, TRI_LOG_ERROR, "stream",
                  "%s: no frame within %g s; see `triptych-info list`, or start "
                  "triptych-capture --name %s",
                  stream->name, config->timeout, stream->name);
    return false;
}

/** With several streams each verdict names its stream. */
static void name_verdicts(struct expect_verdict *verdicts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        char text[sizeof(verdicts[i].text)];
        memcpy(text, verdicts[i].text, sizeof(text));
        snprintf(verdicts[i].text, sizeof(text), "%s: %.*s", name,
                 (int)(sizeof(text) - TRI_NAME_MAX - 3), text);
    }
}

int run_summary_end(const struct config *config, struct tile_grid *grid, SDL_Renderer *renderer)
{
    struct expect_verdict verdicts[STREAMS_MAX * EXPECT_MAX];
    const bool several = grid->count > 1;
    size_t count = 0;
    bool done = true;
    for (unsigned i = 0; i < grid->count; i++) {
        struct stream_view *stream = &grid->tiles[i].stream;
        const bool came = came_in_time(config, stream);
        if (config->exit_on_end && stream->state == TRI_STATE_NO_WRITER)
            stats_end_with_writer(&stream->stats, tri_now_ns());
        else
            stats_end(&stream->stats, tri_now_ns());
        const size_t expected = expect_judge(&config->expect, &stream->stats, verdicts + count);
        done &= came;
        if (config->screenshot && came)
            done &= write_screenshot(config, stream, several, renderer);
        if (config->json)
            print_summary(stream, verdicts + count, expected);
        if (several)
            name_verdicts(verdicts + count, expected, stream->name);
        count += expected;
    }
    done &= expect_print(verdicts, count, config->expect.tap ? stdout : NULL,
                         grid->tiles[0].stream.log);
    return done && cli_printed(grid->tiles[0].stream.log) ? CLI_DONE : CLI_FAILED;
}
