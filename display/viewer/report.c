/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "limits.h"
#include "screenshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void report_second(const struct config *config, struct stream_view *stream)
{
    const int64_t now = tri_now_ns();
    char line[256];

    if (config->json || config->common.verbosity < 0 || !figures_due(&stream->figures, now))
        return;
    figures_line(&stream->figures, now, line, sizeof(line));
    printf("%s\n", line);
    fflush(stdout);
}

static bool print_summary(const struct stream_view *stream)
{
    json_t *summary = figures_json(&stream->figures);
    const struct texture *front = &stream->pictures[stream->front];

    json_object_set_new(summary, "upload",
                        stream->has_picture
                            ? json_string(front->straight ? "straight" : "converted")
                            : json_null());
    json_object_set_new(summary, "copied", json_integer((json_int_t)stream->copied));
    json_object_set_new(summary, "undecodable", json_integer((json_int_t)stream->undecodable));
    return figures_print_json(stdout, summary);
}

int report_end(const struct config *config, struct stream_view *stream, SDL_Renderer *renderer)
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
        done = screenshot_write(stream, renderer, config->screenshot) == TRI_OK;
    if (config->json && !print_summary(stream)) {
        tri_log_say(stream->log, TRI_LOG_ERROR, "json", "cannot write the summary to stdout: %s",
                    strerror(errno));
        done = false;
    }
    return done ? CLI_DONE : CLI_FAILED;
}
