/* SPDX-License-Identifier: MIT */
#include "expect.h"

#include <inttypes.h>
#include <math.h>

#define TOLERANCE      5 // percent
#define AS_TEXT(value) #value
#define DEFAULT(value) AS_TEXT(value)

#define AT(field) .offset = offsetof(struct expect, field)
const struct cli_option expect_options[] = {
    { 0, "expect-fps", "F", NULL, "fail unless F frames per second arrive", cli_set_rate, AT(fps),
      .group = "Expectations" },
    { 0, "tolerance", "PCT", DEFAULT(TOLERANCE), "tolerance of --expect-fps in percent",
      cli_set_percent, AT(tolerance) },
    { 0, "max-drops", "N", NULL, "fail if driver, writer and reader lose more than N frames",
      cli_set_count, AT(max_drops) },
    { 0, "max-stalls", "N", NULL, "fail if the source pauses for three periods more than N times",
      cli_set_count, AT(max_stalls) },
    { 0, "max-jitter-p95", "MS", NULL, "fail if 5 % of the intervals exceed their median by MS",
      cli_set_ms, AT(max_jitter_p95) },
    { 0, "max-jitter-p99", "MS", NULL, "fail if 1 % of the intervals exceed their median by MS",
      cli_set_ms, AT(max_jitter_p99) },
    { 0, "max-age-p95", "MS", NULL, "fail if 5 % of the frames have a latency above MS", cli_set_ms,
      AT(max_age_p95) },
    { 0, "max-age-p99", "MS", NULL, "fail if 1 % of the frames have a latency above MS", cli_set_ms,
      AT(max_age_p99) },
    { 0, "tap", NULL, NULL, "print one line of TAP per expectation", cli_set_true, AT(tap) },
    { .name = NULL },
};
#undef AT

struct expect expect_nothing(void)
{
    return (struct expect){ .max_drops = EXPECT_ANY,
                            .max_stalls = EXPECT_ANY,
                            .max_jitter_p95 = -1,
                            .max_jitter_p99 = -1,
                            .max_age_p95 = -1,
                            .max_age_p99 = -1 };
}

bool expect_something(const struct expect *expect)
{
    return expect->fps.den || expect->max_drops != EXPECT_ANY || expect->max_stalls != EXPECT_ANY ||
           expect->max_jitter_p95 >= 0 || expect->max_jitter_p99 >= 0 || expect->max_age_p95 >= 0 ||
           expect->max_age_p99 >= 0;
}

int expect_check(const struct expect *expect, const struct cli_program *program, bool more,
                 bool json)
{
    if (expect->fps.den && !expect->fps.num)
        return cli_refuse(program, "--expect-fps 0 expects nothing: omit it, or give frames per "
                                   "second");
    if (expect->tolerance != TOLERANCE && !expect->fps.den)
        return cli_refuse(program, "--tolerance without --expect-fps: add it, or omit --tolerance");
    if (expect->tap && !more && !expect_something(expect))
        return cli_refuse(program, "--tap without an expectation: add --expect-fps, --max-drops or "
                                   "another --max");
    if (expect->tap && json)
        return cli_refuse(program, "--tap and --json exclude each other");
    return -1;
}

static struct expect_verdict judge_rate(const struct expect *expect, const struct stats *stats)
{
    struct expect_verdict verdict = { .option = "--expect-fps" };
    const double fps = stats_fps(stats);
    const double wanted = (double)expect->fps.num / expect->fps.den;
    const double off = 100 * (fps / wanted - 1);
    verdict.met = fabs(off) <= expect->tolerance;
    snprintf(verdict.text, sizeof(verdict.text),
             "%.2f frames per second, %.2f %% %s than the %g expected; tolerance %g %%", fps,
             fabs(off), off < 0 ? "less" : "more", wanted, expect->tolerance);
    return verdict;
}

static struct expect_verdict judge_drops(const struct expect *expect, const struct stats *stats)
{
    struct expect_verdict verdict = { .option = "--max-drops" };
    const uint64_t most = expect->max_drops;
    const uint64_t drops = stats->dropped_driver + stats->dropped_writer + stats->dropped_reader;
    verdict.met = drops <= most;
    snprintf(verdict.text, sizeof(verdict.text),
             "%" PRIu64 " frames lost (%" PRIu64 " driver + %" PRIu64 " writer + %" PRIu64
             " reader), %" PRIu64 " %s than the %" PRIu64 " allowed",
             drops, stats->dropped_driver, stats->dropped_writer, stats->dropped_reader,
             verdict.met ? most - drops : drops - most, verdict.met ? "less" : "more", most);
    return verdict;
}

static struct expect_verdict judge_stalls(const struct expect *expect, const struct stats *stats)
{
    struct expect_verdict verdict = { .option = "--max-stalls" };
    const uint64_t most = expect->max_stalls;
    const uint64_t stalls = stats->captures.stalls;
    verdict.met = stalls <= most && stats_know_rate(stats);
    if (!stats_know_rate(stats))
        snprintf(verdict.text, sizeof(verdict.text), "unknown: the stream gives no frame rate");
    else
        snprintf(verdict.text, sizeof(verdict.text),
                 "%" PRIu64 " stalls, %.3f ms in total, %" PRIu64 " %s than the %" PRIu64
                 " allowed",
                 stalls, (double)stats->captures.stall_sum_ns / 1e6,
                 verdict.met ? most - stalls : stalls - most, verdict.met ? "less" : "more", most);
    return verdict;
}

static struct expect_verdict judge_time(const char *option, const char *what, double is_ms,
                                        double most_ms)
{
    struct expect_verdict verdict = { .option = option, .met = is_ms <= most_ms };
    snprintf(verdict.text, sizeof(verdict.text), "%s is %.3f ms, %.3f ms %s than the %g allowed",
             what, is_ms, fabs(is_ms - most_ms), verdict.met ? "less" : "more", most_ms);
    return verdict;
}

static double jitter_ms(const struct stats *stats, double percent)
{
    return (double)stats_jitter(stats, percent) / 1e6;
}

static double age_ms(const struct stats *stats, double percent)
{
    return (double)time_histogram_percentile(&stats->age, percent) / 1e6;
}

size_t expect_judge(const struct expect *expect, const struct stats *stats,
                    struct expect_verdict verdicts[EXPECT_MAX])
{
    size_t count = 0;
    if (expect->fps.den)
        verdicts[count++] = judge_rate(expect, stats);
    if (expect->max_drops != EXPECT_ANY)
        verdicts[count++] = judge_drops(expect, stats);
    if (expect->max_stalls != EXPECT_ANY)
        verdicts[count++] = judge_stalls(expect, stats);
    if (expect->max_jitter_p95 >= 0)
        verdicts[count++] =
            judge_time("--max-jitter-p95", "95th percentile of intervals minus their median",
                       jitter_ms(stats, 95), expect->max_jitter_p95);
    if (expect->max_jitter_p99 >= 0)
        verdicts[count++] =
            judge_time("--max-jitter-p99", "99th percentile of intervals minus their median",
                       jitter_ms(stats, 99), expect->max_jitter_p99);
    if (expect->max_age_p95 >= 0)
        verdicts[count++] = judge_time("--max-age-p95", "95th percentile of latencies",
                                       age_ms(stats, 95), expect->max_age_p95);
    if (expect->max_age_p99 >= 0)
        verdicts[count++] = judge_time("--max-age-p99", "99th percentile of latencies",
                                       age_ms(stats, 99), expect->max_age_p99);
    for (size_t i = 0; i < count && stats->frames == 0; i++) {
        verdicts[i].met = false;
        snprintf(verdicts[i].text, sizeof(verdicts[i].text), "no frame arrived");
    }
    return count;
}

bool expect_print(const struct expect_verdict *verdicts, size_t count, FILE *tap,
                  const tri_log *log)
{
    bool all = true;
    if (tap)
        fprintf(tap, "1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        const struct expect_verdict *verdict = &verdicts[i];
        all = all && verdict->met;
        if (tap)
            fprintf(tap, "%sok %zu - %s: %s\n", verdict->met ? "" : "not ", i + 1, verdict->option,
                    verdict->text);
        else if (!verdict->met)
            tri_log_write(log, TRI_LOG_ERROR, "expect", "%s: %s", verdict->option, verdict->text);
    }
    return all;
}

json_t *expect_json(const struct expect_verdict *verdicts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_pack("{ss sb ss}", "option", verdicts[i].option, "met",
                                               verdicts[i].met, "text", verdicts[i].text));
    return array;
}
