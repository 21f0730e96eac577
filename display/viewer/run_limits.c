/* SPDX-License-Identifier: MIT */
#include "run_limits.h"

static int64_t after(const struct stream_view *stream, double seconds)
{
    return seconds > 0 ? stream->stats.started_ns + (int64_t)(seconds * 1e9) : 0;
}

/** When --timeout ends for a stream; 0: never. */
static int64_t timeout_of(const struct config *config, const struct stream_view *stream)
{
    const struct stats *stats = &stream->stats;
    if (config->timeout <= 0)
        return 0;
    if (!stream->has_picture || !stream->has_live_frame)
        return after(stream, config->timeout);
    if (!expect_something(&config->expect) || stats->frames == 0)
        return 0;
    return stats->last_ns + (int64_t)(config->timeout * 1e9);
}

int64_t run_limits_deadline(const struct config *config, const struct tile_grid *grid)
{
    int64_t end = after(&grid->tiles[0].stream, config->duration);
    for (unsigned i = 0; i < grid->count; i++) {
        const int64_t at = timeout_of(config, &grid->tiles[i].stream);
        if (at && (!end || at < end))
            end = at;
    }
    return end;
}

bool run_limits_too_late(const struct config *config, const struct stream_view *stream)
{
    const int64_t at = timeout_of(config, stream);
    return at && tri_now_ns() >= at;
}

/** Returns whether each stream has shown --count frames. */
static bool all_shown(const struct config *config, const struct tile_grid *grid)
{
    for (unsigned i = 0; i < grid->count; i++) {
        if (grid->tiles[i].stream.stats.frames < config->count)
            return false;
    }
    return config->count > 0;
}

/** Returns whether a writer has ended and no other one is live. */
static bool all_ended(const struct tile_grid *grid)
{
    bool ended = false;
    for (unsigned i = 0; i < grid->count; i++) {
        if (grid->tiles[i].stream.state == TRI_STATE_LIVE)
            return false;
        ended |= grid->tiles[i].stream.stats.writers_lost > 0;
    }
    return ended;
}

bool run_limits_reached(const struct config *config, const struct tile_grid *grid)
{
    const int64_t deadline = run_limits_deadline(config, grid);
    return all_shown(config, grid) || (config->exit_on_end && all_ended(grid)) ||
           (deadline && tri_now_ns() >= deadline);
}
