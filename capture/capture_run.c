/* SPDX-License-Identifier: MIT */
#include "capture_run.h"

#include "reader_hooks.h"
#include "service_state.h"
#include "supervisor.h"

#include "program/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define LINGER_CHECK_NS INT64_C(1000000) // first interval of checks whether readers have left

struct run {
    const struct config *config;
    const tri_log *log;
    struct supervisor supervisor;
    struct reader_hooks hooks;
    tri_writer *writer;
    int status;
};

static int exit_status(enum source_result result)
{
    return result == SOURCE_MISUSED                           ? CLI_NOT_UNDERSTOOD
           : result == SOURCE_LOST || result == SOURCE_FAILED ? CLI_FAILED
                                                              : CLI_DONE;
}

static struct source_options make_options(const struct config *config, const tri_log *log)
{
    return (struct source_options){
        .arg = config->arg,
        .wanted = { .fourcc = config->format,
                    .width = config->size.width,
                    .height = config->size.height,
                    .stride = { (uint32_t)config->stride },
                    .fps_num = config->rate.num,
                    .fps_den = config->rate.den },
        .slots = (uint32_t)config->stream.slots,
        .io = (enum source_io)config->io,
        .input = config->input,
        .standard = config->standard,
        .controls = config->controls.list,
        .faults = &config->faults,
        .edit = config->edit,
        .loop = config->loop,
        .reopens = config->stream.on_demand >= 0,
        .json = config->json,
        .device_timeout = config->device_timeout,
        .log = log,
    };
}

static int list(const struct config *config, const tri_log *log)
{
    const struct source_options options = make_options(config, log);
    const enum source_list what = config->list_devices   ? SOURCE_LIST_DEVICES
                                  : config->list_formats ? SOURCE_LIST_FORMATS
                                                         : SOURCE_LIST_CTRLS;
    const int status = exit_status(config->ops->list(&options, what));
    return cli_printed(log) ? status : CLI_FAILED;
}

static bool open_writer(struct run *run)
{
    const struct config *config = run->config;
    struct publisher *publisher = &run->supervisor.publisher;
    const struct source *source = &publisher->source;
    const struct tri_writer_options options = {
        .name = config->name,
        .video = source->video,
        .slots = config->stream.slots ? (uint32_t)config->stream.slots : source->slots,
        .slots_max = (uint32_t)config->stream.slots_max,
        .slot_bytes = source->slot_bytes,
        .permissions = config->stream.mode,
        .group = config->stream.group,
        .source = source->label,
        .flags = (config->stream.checksum ? TRI_WRITER_CHECKSUM : 0u) |
                 (config->stream.huge_pages ? TRI_WRITER_HUGE_PAGES : 0u) |
                 (config->stream.lock ? TRI_WRITER_MLOCK : 0u),
        .reclaim_ms = config->stream.reclaim < 0 ? TRI_RECLAIM_NEVER
                                                 : (uint32_t)(config->stream.reclaim * 1000),
        .log = run->log,
    };
    struct tri_writer_stats stats;
    char fourcc[5];
    const enum tri_err err = tri_writer_open(&run->writer, &options);
    if (err != TRI_OK) {
        tri_log_write(run->log, TRI_LOG_ERROR, "capture", "%s: cannot create the stream: %s",
                      config->name, tri_strerror(err));
        run->status = err == TRI_ERR_INVALID ? CLI_NOT_UNDERSTOOD : CLI_FAILED;
        return false;
    }
    publisher->writer = publisher->source.writer = run->writer;
    tri_writer_get_stats(run->writer, &stats);
    publisher->options.slots = stats.slots; // a source that is reopened cannot have more
    tri_log_write(run->log, TRI_LOG_INFO, "capture", "%s: %ux%u %s from %s, %u slots", config->name,
                  source->video.width, source->video.height,
                  tri_fourcc_name(source->video.fourcc, fourcc), options.source, stats.slots);
    return true;
}

static void wait_for_reader(const struct run *run)
{
    while (!stop_requested() && tri_writer_wait_for_reader(run->writer, -1) != TRI_OK)
        ;
}

static bool is_attached(const struct run *run)
{
    struct tri_writer_stats stats;
    tri_writer_get_stats(run->writer, &stats);
    return stats.readers > 0;
}

/** Keeps the stream while it has readers that have not taken its last frames yet. System V does not
 *  announce that they detach: each interval is a quarter longer, so a long wait costs nothing. */
static void linger(const struct run *run)
{
    const int64_t until_ns = tri_now_ns() + (int64_t)(run->config->stream.linger * 1e9);
    for (int64_t ns = LINGER_CHECK_NS; !stop_requested() && is_attached(run); ns += ns / 4) {
        const int64_t left_ns = until_ns - tri_now_ns();
        if (left_ns <= 0)
            break;
        const int64_t span_ns = ns < left_ns ? ns : left_ns;
        const struct timespec span = { .tv_sec = (time_t)(span_ns / 1000000000),
                                       .tv_nsec = (long)(span_ns % 1000000000) };
        nanosleep(&span, NULL);
    }
}

static void print_stats(struct run *run)
{
    struct stats *stats = &run->supervisor.publisher.stats;
    struct tri_writer_stats writer_stats;
    char line[256];
    tri_writer_get_stats(run->writer, &writer_stats);
    stats_writer(stats, &writer_stats);
    stats_line(stats, tri_now_ns(), line, sizeof(line));
    cli_print_line(stderr, line);
}

/** Whether --crash-after is due. */
static bool must_crash(const struct run *run)
{
    const uint64_t after = run->config->faults.crash_after;
    return after > 0 && run->supervisor.publisher.stats.frames >= after;
}

/** The summary of --json; needs an open source and an open writer. */
static json_t *make_summary(struct run *run)
{
    struct publisher *publisher = &run->supervisor.publisher;
    const struct source *source = &publisher->source;
    struct tri_writer_stats writer_stats;
    tri_writer_get_stats(run->writer, &writer_stats);
    stats_writer(&publisher->stats, &writer_stats);
    json_t *summary = stats_json(&publisher->stats);
    json_object_set_new(summary, "source", stats_json_text(source->label));
    json_object_set_new(summary, "slots", json_integer(writer_stats.slots));
    if (source->ops->add_to_summary)
        source->ops->add_to_summary(source, summary);
    if (fault_is_requested(&run->config->faults))
        json_object_set_new(json_object_get(summary, "faults"), "crashed",
                            json_boolean(must_crash(run)));
    return summary;
}

static void print_summary(struct run *run, json_t *summary)
{
    if (stats_print_json(stdout, summary))
        return;
    tri_log_write(run->log, TRI_LOG_ERROR, "json", "cannot write the summary to stdout: %s",
                  strerror(errno));
    run->status = CLI_FAILED;
}

/** Ends the process without any cleanup, as kill -9 does. */
static void crash(struct run *run)
{
    if (run->config->json)
        print_summary(run, make_summary(run));
    raise(SIGKILL);
}

/** Returns when the loop has something to do that is not the source's. */
static int64_t next_deadline(const struct run *run, int64_t end_ns, bool live_stats)
{
    const int64_t stats_ns = stats_next(&run->supervisor.publisher.stats);
    int64_t next_ns = reader_hooks_next(&run->hooks);
    if (end_ns && end_ns < next_ns)
        next_ns = end_ns;
    return live_stats && stats_ns < next_ns ? stats_ns : next_ns;
}

static void stream(struct run *run)
{
    struct stats *stats = &run->supervisor.publisher.stats;
    const uint64_t count = run->config->count;
    const double seconds = run->config->stream.duration;
    const int64_t end_ns = seconds > 0 ? stats->started_ns + (int64_t)(seconds * 1e9) : 0;
    const int verbosity = run->config->common.verbosity;
    const bool live_stats = verbosity > 0 || (verbosity == 0 && isatty(STDERR_FILENO));
    enum source_result result = SOURCE_OK;
    while (result == SOURCE_OK && !stop_requested()) {
        result = supervisor_step(&run->supervisor, next_deadline(run, end_ns, live_stats));
        reader_hooks_check(&run->hooks, &run->supervisor.publisher);
        if (must_crash(run))
            crash(run);
        if ((count && stats->frames >= count) || (end_ns && tri_now_ns() >= end_ns))
            break;
        if (live_stats && stats_due(stats, tri_now_ns()))
            print_stats(run);
    }
    run->status = exit_status(result);
}

int capture_run(const struct config *config, const tri_log *log)
{
    static struct run run; // large: a draft for each slot
    struct supervisor *supervisor = &run.supervisor;
    json_t *summary = NULL;
    if (config->list_devices || config->list_formats || config->list_ctrls)
        return list(config, log);
    run = (struct run){ .config = config,
                        .log = log,
                        .hooks = { .first = config->stream.on_first_reader,
                                   .last = config->stream.on_last_reader,
                                   .stream = config->name,
                                   .log = log } };
    supervisor->log = log;
    supervisor->persistent = config->persistent;
    supervisor->mute = config->common.verbosity <= 0;
    supervisor->device_timeout = config->device_timeout;
    supervisor->standby.after_s = config->stream.on_demand;
    supervisor->publisher.log = log;
    supervisor->publisher.options = make_options(config, log);
    supervisor->publisher.source.ops =
        fault_is_requested(&config->faults) ? fault_injection_around(config->ops) : config->ops;
    supervisor->publisher.source.skip = config->skip;
    snprintf(supervisor->publisher.source.label, sizeof(supervisor->publisher.source.label), "%s",
             config->arg);
    prctl(PR_SET_TIMERSLACK, 1UL); // the default wakes sleepers some 50 us late

    const enum source_result result = supervisor_open(supervisor);
    if (result != SOURCE_OK)
        return exit_status(result);
    if (open_writer(&run)) {
        service_state_report("READY=1\nSTATUS=publishing");
        if (config->wait_for_reader)
            wait_for_reader(&run);
        supervisor->last_frame_ns = tri_now_ns();
        stats_start(&supervisor->publisher.stats, config->name);
        stream(&run);
        if (run.status == CLI_DONE)
            linger(&run);
        reader_hooks_end(&run.hooks);
        if (config->json)
            summary = make_summary(&run);
    }
    service_state_report("STOPPING=1");
    supervisor_close(supervisor);
    tri_writer_close(&run.writer);
    if (summary)
        print_summary(&run, summary);
    return run.status;
}
