/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include "program/capture_timing.h"

#include <stdint.h>
#include <stdio.h>

#define WAIT_MAX_MS     1000 // of a wait that nothing bounds
#define MS_NS           INT64_C(1000000)
#define OUTAGE_MAX_S    60 // end of the run without --persistent
#define TIMEOUT_PERIODS 3  // frame periods that the device time-out is at least, for slow cameras

static void write_source_log(void *user, enum tri_log_level level, const char *part,
                             const char *text)
{
    struct supervisor *supervisor = user;
    if (level <= TRI_LOG_WARN)
        snprintf(supervisor->reason, sizeof(supervisor->reason), "%s", text);
    if (!supervisor->outage.since_ns || !supervisor->mute)
        tri_log_write(supervisor->log, level, part, "%s", text);
}

/** Begins the time within which a frame must come. */
static void restart_timeout(struct supervisor *supervisor)
{
    supervisor->last_frame_ns = tri_now_ns();
    supervisor->changed = false;
}

/** The NO SIGNAL frames of a source that was never open have a default format. */
static struct tri_video default_video(struct tri_video video)
{
    if (!video.fourcc)
        video.fourcc = TRI_FOURCC_YUYV;
    if (!video.width)
        video.width = 640, video.height = 480;
    if (!video.fps_num)
        video.fps_num = 30, video.fps_den = 1;
    return video;
}

enum source_result supervisor_open(struct supervisor *supervisor)
{
    struct publisher *publisher = &supervisor->publisher;
    const tri_log *log = supervisor->log;
    supervisor->source_log = (tri_log){
        .write = write_source_log,
        .user = supervisor,
        .level = log && log->level > TRI_LOG_WARN ? log->level : TRI_LOG_WARN, // for `reason`
    };
    publisher->options.log = &supervisor->source_log;
    const enum source_result result = publisher_open(publisher);

    restart_timeout(supervisor);
    if (result == SOURCE_OK)
        return SOURCE_OK;
    publisher_close(publisher);
    if (result != SOURCE_LOST || !supervisor->persistent)
        return result;
    publisher->source.video = default_video(publisher->options.wanted);
    publisher->source.assumed = true;
    outage_begin(&supervisor->outage, &publisher->source.video, supervisor->reason, log);
    return SOURCE_OK;
}

/** @return SOURCE_OK, or SOURCE_FAILED if the outage has lasted too long */
static enum source_result check_outage(const struct supervisor *supervisor)
{
    if (supervisor->persistent || outage_seconds(&supervisor->outage, tri_now_ns()) <= OUTAGE_MAX_S)
        return SOURCE_OK;
    tri_log_write(supervisor->log, TRI_LOG_ERROR, "capture",
                  "%s: no signal for %d s: %s; use --persistent to retry forever",
                  supervisor->publisher.source.label, OUTAGE_MAX_S, supervisor->reason);
    return SOURCE_FAILED;
}

/** Begins an outage. A source that fails before its first frame continues the previous one. */
static enum source_result lose_source(struct supervisor *supervisor)
{
    const struct source *source = &supervisor->publisher.source;
    publisher_close(&supervisor->publisher);
    if (supervisor->outage.since_ns) {
        const enum source_result result = check_outage(supervisor);
        if (result == SOURCE_OK)
            outage_resume(&supervisor->outage, supervisor->reason, supervisor->log);
        return result;
    }
    tri_log_write(supervisor->log, TRI_LOG_WARN, "capture", "%s: no signal; reopening it%s",
                  source->label, supervisor->persistent ? "" : " for a minute");
    outage_begin(&supervisor->outage, &source->video, supervisor->reason, supervisor->log);
    return SOURCE_OK;
}

static enum source_result reopen_source(struct supervisor *supervisor)
{
    if (publisher_open(&supervisor->publisher) == SOURCE_OK) {
        supervisor->outage.active = false;
        restart_timeout(supervisor);
        return SOURCE_OK;
    }
    publisher_close(&supervisor->publisher);
    outage_back_off(&supervisor->outage, tri_now_ns());
    return check_outage(supervisor);
}

static void note_frame(struct supervisor *supervisor)
{
    restart_timeout(supervisor);
    supervisor->proven = true;
    if (!supervisor->outage.since_ns)
        return;
    tri_log_write(supervisor->log, TRI_LOG_INFO, "capture", "%s: signal is back after %.1f s",
                  supervisor->publisher.source.label,
                  outage_seconds(&supervisor->outage, supervisor->last_frame_ns));
    outage_end(&supervisor->outage);
}

/** Milliseconds until a time, rounded up: at least 0, at most WAIT_MAX_MS. */
static int ms_until(int64_t until_ns)
{
    const int64_t left_ns = until_ns - tri_now_ns();
    if (left_ns <= 0)
        return 0;
    return left_ns < WAIT_MAX_MS * MS_NS ? (int)((left_ns + MS_NS - 1) / MS_NS) : WAIT_MAX_MS;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void draw_no_signal(struct supervisor *supervisor)
{
    struct outage *outage = &supervisor->outage;
    struct publisher *publisher = &supervisor->publisher;
    struct tri_draft *draft = publisher_begin(publisher, &outage->video);
    if (draft && outage_draw(outage, draft))
        publisher_publish(publisher, draft);
    else if (draft)
        tri_writer_cancel(publisher->writer, draft);
}

static enum source_result publish_no_signal(struct supervisor *supervisor, int64_t until_ns)
{
    struct outage *outage = &supervisor->outage;
    struct source *source = &supervisor->publisher.source;
    const int64_t wait_ns = earlier(until_ns, schedule_next(&outage->schedule));
    if (source->ops->is_back && source->ops->is_back(source, ms_until(wait_ns)))
        return reopen_source(supervisor);
    if (!source->ops->is_back)
        until_ns = earlier(until_ns, outage->retry_at_ns);
    if (schedule_wait(&outage->schedule, ms_until(until_ns))) {
        schedule_postpone(&outage->schedule); // if reopening the source took long
        schedule_advance(&outage->schedule);
        draw_no_signal(supervisor);
    }
    if (source->ops->is_back || !outage_is_retry_due(outage, tri_now_ns()))
        return SOURCE_OK;
    return reopen_source(supervisor);
}

/** Returns when a source without a usable frame counts as lost; INT64_MAX: never. */
static int64_t device_deadline(const struct supervisor *supervisor)
{
    const struct source *source = &supervisor->publisher.source;
    const int64_t least_ns =
        TIMEOUT_PERIODS * capture_timing_period(source->video.fps_num, source->video.fps_den);
    const int64_t limit_ns = (int64_t)(supervisor->device_timeout * 1e9);
    if (!(source->ops->flags & SOURCE_CAN_STALL) || limit_ns <= 0)
        return INT64_MAX;
    return supervisor->last_frame_ns + (limit_ns > least_ns ? limit_ns : least_ns);
}

/** Treats a source without a usable frame for too long as lost. */
static enum source_result check_device_timeout(struct supervisor *supervisor)
{
    const struct source *source = &supervisor->publisher.source;
    const int64_t now_ns = tri_now_ns();
    const double silent_s = (double)(now_ns - supervisor->last_frame_ns) / 1e9;
    if (now_ns < device_deadline(supervisor))
        return SOURCE_OK;
    tri_log_write(&supervisor->source_log, TRI_LOG_WARN, "capture", "%s: no %sframe for %.1f s%s%s",
                  source->label, source->fault[0] ? "usable " : "", silent_s,
                  source->fault[0] ? ": the last one was " : "", source->fault);
    return lose_source(supervisor);
}

static enum source_result publish_frame(struct supervisor *supervisor, int64_t until_ns)
{
    const int timeout_ms = ms_until(earlier(until_ns, device_deadline(supervisor)));
    switch (publisher_frame(&supervisor->publisher, timeout_ms)) {
    case SOURCE_OK:
        note_frame(supervisor);
        return SOURCE_OK;
    case SOURCE_CHANGED: // again and again without a frame: a loose plug
        if (!supervisor->changed)
            restart_timeout(supervisor);
        supervisor->changed = true;
        return check_device_timeout(supervisor);
    case SOURCE_DROPPED:
    case SOURCE_NOTHING:
        return check_device_timeout(supervisor);
    case SOURCE_END:
        return SOURCE_END;
    case SOURCE_LOST:
        // One that never delivered a frame ends the run, as if opening it had failed.
        return supervisor->proven || supervisor->persistent ? lose_source(supervisor)
                                                            : SOURCE_FAILED;
    case SOURCE_FAILED:
    case SOURCE_MISUSED:
        break;
    }
    return SOURCE_FAILED;
}

/** Closes the source, because the stream has no readers. A stream that cannot show STANDBY needs
 *  one frame of the source first: readers attach to a stream that has a frame. */
static enum source_result enter_standby(struct supervisor *supervisor, int64_t until_ns)
{
    struct publisher *publisher = &supervisor->publisher;
    if (!standby_publish(publisher) && publisher->stats.frames == 0)
        return publish_frame(supervisor, until_ns);
    publisher_close(publisher);
    publisher->source.tried_io = 0; // no I/O method has failed
    outage_end(&supervisor->outage);
    supervisor->standby.active = true;
    tri_log_write(supervisor->log, TRI_LOG_INFO, "capture", "%s: standby: no readers",
                  publisher->source.label);
    return SOURCE_OK;
}

/** Opens the source as soon as the stream has a reader. */
static enum source_result wait_in_standby(struct supervisor *supervisor, int64_t until_ns)
{
    struct publisher *publisher = &supervisor->publisher;
    if (!standby_must_end(&supervisor->standby, publisher, ms_until(until_ns)))
        return SOURCE_OK;
    supervisor->standby.active = false;
    tri_log_write(supervisor->log, TRI_LOG_INFO, "capture", "%s: opening it for a reader",
                  publisher->source.label);
    restart_timeout(supervisor);
    if (publisher_open(publisher) == SOURCE_OK)
        return SOURCE_OK;
    return lose_source(supervisor);
}

enum source_result supervisor_step(struct supervisor *supervisor, int64_t until_ns)
{
    struct standby *standby = &supervisor->standby;
    if (standby->active)
        return wait_in_standby(supervisor, until_ns);
    // A frame in progress comes first: its slot must not be overwritten.
    if (!supervisor->publisher.in_progress && standby_is_due(standby, &supervisor->publisher))
        return enter_standby(supervisor, until_ns);
    return supervisor->outage.active ? publish_no_signal(supervisor, until_ns)
                                     : publish_frame(supervisor, until_ns);
}

void supervisor_close(struct supervisor *supervisor)
{
    publisher_close(&supervisor->publisher);
    outage_end(&supervisor->outage);
}
