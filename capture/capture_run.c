/* SPDX-License-Identifier: MIT */
/** The life of a stream: its source comes, may go and come back; the stream stays. */
#include "capture_run.h"

#include "outage.h"
#include "publisher.h"

#include "program/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define GIVE_UP_S    60 // without --persistent a source that is gone is waited for so long
#define POLL_MS      10
#define SLOW_PERIODS 3 // of a slow camera's frames that the device time-out waits for at least

struct run {
    const struct config *config;
    const tri_log *log;
    tri_log source_log; // the same, of which the source keeps a reference
    char fault[256];    // the newest warning or error of the source
    struct publisher publisher;
    tri_writer *writer;
    struct outage outage;
    int64_t last_ns; // when the source last brought a frame, or was opened
    bool proven;     // it has brought one
    bool over;
    int status;
};

static void pass_on(void *user, enum tri_log_level level, const char *part, const char *text)
{
    struct run *run = user;
    const bool muted = run->outage.since_ns && run->config->common.verbosity <= 0;

    if (level <= TRI_LOG_WARN)
        snprintf(run->fault, sizeof(run->fault), "%s", text);
    if (!muted) // of a source that is known to be gone everything was logged
        tri_log_write(run->log, level, part, "%s", text);
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static void end(struct run *run, int status)
{
    run->over = true;
    run->status = status;
}

static int status_of(enum source_result result)
{
    return result == SOURCE_MISUSED                           ? CLI_NOT_UNDERSTOOD
           : result == SOURCE_LOST || result == SOURCE_FAILED ? CLI_FAILED
                                                              : CLI_DONE;
}

static struct source_options options_of(const struct config *config, const tri_log *log)
{
    return (struct source_options){
        .arg = config->arg,
        .wanted = { .fourcc = config->format,
                    .width = config->size.width,
                    .height = config->size.height,
                    .stride = { (uint32_t)config->stride },
                    .fps_num = config->rate.num,
                    .fps_den = config->rate.den },
        .slots = (uint32_t)config->slots,
        .io = (enum source_io)config->io,
        .input = config->input,
        .standard = config->standard,
        .controls = config->controls.list,
        .loop = config->loop,
        .json = config->json,
        .log = log,
    };
}

static int list(const struct config *config, const tri_log *log)
{
    const struct source_options options = options_of(config, log);
    const enum source_list what = config->list_devices   ? SOURCE_LIST_DEVICES
                                  : config->list_formats ? SOURCE_LIST_FORMATS
                                                         : SOURCE_LIST_CTRLS;

    const int status = status_of(config->ops->list(&options, what));
    return cli_printed(log) ? status : CLI_FAILED;
}

/** What a stream shows that has never seen its source. */
static void guess_video(struct tri_video *video)
{
    if (!video->fourcc)
        video->fourcc = TRI_FOURCC_YUYV;
    if (!video->width)
        video->width = 640, video->height = 480;
    if (!video->fps_num)
        video->fps_num = 30, video->fps_den = 1;
}

static bool open_source(struct run *run)
{
    const struct config *config = run->config;
    struct source *source = &run->publisher.source;
    const enum source_result result = publisher_open(&run->publisher);

    if (result == SOURCE_OK)
        return true;
    publisher_close(&run->publisher);
    if (result != SOURCE_LOST || !config->persistent) {
        end(run, status_of(result));
        return false;
    }
    source->video = run->publisher.options.wanted;
    guess_video(&source->video);
    outage_begin(&run->outage, &source->video, run->fault, run->log);
    return true;
}

static bool open_writer(struct run *run)
{
    const struct config *config = run->config;
    const struct source *source = &run->publisher.source;
    const struct tri_writer_options options = {
        .name = config->name,
        .video = source->video,
        .slots = config->slots ? (uint32_t)config->slots : source->slots,
        .slots_max = (uint32_t)config->slots_max,
        .slot_bytes = source->slot_bytes,
        .permissions = config->mode,
        .group = config->group,
        .source = source->label,
        .flags = (config->checksum ? TRI_WRITER_CHECKSUM : 0u) |
                 (config->huge_pages ? TRI_WRITER_HUGE_PAGES : 0u) |
                 (config->lock ? TRI_WRITER_MLOCK : 0u),
        .reclaim_ms = config->reclaim < 0 ? TRI_RECLAIM_NEVER : (uint32_t)(config->reclaim * 1000),
        .log = run->log,
    };
    struct tri_writer_stats counts;
    char fourcc[5];

    const enum tri_err err = tri_writer_open(&run->writer, &options);
    if (err != TRI_OK) {
        tri_log_write(run->log, TRI_LOG_ERROR, "capture", "%s: no stream: %s", config->name,
                      tri_strerror(err));
        end(run, err == TRI_ERR_INVALID ? CLI_NOT_UNDERSTOOD : CLI_FAILED);
        return false;
    }
    run->publisher.writer = run->writer;
    tri_writer_get_stats(run->writer, &counts);
    run->publisher.options.slots = counts.slots; // a source that comes back has to do with these
    tri_log_write(run->log, TRI_LOG_INFO, "capture", "%s: %ux%u %s from %s, %u slots", config->name,
                  source->video.width, source->video.height,
                  tri_fourcc_name(source->video.fourcc, fourcc), options.source, counts.slots);
    return true;
}

static uint32_t readers(const struct run *run)
{
    struct tri_writer_stats counts;

    tri_writer_get_stats(run->writer, &counts);
    return counts.readers;
}

static void wait_for_reader(const struct run *run)
{
    while (!stop_asked() && readers(run) == 0)
        sleep_ms(POLL_MS);
}

/** Keeps the stream for those who still read its last frames, as long as there are any. */
static void linger(const struct run *run)
{
    const int64_t until = tri_now_ns() + (int64_t)(run->config->linger * 1e9);

    while (!stop_asked() && tri_now_ns() < until && readers(run) > 0)
        sleep_ms(POLL_MS);
}

/** Whether the source has been waited for long enough; logs that. */
static bool gives_up(struct run *run)
{
    if (run->config->persistent || outage_seconds(&run->outage, tri_now_ns()) <= GIVE_UP_S)
        return false;
    tri_log_write(run->log, TRI_LOG_ERROR, "capture",
                  "%s: has not come back for a minute: %s; --persistent waits for ever",
                  run->publisher.source.label, run->fault);
    end(run, CLI_FAILED);
    return true;
}

/** The source has gone: NO SIGNAL pictures take its place. One that went again before its first frame
 *  was not back. */
static void lose_source(struct run *run)
{
    publisher_close(&run->publisher);
    if (run->outage.since_ns) {
        if (!gives_up(run))
            outage_resume(&run->outage, run->fault, run->log);
        return;
    }
    tri_log_write(run->log, TRI_LOG_WARN, "capture", "%s: no signal; looking for it again%s",
                  run->publisher.source.label, run->config->persistent ? "" : " for a minute");
    outage_begin(&run->outage, &run->publisher.source.video, run->fault, run->log);
}

static void look_for_source(struct run *run)
{
    if (publisher_open(&run->publisher) == SOURCE_OK) {
        run->outage.active = false;
        run->last_ns = tri_now_ns();
        return;
    }
    publisher_close(&run->publisher);
    outage_tried(&run->outage, tri_now_ns());
    gives_up(run);
}

/** A frame came. */
static void prove_source(struct run *run)
{
    run->last_ns = tri_now_ns();
    run->proven = true;
    if (!run->outage.since_ns)
        return;
    tri_log_write(run->log, TRI_LOG_INFO, "capture", "%s: is back after %.1f s",
                  run->publisher.source.label, outage_seconds(&run->outage, run->last_ns));
    outage_end(&run->outage);
}

static void publish_no_signal(struct run *run)
{
    struct outage *outage = &run->outage;

    if (!schedule_wait(&outage->schedule))
        return;
    struct tri_draft *draft = publisher_begin(&run->publisher, &outage->video);
    if (draft && outage_draw(outage, draft))
        publisher_publish(&run->publisher, draft);
    else if (draft)
        tri_writer_cancel(run->writer, draft);
    schedule_advance(&outage->schedule);
    if (schedule_missed(&outage->schedule, tri_now_ns()) > 0) // opening the source took its time
        schedule_restart(&outage->schedule, tri_now_ns());
    if (outage_try_due(outage, tri_now_ns()))
        look_for_source(run);
}

/** A camera without a good frame for too long is treated like one that has gone. A slow one has time
 *  for a few frames. */
static void check_device_timeout(struct run *run)
{
    const struct source *source = &run->publisher.source;
    const int64_t now_ns = tri_now_ns();
    const double silent = (double)(now_ns - run->last_ns) / 1e9;
    const double slow =
        (double)capture_timing_period(source->video.fps_num, source->video.fps_den) / 1e9 *
        SLOW_PERIODS;
    const double limit = run->config->device_timeout;

    if (!source->live || limit <= 0 || silent < limit || silent < slow)
        return;
    tri_log_write(&run->source_log, TRI_LOG_WARN, "capture", "%s: no %sframe for %.1f s%s%s",
                  source->label, source->fault[0] ? "good " : "", silent,
                  source->fault[0] ? ": the last one was " : "", source->fault);
    lose_source(run);
}

static void take_frame(struct run *run)
{
    switch (publisher_frame(&run->publisher)) {
    case SOURCE_OK:
        prove_source(run);
        break;
    case SOURCE_CHANGED:
        run->last_ns = tri_now_ns();
        break;
    case SOURCE_DROPPED:
    case SOURCE_NOTHING:
        check_device_timeout(run);
        break;
    case SOURCE_END:
        end(run, CLI_DONE);
        break;
    case SOURCE_LOST:
        if (run->proven || run->config->persistent)
            lose_source(run);
        else // as if it had failed when it was opened
            end(run, CLI_FAILED);
        break;
    case SOURCE_FAILED:
    case SOURCE_MISUSED:
        end(run, CLI_FAILED);
        break;
    }
}

static void print_stats(struct run *run)
{
    struct tri_writer_stats counts;
    char line[256];
    const int64_t now = tri_now_ns();

    tri_writer_get_stats(run->writer, &counts);
    stats_writer(&run->publisher.stats, &counts);
    stats_line(&run->publisher.stats, now, line, sizeof(line));
    cli_print_line(stderr, line);
}

static void summarize(struct run *run)
{
    struct tri_writer_stats counts;

    tri_writer_get_stats(run->writer, &counts);
    stats_writer(&run->publisher.stats, &counts);
    json_t *summary = stats_json(&run->publisher.stats);
    json_object_set_new(summary, "source", stats_json_text(run->publisher.source.label));
    json_object_set_new(summary, "slots", json_integer(counts.slots));
    if (fault_wanted(&run->config->faults))
        json_object_set_new(
            summary, "faults",
            fault_json(&run->publisher.fault, stats_know_rate(&run->publisher.stats)));
    if (!stats_print_json(stdout, summary)) {
        tri_log_write(run->log, TRI_LOG_ERROR, "json", "cannot write the summary to stdout: %s",
                      strerror(errno));
        run->status = CLI_FAILED;
    }
}

/** As anybody would kill it: nothing is tidied up. */
static void crash(struct run *run)
{
    if (run->config->json)
        summarize(run);
    raise(SIGKILL);
}

static void stream(struct run *run)
{
    const uint64_t count = run->config->count;
    const int verbosity = run->config->common.verbosity;
    const bool stats = verbosity > 0 || (verbosity == 0 && isatty(STDERR_FILENO));

    run->last_ns = tri_now_ns();
    while (!run->over && !stop_asked()) {
        if (run->outage.active)
            publish_no_signal(run);
        else
            take_frame(run);
        if (fault_crashes(&run->publisher.fault))
            crash(run);
        if (count && run->publisher.stats.frames >= count)
            end(run, CLI_DONE);
        if (stats && stats_due(&run->publisher.stats, tri_now_ns()))
            print_stats(run);
    }
}

int run(const struct config *config, const tri_log *log)
{
    static struct run run; // large: a draft for each slot

    if (config->list_devices || config->list_formats || config->list_ctrls)
        return list(config, log);
    run = (struct run){ .config = config, .log = log, .status = CLI_DONE };
    // Warnings are wanted in any case: for the NO SIGNAL picture.
    run.source_log =
        (tri_log){ .write = pass_on,
                   .user = &run,
                   .level = log && log->level > TRI_LOG_WARN ? log->level : TRI_LOG_WARN };
    run.publisher.log = log;
    run.publisher.options = options_of(config, &run.source_log);
    run.publisher.source.ops = config->ops;
    snprintf(run.publisher.source.label, sizeof(run.publisher.source.label), "%s", config->arg);
    run.publisher.skip = config->skip;
    run.publisher.fault.options = &config->faults;
    prctl(PR_SET_TIMERSLACK, 1UL); // frames are due at their time, not some 50 us later

    if (!open_source(&run))
        return run.status;
    if (open_writer(&run)) {
        if (config->wait_for_reader)
            wait_for_reader(&run);
        stats_start(&run.publisher.stats, config->name);
        stream(&run);
        if (run.status == CLI_DONE)
            linger(&run);
        if (config->json)
            summarize(&run);
    }
    publisher_close(&run.publisher);
    outage_end(&run.outage);
    tri_writer_close(&run.writer);
    return run.status;
}
