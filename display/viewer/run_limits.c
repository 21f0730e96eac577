/* SPDX-License-Identifier: MIT */
#include "run_limits.h"

static int64_t after(const struct stream_view *stream, double seconds)
{
    return seconds > 0 ? stream->stats.started_ns + (int64_t)(seconds * 1e9) : 0;
}

/** When patience with a stream ends; 0: never. */
static int64_t patience(const struct config *config, const struct stream_view *stream)
{
    const struct stats *stats = &stream->stats;

    if (config->timeout <= 0)
        return 0;
    if (!stream->has_picture || !stream->begun)
        return after(stream, config->timeout);
    if (!expect_something(&config->expect) || stats->frames == 0)
        return 0;
    return stats->last_ns + (int64_t)(config->timeout * 1e9);
}

int64_t limits_deadline(const struct config *config, const struct wall *wall)
{
    int64_t end = after(&wall->tiles[0].stream, config->duration);

    for (unsigned i = 0; i < wall->count; i++) {
        const int64_t at = patience(config, &wall->tiles[i].stream);
        if (at && (!end || at < end))
            end = at;
    }
    return end;
}

bool limits_too_late(const struct config *config, const struct stream_view *stream)
{
    const int64_t at = patience(config, stream);

    return at && tri_now_ns() >= at;
}

/** Whether each stream has shown --count pictures. */
static bool all_shown(const struct config *config, const struct wall *wall)
{
    for (unsigned i = 0; i < wall->count; i++) {
        if (wall->tiles[i].stream.stats.frames < config->count)
            return false;
    }
    return config->count > 0;
}

/** Whether a writer has gone and no other one is there. */
static bool all_ended(const struct wall *wall)
{
    bool ended = false;

    for (unsigned i = 0; i < wall->count; i++) {
        if (wall->tiles[i].stream.state == TRI_STATE_LIVE)
            return false;
        ended |= wall->tiles[i].stream.stats.writers_lost > 0;
    }
    return ended;
}

bool limits_reached(const struct config *config, const struct wall *wall)
{
    const int64_t deadline = limits_deadline(config, wall);

    return all_shown(config, wall) || (config->exit_on_end && all_ended(wall)) ||
           (deadline && tri_now_ns() >= deadline);
}
