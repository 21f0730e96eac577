/* SPDX-License-Identifier: MIT */
#include "dump_run.h"

#include "program/stop.h"
#include "program/strbuf.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define SECOND      1e9
#define UNDECODABLE "no frame could be decoded; --to raw writes them as they are"
enum { CONTINUE = -1 }; // no exit status yet

static int log_status(const struct run *run, enum tri_log_level level, const char *text)
{
    tri_log_write(&run->log, level, "dump", "%s: %s", run->config->name, text);
    return CLI_FAILED;
}

static uint64_t picture_bytes(const struct tri_frame *frame)
{
    uint64_t bytes = 0;
    for (uint32_t p = 0; p < frame->shape.planes; p++)
        bytes += (uint64_t)frame->shape.plane[p].row_bytes * frame->shape.plane[p].rows;
    return bytes ? bytes : frame->info.bytes_used;
}

uint64_t run_written(const struct run *run)
{
    return run->stats.frames - run->cfr.skipped + run->cfr.filled;
}

json_t *run_json(const struct run *run)
{
    json_t *object = stats_json(&run->stats);
    if (run->sink)
        json_object_set_new(object, "undecodable", json_integer((json_int_t)run->undecodable));
    if (run->config->clock)
        json_object_set_new(object, "clock", clock_check_json(&run->clock_check));
    if (run->config->rate == DUMP_RATE_CONSTANT) {
        json_object_set_new(object, "filled", json_integer((json_int_t)run->cfr.filled));
        json_object_set_new(object, "skipped", json_integer((json_int_t)run->cfr.skipped));
    }
    return object;
}

static void print_second(struct run *run, int64_t now_ns)
{
    const struct dump_config *config = run->config;
    struct tri_reader_stats counts;
    tri_reader_get_stats(run->reader, &counts);
    stats_reader(&run->stats, &counts);

    char line[256];
    stats_line(&run->stats, now_ns, line, sizeof(line));
    struct strbuf more = { line, sizeof(line), strlen(line) };
    if (config->rate == DUMP_RATE_CONSTANT)
        strbuf_add(&more, ", filled: %" PRIu64 ", skipped: %" PRIu64, run->cfr.filled,
                   run->cfr.skipped);
    if (config->json) {
        if (config->stats)
            stats_print_json_line(run->report, run_json(run));
    } else if (config->stats) {
        cli_print_line(run->report, line);
    } else if (!run->quiet && isatty(STDERR_FILENO)) {
        cli_print_line(stderr, line);
    }
}

static bool enough(const struct run *run)
{
    return run->config->count && run_written(run) >= run->config->count;
}

/* Whether the run continues after a frame. @return CONTINUE, or the exit status */
static int after(enum sink_result result)
{
    switch (result) {
    case SINK_STOPPED:
        return CLI_DONE;
    case SINK_FAILED:
        return CLI_FAILED;
    default:
        return CONTINUE;
    }
}

/* Sets the constant rate by the first frame. */
static bool begin_cfr(struct run *run, const struct tri_video *video)
{
    if (run->config->rate != DUMP_RATE_CONSTANT || run->cfr.num)
        return true;
    struct cli_rate fps = run->config->fps;
    if (!fps.num)
        fps = (struct cli_rate){ video->fps_num, video->fps_den };
    if (!fps.num || !fps.den) {
        log_status(run, TRI_LOG_ERROR, "the stream gives no frame rate: set one with --fps");
        return false;
    }
    run->cfr.num = fps.num;
    run->cfr.den = fps.den;
    if (run->sink)
        run->sink->fps = fps;
    return true;
}

/* Writes the last frame again. @return CONTINUE, or the exit status */
static int repeat(struct run *run, uint64_t times)
{
    for (; times > 0 && !stop_requested(); times--) {
        const int status = run->sink ? after(sink_repeat(run->sink)) : CONTINUE;
        if (status != CONTINUE)
            return status;
        cfr_repeated(&run->cfr);
        if (enough(run))
            return CLI_DONE;
    }
    return CONTINUE;
}

static void log_cut(const struct run *run, int64_t cut_ns)
{
    const double s = (double)cut_ns / SECOND;
    const double place_s = (double)run->cfr.den / run->cfr.num;
    if (s > 0)
        tri_log_write(
            &run->log, TRI_LOG_WARN, "rate",
            "%s: no frame for %.1f s: the last frame fills %d s, the output omits the rest",
            run->config->name, s + CFR_GAP_S + place_s, CFR_GAP_S);
    else
        tri_log_write(
            &run->log, TRI_LOG_WARN, "rate",
            "%s: a frame was captured %.1f s before the last one: the output continues with "
            "it",
            run->config->name, -s);
}

static void add_sample(struct run *run, const struct tri_frame *frame, int64_t seen_ns)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(run->reader, &counts);
    samples_frame(run->samples, &frame->info, seen_ns, &counts);
}

/* Reads every frame where each needs earlier ones, regardless of --mode. @return whether to use
 * `frame` */
static bool read_in_order(struct run *run, const struct tri_frame *frame)
{
    const struct tri_format *format = tri_format_find(frame->info.video.fourcc);
    if (run->in_order || !format || !format->delta || run->config->mode == TRI_MODE_NEXT)
        return true;
    run->in_order = true;
    tri_reader_set_mode(run->reader, TRI_MODE_NEXT);
    tri_log_write(&run->log, TRI_LOG_INFO, "dump",
                  "%s: reads every frame from a key frame on, as with --mode next", format->name);
    return frame->info.flags & TRI_FRAME_KEY;
}

/* Handles an acquired frame. @return CONTINUE, or the exit status */
static int handle(struct run *run, const struct tri_frame *frame)
{
    if (!read_in_order(run, frame))
        return CONTINUE;
    if (!begin_cfr(run, &frame->info.video))
        return CLI_FAILED;
    const struct cfr_step step = cfr_decide(&run->cfr, frame->info.capture_ns);
    if (step.cut_ns)
        log_cut(run, step.cut_ns);
    const int status = repeat(run, step.repeat);
    if (status != CONTINUE)
        return status;

    const int64_t seen_ns = tri_now_ns();
    struct clock_reading reading;
    if (run->config->clock) {
        clock_check_read(&run->clock_check, frame, &reading);
        if (!tri_reader_is_intact(run->reader, frame))
            return CONTINUE;
    }
    if (run->sink && step.take) {
        const enum sink_result result = sink_write(run->sink, run->reader, frame);
        run->undecodable += result == SINK_SKIPPED;
        if (result != SINK_OK)
            return after(result); // the reader has counted a torn one
    }
    cfr_done(&run->cfr, &step, frame->info.capture_ns);
    if (run->config->clock)
        clock_check_count(&run->clock_check, &reading, seen_ns);
    stats_frame(&run->stats, &frame->info, picture_bytes(frame), seen_ns);
    if (run->samples)
        add_sample(run, frame, seen_ns);
    return enough(run) ? CLI_DONE : CONTINUE;
}

/* Logs the wait once: the name may be mistyped. */
static void log_wait(struct run *run, int64_t waited_ns)
{
    if (run->wait_logged || run->stats.frames || run->undecodable || (double)waited_ns < SECOND)
        return;
    run->wait_logged = true;
    struct tri_stream stream;
    const enum tri_err err = tri_stream_find(run->config->name, &stream);
    if (err == TRI_ERR_NO_STREAM)
        log_status(run, TRI_LOG_INFO,
                   "no such stream: waiting for its writer; `triptych-info` lists streams");
    else if (err == TRI_OK && stream.state == TRI_STREAM_DEAD)
        log_status(run, TRI_LOG_INFO, "its writer has ended: waiting for another");
    else
        log_status(run, TRI_LOG_INFO, "waiting for its first frame");
}

/* Handles a failed acquire. @return CONTINUE, or the exit status */
static int no_frame(struct run *run, enum tri_err err, int64_t idle_since_ns)
{
    const struct dump_config *config = run->config;
    switch (err) {
    case TRI_ERR_NO_WRITER:
        run->stats.writers_lost++;
        if (!config->exit_on_end)
            return CONTINUE;
        run->ended = true;
        if (run->stats.frames)
            return CLI_DONE;
        return log_status(run, TRI_LOG_ERROR,
                          run->undecodable ? UNDECODABLE : "its writer ended without a frame");
    case TRI_ERR_TIMEOUT:
    case TRI_ERR_INTERRUPTED:
        if (config->timeout > 0 &&
            (double)(tri_now_ns() - idle_since_ns) > config->timeout * SECOND)
            return log_status(
                run, TRI_LOG_ERROR,
                run->stats.frames  ? "no frame within --timeout: has its writer stopped?"
                : run->undecodable ? UNDECODABLE
                                   : "no frame within --timeout: is its writer running? "
                                     "`triptych-info` lists streams");
        log_wait(run, tri_now_ns() - idle_since_ns);
        return CONTINUE;
    default:
        return log_status(run, TRI_LOG_ERROR, tri_strerror(err));
    }
}

static bool time_is_up(const struct run *run, int64_t started_ns)
{
    return run->config->duration > 0 && started_ns &&
           (double)(tri_now_ns() - started_ns) >= run->config->duration * SECOND;
}

static int64_t sooner(int64_t at_ns, double after_s, int64_t limit_ns)
{
    const int64_t ns = at_ns + (int64_t)(after_s * SECOND);
    return ns < limit_ns ? ns : limit_ns;
}

/** How long to wait for a frame: until a limit, the next statistics or a repeated frame is due. A
 *  signal ends the wait. */
static int wait_ms(const struct run *run, int64_t first_ns, int64_t idle_since_ns)
{
    const struct dump_config *config = run->config;
    int64_t until = sooner(run->stats.line_ns, 1, INT64_MAX);
    if (config->duration > 0 && first_ns)
        until = sooner(first_ns, config->duration, until);
    if (config->timeout > 0)
        until = sooner(idle_since_ns, config->timeout, until);
    const int64_t idle_ns = cfr_idle_due(&run->cfr);
    if (idle_ns < INT64_MAX)
        until = sooner(idle_since_ns + idle_ns, 0, until);
    const int64_t left_ms = (until - tri_now_ns()) / 1000000 + 1;
    return left_ms > 1 ? (int)left_ms : 1;
}

int run_all(struct run *run)
{
    struct tri_frame frame = { .lease = { .mapping = NULL } };
    int64_t first_ns = 0;
    int64_t idle_since_ns = tri_now_ns();
    int status = CONTINUE;
    stats_start(&run->stats, run->config->name);
    run->clock_check.log = &run->log;
    while (status == CONTINUE && !stop_requested() && !time_is_up(run, first_ns)) {
        const enum tri_err err =
            tri_reader_acquire(run->reader, &frame, wait_ms(run, first_ns, idle_since_ns));
        if (err == TRI_OK) {
            status = handle(run, &frame);
            idle_since_ns = tri_now_ns();
            first_ns = first_ns ? first_ns : idle_since_ns;
        } else {
            status = no_frame(run, err, idle_since_ns);
            if (status == CONTINUE)
                status = repeat(run, cfr_idle(&run->cfr, tri_now_ns() - idle_since_ns));
        }
        const int64_t now_ns = tri_now_ns();
        if (stats_due(&run->stats, now_ns))
            print_second(run, now_ns);
        if (status == CONTINUE && run->report == stdout && ferror(stdout))
            status = CLI_FAILED; // the statistics cannot be written: main() logs why
    }
    if (run->ended)
        stats_end_with_writer(&run->stats, tri_now_ns());
    else
        stats_end(&run->stats, tri_now_ns());
    struct tri_reader_stats counts;
    tri_reader_get_stats(run->reader, &counts);
    stats_reader(&run->stats, &counts);
    tri_reader_release(run->reader, &frame);
    return status == CONTINUE ? CLI_DONE : status;
}
