/* SPDX-License-Identifier: MIT */
#include "limits.h"

static int64_t after(const struct stream_view *stream, double seconds)
{
    return seconds > 0 ? stream->figures.started_ns + (int64_t)(seconds * 1e9) : 0;
}

int64_t limits_deadline(const struct config *config, const struct stream_view *stream)
{
    const int64_t end = after(stream, config->duration);
    const int64_t patience = stream->has_picture ? 0 : after(stream, config->timeout);

    if (!end || !patience)
        return end ? end : patience;
    return SDL_min(end, patience);
}

bool limits_too_late(const struct config *config, const struct stream_view *stream)
{
    return !stream->has_picture && config->timeout > 0 &&
           tri_now_ns() >= after(stream, config->timeout);
}

bool limits_reached(const struct config *config, const struct stream_view *stream)
{
    const int64_t deadline = limits_deadline(config, stream);

    return (config->count && stream->figures.frames >= config->count) ||
           (config->exit_on_end && stream->state == TRI_STATE_AWAY) ||
           (deadline && tri_now_ns() >= deadline);
}
