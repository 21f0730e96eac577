/* SPDX-License-Identifier: MIT */
#include "expect.h"

#include <inttypes.h>
#include <math.h>

static struct expect_verdict judge_rate(const struct dump_config *config,
                                        const struct figures *figures)
{
    struct expect_verdict verdict = { .option = "--expect-fps" };
    const double fps = figures_fps(figures);
    const double off = 100 * (fps / config->expect_fps - 1);
    verdict.met = fabs(off) <= config->tolerance;
    snprintf(verdict.text, sizeof verdict.text,
             "%.2f frames a second are %.2f %% %s than the %g expected, %g %% are tolerated", fps,
             fabs(off), off < 0 ? "less" : "more", config->expect_fps, config->tolerance);
    return verdict;
}

static struct expect_verdict judge_drops(const struct dump_config *config,
                                         const struct figures *figures)
{
    struct expect_verdict verdict = { .option = "--max-drops" };
    const uint64_t drops =
        figures->dropped_driver + figures->dropped_writer + figures->dropped_reader;
    verdict.met = drops <= config->max_drops;
    snprintf(verdict.text, sizeof verdict.text,
             "%" PRIu64 " frames were lost (%" PRIu64 " driver + %" PRIu64 " writer + %" PRIu64
             " reader), %" PRIu64 " %s than the %" PRIu64 " allowed",
             drops, figures->dropped_driver, figures->dropped_writer, figures->dropped_reader,
             verdict.met ? config->max_drops - drops : drops - config->max_drops,
             verdict.met ? "less" : "more", config->max_drops);
    return verdict;
}

static struct expect_verdict judge_time(const char *option, const char *what, double is_ms,
                                        double most_ms)
{
    struct expect_verdict verdict = { .option = option, .met = is_ms <= most_ms };
    snprintf(verdict.text, sizeof verdict.text, "%s is %.3f ms, %.3f ms %s than the %g allowed",
             what, is_ms, fabs(is_ms - most_ms), verdict.met ? "less" : "more", most_ms);
    return verdict;
}

static struct expect_verdict judge_clock(const struct dump_config *config,
                                         const struct pulse *pulse)
{
    struct expect_verdict verdict = { .option = "--max-clock-faults" };
    const uint64_t faults = pulse_faults(pulse);
    verdict.met = faults <= config->max_clock_faults;
    snprintf(verdict.text, sizeof verdict.text,
             "%" PRIu64 " faults (%" PRIu64 " dropped, %" PRIu64 " repeated, %" PRIu64
             " reordered, %" PRIu64 " torn, %" PRIu64 " not read), %" PRIu64 " %s than allowed",
             faults, pulse->dropped, pulse->repeated, pulse->reordered, pulse->torn, pulse->unread,
             verdict.met ? config->max_clock_faults - faults : faults - config->max_clock_faults,
             verdict.met ? "less" : "more");
    return verdict;
}

size_t expect_judge(const struct dump_config *config, const struct figures *figures,
                    const struct pulse *pulse, struct expect_verdict verdicts[EXPECT_MAX])
{
    size_t count = 0;
    const double median = (double)tri_histogram_percentile(&figures->interval, 50);
    const double late = (double)tri_histogram_percentile(&figures->interval, 99);
    if (config->expect_fps > 0)
        verdicts[count++] = judge_rate(config, figures);
    if (config->max_drops != DUMP_ANY)
        verdicts[count++] = judge_drops(config, figures);
    if (config->max_jitter_p99 > 0)
        verdicts[count++] =
            judge_time("--max-jitter-p99", "the 99th percentile of intervals, beyond their median,",
                       (late - median) / 1e6, config->max_jitter_p99);
    if (config->max_age_p99 > 0)
        verdicts[count++] = judge_time("--max-age-p99", "the 99th percentile of ages",
                                       (double)tri_histogram_percentile(&figures->age, 99) / 1e6,
                                       config->max_age_p99);
    if (config->max_clock_faults != DUMP_ANY)
        verdicts[count++] = judge_clock(config, pulse);
    return count;
}
