/* SPDX-License-Identifier: MIT */
/** Decides which frame gets which fault. Delays are applied to the schedule of the wrapped source, so
 *  that capture times show them; of a source without one, each frame waits here. */
#include "fault_injection.h"

#include "program/capture_timing.h"

#include <triptych/copy.h>

#include <stdlib.h>
#include <string.h>

/** The lower halves of all planes of one frame. */
struct half {
    uint8_t *bytes;
    uint64_t size; // 0: none
};

struct injector {
    const struct fault_options *faults;
    struct source_options options; // of the wrapped source: `wanted` changes with the format
    struct source inner;
    struct tri_video other_video; // what the next change of format leads to; 0: not changed yet
    uint64_t frame;               // the one being delivered, from 1
    bool begun;                   // that one has its delay
    bool changed;                 // the format was changed before the next frame
    uint64_t random;              // state of the generator

    struct half previous; // of the previous frame; buffer for the next one
    struct half spare;

    int64_t stall_ns;   // since the last published frame
    int64_t stalled_ns; // end of the stall of a source without a schedule
    int64_t jitter_ns;  // of this frame
    int64_t capture_ns; // of the previous frame, with its delay, of a source without a schedule
    int64_t published_jitter_ns;
    uint64_t published;
    uint64_t dropped;
    uint64_t torn;
    uint64_t format_changes;
    struct capture_timing captures; // how the published capture times must deviate from the rate
};

static struct injector injector; // a process captures one source; reopening it keeps the counters

static bool is_multiple(uint64_t number, uint64_t of)
{
    return of > 0 && number % of == 0;
}

bool fault_is_requested(const struct fault_options *options)
{
    return options->drop_every || options->stall_ms || options->jitter_ms > 0 ||
           options->tear_every || options->crash_after || options->change_every;
}

/** From 0 to 1, the same sequence on every run. */
static double next_random(void)
{
    injector.random =
        injector.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(injector.random >> 40) / (double)(1u << 24);
}

/** Returns the wrapped source, with what the caller has set. */
static struct source *enter(const struct source *source)
{
    struct source *inner = &injector.inner;
    void *state = inner->state;
    *inner = *source;
    inner->ops = source->options->faults->source;
    inner->options = &injector.options;
    inner->state = state;
    return inner;
}

/** Copies what the wrapped source has set. @return `result` */
static enum source_result leave(struct source *source, enum source_result result)
{
    const struct source outer = *source;
    *source = injector.inner;
    source->ops = outer.ops;
    source->options = outer.options;
    source->state = outer.state;
    return result;
}

static enum source_result injector_open(struct source *source)
{
    injector.faults = source->options->faults;
    injector.options = *source->options;
    injector.other_video = (struct tri_video){ 0 };
    struct source *inner = enter(source);
    return leave(source, inner->ops->open(inner));
}

static struct tri_video other_format(const struct tri_video *video)
{
    return (struct tri_video){
        .fourcc = video->fourcc == TRI_FOURCC_NV12 ? TRI_FOURCC_YUYV : TRI_FOURCC_NV12,
        .width = (video->width + 1) / 2,
        .height = (video->height + 1) / 2,
        .fps_num = video->fps_num,
        .fps_den = video->fps_num ? video->fps_den : 1, // 0/1: unpaced
    };
}

/** Reopens the wrapped source with the other format: half the size, and NV12 instead of any other
 *  format or YUYV instead of NV12. The schedule continues. */
static enum source_result change_format(struct source *inner)
{
    const struct tri_video now = inner->video;
    const struct schedule schedule = inner->schedule;
    if (!injector.other_video.width)
        injector.other_video = other_format(&now);
    injector.options.wanted = injector.other_video;
    injector.other_video = now;
    injector.other_video.fps_den = now.fps_num ? now.fps_den : 1;
    inner->ops->close(inner);
    const enum source_result result = inner->ops->open(inner);
    inner->schedule = schedule;
    injector.changed = true;
    injector.format_changes++;
    return result == SOURCE_OK ? SOURCE_CHANGED : result;
}

static bool has_schedule(const struct source *inner)
{
    return inner->ops->flags & SOURCE_SCHEDULE;
}

static void begin_frame(struct source *inner)
{
    const struct fault_options *faults = injector.faults;
    const int64_t stall_ns = (int64_t)faults->stall_ms * 1000000;
    injector.frame++;
    injector.begun = true;
    injector.changed = false;
    if (faults->jitter_ms > 0)
        injector.jitter_ns = (int64_t)(next_random() * faults->jitter_ms * 1e6);
    if (has_schedule(inner))
        inner->schedule.delay_ns = injector.jitter_ns;
    if (faults->stall_at != injector.frame)
        return;
    injector.stall_ns += stall_ns;
    if (has_schedule(inner))
        schedule_shift(&inner->schedule, stall_ns);
    else
        injector.stalled_ns = tri_now_ns() + stall_ns;
}

/** @return whether that time has come; false: `timeout_ms` are over, or a signal arrived */
static bool sleep_until(int64_t until_ns, int timeout_ms)
{
    return schedule_wait(&(struct schedule){ .due_ns = until_ns }, timeout_ms);
}

static enum source_result wait_for_frame(struct source *inner, int timeout_ms)
{
    if (injector.stalled_ns && !sleep_until(injector.stalled_ns, timeout_ms))
        return SOURCE_NOTHING;
    injector.stalled_ns = 0;
    const enum source_result result =
        inner->ops->wait ? inner->ops->wait(inner, timeout_ms) : SOURCE_OK;
    if (injector.faults->tear_every > 0)
        inner->in_place = NULL; // upstream may still need that frame: it is copied, then torn
    return result;
}

static enum source_result injector_wait(struct source *source, int timeout_ms)
{
    struct source *inner = enter(source);
    if (!injector.begun && source->skip == 0) {
        if (injector.frame > 0 && !injector.changed &&
            is_multiple(injector.frame, injector.faults->change_every))
            return leave(source, change_format(inner));
        begin_frame(inner);
    }
    return leave(source, wait_for_frame(inner, timeout_ms));
}

/** Copies the lower halves of all planes out of the draft, or back into it. */
static void copy_half(struct tri_draft *draft, uint8_t *half, bool into)
{
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct tri_plane *plane = &draft->shape.plane[p];
        const size_t bytes = (size_t)(plane->rows - plane->rows / 2) * plane->stride;
        uint8_t *at = draft->data[p] + (size_t)(plane->rows / 2) * plane->stride;
        tri_copy(into ? at : half, into ? half : at, bytes);
        half += bytes;
    }
}

/** Bytes of the lower half of a frame's rows, padding included. */
static uint64_t half_size(const struct tri_draft *draft)
{
    uint64_t bytes = 0;
    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct tri_plane *plane = &draft->shape.plane[p];
        bytes += (uint64_t)(plane->rows - plane->rows / 2) * plane->stride;
    }
    return bytes;
}

static void free_halves(void)
{
    free(injector.previous.bytes);
    free(injector.spare.bytes);
    injector.previous = injector.spare = (struct half){ 0 };
}

/** Replaces the lower half by the previous frame's where that is due, and keeps this frame's. */
static void tear(struct tri_draft *draft)
{
    const uint64_t bytes = half_size(draft);
    const bool fits = injector.previous.size == bytes;
    if (bytes == 0)
        return;
    if (!fits) {
        free_halves();
        injector.previous = (struct half){ malloc((size_t)bytes), bytes };
        injector.spare = (struct half){ malloc((size_t)bytes), bytes };
        if (!injector.previous.bytes || !injector.spare.bytes) {
            free_halves();
            return;
        }
    }
    copy_half(draft, injector.spare.bytes, false);
    if (fits && is_multiple(injector.frame, injector.faults->tear_every)) {
        copy_half(draft, injector.previous.bytes, true);
        injector.torn++;
    }
    const struct half older = injector.previous;
    injector.previous = injector.spare;
    injector.spare = older;
}

/** Counts how this frame's capture time deviates from that of the frame published before. */
static void count_published(void)
{
    const struct tri_video *video = &injector.inner.video;
    const int64_t period_ns = capture_timing_period(video->fps_num, video->fps_den);
    const int64_t off_ns = injector.stall_ns + injector.jitter_ns - injector.published_jitter_ns;
    if (injector.published++ > 0 && period_ns > 0)
        capture_timing_add(&injector.captures, off_ns, period_ns);
    injector.published_jitter_ns = injector.jitter_ns;
    injector.stall_ns = 0;
}

/** Delays a frame of a source without a schedule, and its capture time. Times always increase. */
static void delay(struct tri_frame_info *info)
{
    const int64_t now_ns = tri_now_ns();
    info->capture_ns = (info->capture_ns ? info->capture_ns : now_ns) + injector.jitter_ns;
    if (info->capture_ns <= injector.capture_ns)
        info->capture_ns = injector.capture_ns + 1;
    injector.capture_ns = info->capture_ns;
    if (info->capture_ns > now_ns)
        (void)sleep_until(info->capture_ns, (int)((info->capture_ns - now_ns) / 1000000) + 1);
}

/** Injects what is due into the frame that was filled. @return SOURCE_OK or SOURCE_DROPPED */
static enum source_result damage(const struct source *inner, struct tri_draft *draft)
{
    if (is_multiple(injector.frame, injector.faults->drop_every)) {
        injector.dropped++;
        return SOURCE_DROPPED;
    }
    if (!draft)
        return SOURCE_OK;
    if (injector.faults->tear_every > 0)
        tear(draft);
    if (injector.jitter_ns > 0 && !has_schedule(inner))
        delay(&draft->info);
    count_published();
    return SOURCE_OK;
}

static enum source_result injector_fill(struct source *source, struct tri_draft **draft,
                                        int timeout_ms)
{
    struct source *inner = enter(source);
    if (*draft && injector.faults->tear_every > 0)
        (*draft)->previous_number = 0; // that frame's lower half was replaced: draw all of it again
    enum source_result result = inner->ops->fill(inner, draft, timeout_ms);
    injector.begun = injector.begun && (result == SOURCE_NOTHING || result == SOURCE_CHANGED);
    if (result == SOURCE_OK && source->skip == 0)
        result = damage(inner, *draft);
    return leave(source, result);
}

static enum source_result injector_enqueue(struct source *source, struct tri_draft *draft)
{
    struct source *inner = enter(source);
    return leave(source, inner->ops->enqueue(inner, draft));
}

static bool injector_is_back(struct source *source, int timeout_ms)
{
    struct source *inner = enter(source);
    const bool back = inner->ops->is_back(inner, timeout_ms);
    (void)leave(source, SOURCE_OK);
    return back;
}

static void injector_close(struct source *source)
{
    struct source *inner = enter(source);
    inner->ops->close(inner);
    free_halves();
    (void)leave(source, SOURCE_OK);
}

static void injector_add_to_summary(const struct source *source, struct json_t *summary)
{
    const struct source *inner = enter(source);
    json_t *object =
        json_pack("{sI sI sI}", "dropped", (json_int_t)injector.dropped, "torn",
                  (json_int_t)injector.torn, "format_changes", (json_int_t)injector.format_changes);
    capture_timing_set_json(object, &injector.captures,
                            inner->video.fps_num && inner->video.fps_den);
    json_object_set_new(summary, "faults", object);
    if (inner->ops->add_to_summary)
        inner->ops->add_to_summary(inner, summary);
}

const struct source_ops *fault_injection_around(const struct source_ops *inner)
{
    static struct source_ops ops;
    ops = *inner;
    ops.open = injector_open;
    ops.wait = injector_wait;
    ops.fill = injector_fill;
    ops.enqueue = inner->enqueue ? injector_enqueue : NULL;
    ops.close = injector_close;
    ops.is_back = inner->is_back ? injector_is_back : NULL;
    ops.add_to_summary = injector_add_to_summary;
    return &ops;
}
