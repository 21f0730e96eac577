/* SPDX-License-Identifier: MIT */
/** Which frame suffers what. */
#include "fault_injection.h"

#include <triptych/copy.h>

#include <stdlib.h>

static bool is_one_of(uint64_t number, uint64_t every)
{
    return every > 0 && number % every == 0;
}

bool fault_wanted(const struct fault_options *options)
{
    return options->drop_every || options->stall_ms || options->jitter_ms > 0 ||
           options->tear_every || options->crash_after || options->change_every;
}

/** 0 to 1, the same on every run. */
static double next_random(struct fault *fault)
{
    fault->random = fault->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(fault->random >> 40) / (double)(1u << 24);
}

struct fault_delay fault_next(struct fault *fault)
{
    const struct fault_options *options = fault->options;
    struct fault_delay delay = { 0 };

    fault->frame++;
    if (options->jitter_ms > 0)
        delay.jitter_ns = (int64_t)(next_random(fault) * options->jitter_ms * 1e6);
    if (options->stall_at == fault->frame)
        delay.stall_ns = (int64_t)options->stall_ms * 1000000;
    fault->delay.jitter_ns = delay.jitter_ns;
    fault->delay.stall_ns += delay.stall_ns;
    return delay;
}

bool fault_drops(struct fault *fault)
{
    const bool drops = is_one_of(fault->frame, fault->options->drop_every);

    fault->counts.dropped += drops;
    return drops;
}

/** Bytes of the lower half of a picture's rows, padding included. */
static uint64_t lower_half(const struct tri_draft *draft)
{
    uint64_t bytes = 0;

    for (uint32_t p = 0; p < draft->shape.planes; p++) {
        const struct tri_plane *plane = &draft->shape.plane[p];
        bytes += (uint64_t)(plane->rows - plane->rows / 2) * plane->stride;
    }
    return bytes;
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

void fault_tear(struct fault *fault, struct tri_draft *draft)
{
    const uint64_t bytes = lower_half(draft);

    if (fault->options->tear_every == 0 || bytes == 0)
        return;
    const bool fits = fault->kept_bytes == bytes;
    if (!fits) {
        fault_close(fault);
        fault->kept = malloc(bytes);
        fault->spare = malloc(bytes);
        if (!fault->kept || !fault->spare)
            return;
        fault->kept_bytes = bytes;
    }
    copy_half(draft, fault->spare, false);
    if (fits && is_one_of(fault->frame, fault->options->tear_every)) {
        copy_half(draft, fault->kept, true);
        fault->counts.torn++;
    }
    uint8_t *older = fault->kept;
    fault->kept = fault->spare;
    fault->spare = older;
}

void fault_published(struct fault *fault, int64_t period_ns)
{
    const struct fault_delay *delay = &fault->delay;
    const int64_t off_ns = delay->stall_ns + delay->jitter_ns - fault->published_jitter_ns;

    if (fault->published++ > 0 && period_ns > 0)
        capture_timing_add(&fault->counts.captures, off_ns, period_ns);
    fault->published_jitter_ns = delay->jitter_ns;
    fault->delay = (struct fault_delay){ 0 };
}

bool fault_crashes(struct fault *fault)
{
    fault->counts.crashed =
        fault->options->crash_after > 0 && fault->published >= fault->options->crash_after;
    return fault->counts.crashed;
}

bool fault_changes(const struct fault *fault)
{
    return fault->frame > 0 && is_one_of(fault->frame, fault->options->change_every);
}

struct tri_video fault_changed(const struct tri_video *video)
{
    return (struct tri_video){
        .fourcc = video->fourcc == TRI_FOURCC_NV12 ? TRI_FOURCC_YUYV : TRI_FOURCC_NV12,
        .width = (video->width + 1) / 2,
        .height = (video->height + 1) / 2,
        .fps_num = video->fps_num,
        .fps_den = video->fps_num ? video->fps_den : 1, // 0/1: unpaced
    };
}

void fault_close(struct fault *fault)
{
    free(fault->kept);
    free(fault->spare);
    fault->kept = fault->spare = NULL;
    fault->kept_bytes = 0;
}

json_t *fault_json(const struct fault *fault, bool known)
{
    const struct fault_counts *counts = &fault->counts;
    json_t *object = json_pack("{sI sI sI sb}", "dropped", (json_int_t)counts->dropped, "torn",
                               (json_int_t)counts->torn, "format_changes",
                               (json_int_t)counts->format_changes, "crashed", counts->crashed);

    capture_timing_set_json(object, &counts->captures, known);
    return object;
}
