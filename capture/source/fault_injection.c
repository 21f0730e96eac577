/* SPDX-License-Identifier: MIT */
/** Decides which frame gets which fault. The wrapped source keeps its schedule; delays are applied
 *  to that schedule, so that capture times show them. */
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

    int64_t stall_ns;  // since the last published frame
    int64_t jitter_ns; // of this frame
    int64_t published_jitter_ns;
    uint64_t published;
    uint64_t dropped;
    uint64_t torn;
    uint64_t format_changes;
    struct capture_timing captures; // how the published capture times must deviate from the rate
};

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
static double next_random(struct injector *injector)
{
    injector->random =
        injector->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(injector->random >> 40) / (double)(1u << 24);
}

/** Copies what the caller sees of the wrapped source. @return `result` */
static enum source_result mirror(struct source *source, enum source_result result)
{
    struct source *inner = &((struct injector *)source->state)->inner;
    source->video = inner->video;
    source->slots = inner->slots;
    source->slot_bytes = inner->slot_bytes;
    memcpy(source->label, inner->label, sizeof(source->label));
    source->driver_drops += inner->driver_drops;
    inner->driver_drops = 0;
    return result;
}

static enum source_result injector_open(struct source *source)
{
    const struct fault_options *faults = source->options->faults;
    struct injector *injector = calloc(1, sizeof(*injector));
    source->state = injector;
    if (!injector)
        return SOURCE_FAILED;
    injector->faults = faults;
    injector->options = *source->options;
    injector->inner = (struct source){ .ops = faults->source, .options = &injector->options };
    return mirror(source, faults->source->open(&injector->inner));
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
static enum source_result change_format(struct source *source)
{
    struct injector *injector = source->state;
    struct source *inner = &injector->inner;
    const struct tri_video now = inner->video;
    const struct schedule schedule = inner->schedule;
    if (!injector->other_video.width)
        injector->other_video = other_format(&now);
    injector->options.wanted = injector->other_video;
    injector->other_video = now;
    injector->other_video.fps_den = now.fps_num ? now.fps_den : 1;
    inner->ops->close(inner);
    const enum source_result result = inner->ops->open(inner);
    inner->schedule = schedule;
    injector->changed = true;
    injector->format_changes++;
    return mirror(source, result == SOURCE_OK ? SOURCE_CHANGED : SOURCE_FAILED);
}

static void begin_frame(struct injector *injector)
{
    const struct fault_options *faults = injector->faults;
    struct schedule *schedule = &injector->inner.schedule;
    injector->frame++;
    injector->begun = true;
    injector->changed = false;
    if (faults->jitter_ms > 0)
        injector->jitter_ns = (int64_t)(next_random(injector) * faults->jitter_ms * 1e6);
    schedule->delay_ns = injector->jitter_ns;
    if (faults->stall_at == injector->frame) {
        injector->stall_ns += (int64_t)faults->stall_ms * 1000000;
        schedule_shift(schedule, (int64_t)faults->stall_ms * 1000000);
    }
}

static enum source_result injector_wait(struct source *source, int timeout_ms)
{
    struct injector *injector = source->state;
    struct source *inner = &injector->inner;
    inner->skip = source->skip;
    if (!injector->begun && source->skip == 0) {
        if (injector->frame > 0 && !injector->changed &&
            is_multiple(injector->frame, injector->faults->change_every))
            return change_format(source);
        begin_frame(injector);
    }
    return mirror(source, inner->ops->wait(inner, timeout_ms));
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

static void free_halves(struct injector *injector)
{
    free(injector->previous.bytes);
    free(injector->spare.bytes);
    injector->previous = injector->spare = (struct half){ 0 };
}

/** Replaces the lower half by the previous frame's where that is due, and keeps this frame's. */
static void tear(struct injector *injector, struct tri_draft *draft)
{
    const uint64_t bytes = half_size(draft);
    const bool fits = injector->previous.size == bytes;
    if (bytes == 0)
        return;
    if (!fits) {
        free_halves(injector);
        injector->previous = (struct half){ malloc(bytes), bytes };
        injector->spare = (struct half){ malloc(bytes), bytes };
        if (!injector->previous.bytes || !injector->spare.bytes) {
            free_halves(injector);
            return;
        }
    }
    copy_half(draft, injector->spare.bytes, false);
    if (fits && is_multiple(injector->frame, injector->faults->tear_every)) {
        copy_half(draft, injector->previous.bytes, true);
        injector->torn++;
    }
    const struct half older = injector->previous;
    injector->previous = injector->spare;
    injector->spare = older;
}

/** Counts how this frame's capture time deviates from that of the frame published before. */
static void count_published(struct injector *injector)
{
    const struct tri_video *video = &injector->inner.video;
    const int64_t period_ns = capture_timing_period(video->fps_num, video->fps_den);
    const int64_t off_ns = injector->stall_ns + injector->jitter_ns - injector->published_jitter_ns;
    if (injector->published++ > 0 && period_ns > 0)
        capture_timing_add(&injector->captures, off_ns, period_ns);
    injector->published_jitter_ns = injector->jitter_ns;
    injector->stall_ns = 0;
}

static enum source_result injector_fill(struct source *source, struct tri_draft **draft,
                                        int timeout_ms)
{
    struct injector *injector = source->state;
    struct source *inner = &injector->inner;
    const bool tears = injector->faults->tear_every > 0;
    if (*draft && tears)
        (*draft)->previous_number = 0; // that frame's lower half was replaced: draw all of it again
    const enum source_result result = mirror(source, inner->ops->fill(inner, draft, timeout_ms));

    if (result == SOURCE_NOTHING)
        return result;
    injector->begun = false;
    if (result != SOURCE_OK || source->skip > 0)
        return result;
    if (is_multiple(injector->frame, injector->faults->drop_every)) {
        injector->dropped++;
        return SOURCE_DROPPED;
    }
    if (*draft && tears)
        tear(injector, *draft);
    if (*draft)
        count_published(injector);
    return SOURCE_OK;
}

static void injector_close(struct source *source)
{
    struct injector *injector = source->state;
    if (!injector)
        return;
    if (injector->inner.ops)
        injector->inner.ops->close(&injector->inner);
    free_halves(injector);
    free(injector);
    source->state = NULL;
}

static void injector_add_to_summary(const struct source *source, struct json_t *summary)
{
    const struct injector *injector = source->state;
    const struct tri_video *video = &injector->inner.video;
    json_t *object = json_pack("{sI sI sI}", "dropped", (json_int_t)injector->dropped, "torn",
                               (json_int_t)injector->torn, "format_changes",
                               (json_int_t)injector->format_changes);
    capture_timing_set_json(object, &injector->captures, video->fps_num && video->fps_den);
    json_object_set_new(summary, "faults", object);
}

const struct source_ops fault_injection = {
    .name = "faults",
    .open = injector_open,
    .wait = injector_wait,
    .fill = injector_fill,
    .close = injector_close,
    .add_to_summary = injector_add_to_summary,
};
