/* SPDX-License-Identifier: MIT */
/** Which frame suffers what. */
#include "fault.h"

#include "program/stop.h"

#include <triptych/copy.h>

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define SLICE_NS INT64_C(100000000) // longest that a signal can go unnoticed

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

static void sleep_ns(int64_t ns)
{
    const int64_t until = tri_now_ns() + ns;

    for (int64_t left = ns; left > 0 && !stop_asked(); left = until - tri_now_ns()) {
        const struct timespec slice = { .tv_nsec = left < SLICE_NS ? left : SLICE_NS };
        nanosleep(&slice, NULL);
    }
}

bool fault_delay(struct fault *fault)
{
    const struct fault_options *options = fault->options;

    fault->frame++;
    if (options->jitter_ms > 0)
        sleep_ns((int64_t)(next_random(fault) * options->jitter_ms * 1e6));
    if (options->stall_ms == 0 || options->stall_at != fault->frame)
        return false;
    sleep_ns((int64_t)options->stall_ms * 1000000);
    return true;
}

bool fault_drops(const struct fault *fault)
{
    return is_one_of(fault->frame, fault->options->drop_every);
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
    if (fits && is_one_of(fault->frame, fault->options->tear_every))
        copy_half(draft, fault->kept, true);
    uint8_t *older = fault->kept;
    fault->kept = fault->spare;
    fault->spare = older;
}

void fault_crash(struct fault *fault)
{
    if (++fault->published == fault->options->crash_after)
        raise(SIGKILL); // as anybody would kill it: nothing is tidied up
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
