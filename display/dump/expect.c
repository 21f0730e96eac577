/* SPDX-License-Identifier: MIT */
#include "expect.h"

#include <inttypes.h>
#include <math.h>

bool expect_met(const struct dump_config *config, const struct figures *figures, char *why,
                size_t why_bytes)
{
    const double fps = figures_fps(figures);
    const double off = config->expect_fps > 0 ? 100 * (fps / config->expect_fps - 1) : 0;
    if (fabs(off) > config->tolerance) {
        snprintf(why, why_bytes,
                 "--expect-fps: %.2f frames a second are %.2f %% %s than the %g expected, "
                 "%g %% are tolerated",
                 fps, fabs(off), off < 0 ? "less" : "more", config->expect_fps, config->tolerance);
        return false;
    }
    const uint64_t drops =
        figures->dropped_driver + figures->dropped_writer + figures->dropped_reader;
    if (config->max_drops != DUMP_ANY_DROPS && drops > config->max_drops) {
        snprintf(why, why_bytes,
                 "--max-drops: %" PRIu64 " frames were lost (%" PRIu64 " driver + %" PRIu64
                 " writer + %" PRIu64 " reader), %" PRIu64 " more than the %" PRIu64 " allowed",
                 drops, figures->dropped_driver, figures->dropped_writer, figures->dropped_reader,
                 drops - config->max_drops, config->max_drops);
        return false;
    }
    return true;
}
