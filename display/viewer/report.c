/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "limits.h"
#include "screenshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void report_second(const struct config *config, struct wall *wall)
{
    const int64_t now = tri_now_ns();
    char line[256];

    if (config->json || config->common.verbosity < 0)
        return;
    for (unsigned i = 0; i < wall->count; i++) {
        struct figures *figures = &wall->tiles[i].stream.figures;
        if (!figures_due(figures, now))
            continue;
        figures_line(figures, now, line, sizeof(line));
        if (wall->count > 1)
            printf("%s: ", figures->name);
        printf("%s\n", line);
        fflush(stdout);
    }
}

static bool print_summary(const struct stream_view *stream)
{
    json_t *summary = figures_json(&stream->figures);
    const struct texture *front = stream_view_front(stream);

    json_object_set_new(summary, "upload",
                        stream->has_picture
                            ? json_string(front->straight ? "straight" : "converted")
                            : json_null());
    json_object_set_new(summary, "copied", json_integer((json_int_t)stream->copied));
    json_object_set_new(summary, "undecodable", json_integer((json_int_t)stream->undecodable));
    if (figures_print_json(stdout, summary))
        return true;
    tri_log_say(stream->log, TRI_LOG_ERROR, "json", "cannot write the summary to stdout: %s",
                strerror(errno));
    return false;
}

/** Of several streams each has a file of its own: "shot.png" is "shot-cam0.png". */
static bool write_screenshot(const struct config *config, const struct stream_view *stream,
                             bool several, SDL_Renderer *renderer)
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

static bool report_stream(const struct config *config, const struct stream_view *stream,
                          bool several, SDL_Renderer *renderer)
{
    bool done = true;

    if (limits_too_late(config, stream)) {
        tri_log_say(stream->log, TRI_LOG_ERROR, "stream",
                    "%s: no picture within %g s; see triptych-info list, or start "
                    "triptych-capture --name %s",
                    stream->name, config->timeout, stream->name);
        done = false;
    }
    if (config->screenshot && done)
        done = write_screenshot(config, stream, several, renderer);
    if (config->json)
        done &= print_summary(stream);
    return done;
}

int report_end(const struct config *config, const struct wall *wall, SDL_Renderer *renderer)
{
    bool done = true;

    for (unsigned i = 0; i < wall->count; i++)
        done &= report_stream(config, &wall->tiles[i].stream, wall->count > 1, renderer);
    return done ? CLI_DONE : CLI_FAILED;
}
