/* SPDX-License-Identifier: MIT */
/* triptych-dump: a reader, an optional output, statistics, and expectations of them. */
#include "cli.h"
#include "dump_run.h"
#include "program/expect.h"
#include "program/stop.h"
#include "run_report.h"

#include <inttypes.h>
#include <string.h>

/* The end of a run, for people; scripts use --json. */
static void print_summary(const struct run *run)
{
    stats_summary(&run->stats, run->report);
    if (run->config->rate == DUMP_RATE_CONSTANT)
        fprintf(run->report, "  constant rate: %" PRIu64 " filled, %" PRIu64 " skipped\n",
                run->cfr.filled, run->cfr.skipped);
    char line[256];
    if (run->config->clock)
        fprintf(run->report, "  %s\n", clock_check_line(&run->clock_check, line, sizeof(line)));
}

static size_t judge(const struct run *run, struct expect_verdict verdicts[EXPECT_MAX])
{
    size_t count = expect_judge(&run->config->expect, &run->stats, verdicts);
    if (run->config->max_clock_faults != EXPECT_ANY)
        verdicts[count++] = clock_check_judge(&run->clock_check, run->config->max_clock_faults);
    return count;
}

/* The summary for --json and --report, the caller's. */
static json_t *summary_json(const struct run *run, const struct expect_verdict *verdicts,
                            size_t expected)
{
    json_t *object = run_json(run);
    if (expected)
        json_object_set_new(object, "expected", expect_json(verdicts, expected));
    return object;
}

static int finish(struct run *run, struct report *report, int status)
{
    const struct dump_config *config = run->config;
    struct expect_verdict verdicts[EXPECT_MAX];
    const size_t expected = judge(run, verdicts);
    json_t *summary = summary_json(run, verdicts, expected);
    if (config->report && !report_close(report, summary, &run->stats) && status == CLI_DONE)
        status = CLI_FAILED;
    if (!expect_print(verdicts, expected, config->expect.tap ? run->report : NULL, &run->log) &&
        status == CLI_DONE)
        status = CLI_FAILED;
    if (run->sink && config->mode == TRI_MODE_LATEST && run->stats.dropped_reader > 0)
        tri_log_write(&run->log, TRI_LOG_INFO, "dump",
                      "%s: skipped %" PRIu64 " frames; --mode next skips fewer", config->name,
                      run->stats.dropped_reader);
    if (run->undecodable)
        tri_log_write(&run->log, TRI_LOG_WARN, "dump",
                      "%s: %" PRIu64 " frames were not written: cannot decode them", config->name,
                      run->undecodable);
    if (run->sink && config->rate == DUMP_RATE_CONSTANT)
        tri_log_write(&run->log, TRI_LOG_INFO, "rate",
                      "%s: wrote %" PRIu64 " frames at a constant rate: %" PRIu64
                      " filled, %" PRIu64 " skipped",
                      config->name, run_written(run), run->cfr.filled, run->cfr.skipped);
    if (config->json) {
        if (!stats_print_json(run->report, json_incref(summary)))
            status = CLI_FAILED;
    } else if (!run->quiet && !config->expect.tap && (!config->output || config->stats)) {
        print_summary(run);
    }
    json_decref(summary);
    return status;
}

int main(int argc, char **argv)
{
    static struct run run; // large histograms
    struct dump_config config;
    struct cli_common common;
    int status = dump_cli(argc, argv, &config, &common);
    if (status >= 0)
        return status;

    stop_on_signals();
    const bool frames_on_stdout = config.output && strcmp(config.output, "-") == 0;
    run = (struct run){ .config = &config,
                        .log = cli_log(&common),
                        .quiet = common.verbosity < 0,
                        .report = frames_on_stdout ? stderr : stdout };

    static struct report report; // many samples
    struct sink sink;
    if (config.report) {
        if (!report_open(&report, config.report, &run.log))
            return stop_requested() ? CLI_DONE : CLI_FAILED;
        run.samples = &report.samples;
    }
    if (config.output) {
        if (!sink_open(&sink, config.to, config.output, config.name, &run.log)) {
            output_close(&report.output);
            return stop_requested() ? CLI_DONE : CLI_FAILED;
        }
        run.sink = &sink;
    }
    const enum tri_err err = tri_reader_open(
        &run.reader, &(struct tri_reader_options){ .name = config.name,
                                                   .mode = (enum tri_reader_mode)config.mode,
                                                   .log = &run.log });
    if (err == TRI_OK) {
        stop_add_reader(run.reader);
        status = finish(&run, &report, run_all(&run));
    } else {
        tri_log_write(&run.log, TRI_LOG_ERROR, "dump", "%s: %s", config.name, tri_strerror(err));
        status = CLI_FAILED;
    }
    if (run.sink && !sink_close(run.sink) && status == CLI_DONE)
        status = CLI_FAILED;
    if (run.report == stdout && !cli_printed(&run.log))
        status = CLI_FAILED;
    output_close(&report.output); // removes the file of a run that did not begin
    stop_remove_reader(run.reader);
    tri_reader_close(&run.reader);
    clock_check_free(&run.clock_check);
    return status;
}
