/* SPDX-License-Identifier: MIT */
#include "pulse.h"

#include "picture/clock.h"
#include "picture/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { WINDOW = 64 };                             // numbers that pulse.seen remembers
#define CLOCK_TIME_MASK ((UINT64_C(1) << 48) - 1) // of clock_code.time_us

/* Where the brightness of a pixel lies: the first byte and the step to the next pixel. Green, and the
 * high byte of 16, are as good: the blocks are black and white. */
static const struct {
    uint32_t fourcc;
    uint8_t first, step;
} at_hand[] = {
    { TRI_FOURCC_YUYV, 0, 2 }, { TRI_FOURCC_YVYU, 0, 2 }, { TRI_FOURCC_UYVY, 1, 2 },
    { TRI_FOURCC_NV12, 0, 1 }, { TRI_FOURCC_NV21, 0, 1 }, { TRI_FOURCC_NV16, 0, 1 },
    { TRI_FOURCC_YU12, 0, 1 }, { TRI_FOURCC_YV12, 0, 1 }, { TRI_FOURCC_422P, 0, 1 },
    { TRI_FOURCC_GREY, 0, 1 }, { TRI_FOURCC_Y16, 1, 2 },  { TRI_FOURCC_P010, 1, 2 },
    { TRI_FOURCC_RGB3, 1, 3 }, { TRI_FOURCC_BGR3, 1, 3 }, { TRI_FOURCC_XR24, 1, 4 },
    { TRI_FOURCC_AR24, 1, 4 }, { TRI_FOURCC_AB24, 1, 4 },
};

static bool find_brightness(struct pulse *pulse, const struct tri_frame *frame,
                            struct clock_picture *picture)
{
    const struct tri_video *video = &frame->info.video;
    *picture = (struct clock_picture){ .width = video->width, .height = video->height };
    for (size_t i = 0; i < sizeof at_hand / sizeof at_hand[0]; i++) {
        if (at_hand[i].fourcc != video->fourcc)
            continue;
        picture->luma = frame->data[0] + at_hand[i].first;
        picture->step = at_hand[i].step;
        picture->stride = frame->shape.plane[0].stride;
        return true;
    }

    const uint32_t stride[TRI_PLANES_MAX] = { video->width };
    const size_t bytes = (size_t)video->width * video->height;
    if (!pulse->converter)
        pulse->converter = picture_converter_new(pulse->log);
    if (pulse->grey_bytes < bytes) {
        free(pulse->grey);
        pulse->grey = malloc(bytes);
        pulse->grey_bytes = pulse->grey ? bytes : 0;
    }
    uint8_t *const to[TRI_PLANES_MAX] = { pulse->grey };
    if (!pulse->converter || !pulse->grey ||
        picture_convert(pulse->converter, &frame->info, &frame->shape, frame->data, TRI_FOURCC_GREY,
                        to, stride) != TRI_OK)
        return false;
    picture->luma = pulse->grey;
    picture->step = 1;
    picture->stride = stride[0];
    return true;
}

void pulse_read(struct pulse *pulse, const struct tri_frame *frame, struct pulse_beat *beat)
{
    struct clock_picture picture;
    struct clock_code top;
    struct clock_code bottom;
    *beat = (struct pulse_beat){ .read = false };
    if (!find_brightness(pulse, frame, &picture) || !clock_decode(&picture, CLOCK_TOP, &top) ||
        !clock_decode(&picture, CLOCK_BOTTOM, &bottom))
        return;
    beat->read = true;
    beat->torn = top.number != bottom.number;
    beat->number = top.number;
    beat->time_us = top.time_us;
}

static void count_number(struct pulse *pulse, uint32_t number)
{
    const int32_t step = (int32_t)(number - pulse->number);
    if (!pulse->begun || step <= -WINDOW) { // the first, or the pattern has begun anew
        pulse->begun = true;
        pulse->number = number;
        pulse->seen = 1;
    } else if (step > 0) {
        pulse->dropped += (uint64_t)step - 1;
        pulse->number = number;
        pulse->seen = step < WINDOW ? pulse->seen << step | 1 : 1;
    } else if (pulse->seen >> -step & 1) {
        pulse->repeated++;
    } else { // late, not lost
        pulse->reordered++;
        pulse->dropped -= pulse->dropped > 0;
        pulse->seen |= UINT64_C(1) << -step;
    }
}

void pulse_count(struct pulse *pulse, const struct pulse_beat *beat, int64_t seen_ns)
{
    if (!beat->read) {
        pulse->unread++;
        return;
    }
    pulse->read++;
    pulse->torn += beat->torn;

    const uint64_t now_us = (uint64_t)seen_ns / 1000 & CLOCK_TIME_MASK;
    const uint64_t age_us = (now_us - beat->time_us) & CLOCK_TIME_MASK;
    if (age_us <= CLOCK_TIME_MASK / 2) // the other half is the future: another machine's clock
        tri_histogram_add(&pulse->latency, (int64_t)(age_us * 1000));

    count_number(pulse, beat->number);
}

uint64_t pulse_faults(const struct pulse *pulse)
{
    return pulse->dropped + pulse->repeated + pulse->reordered + pulse->torn + pulse->unread;
}

struct expect_verdict pulse_judge(const struct pulse *pulse, uint64_t most)
{
    struct expect_verdict verdict = { .option = "--max-clock-faults" };
    const uint64_t faults = pulse_faults(pulse);
    verdict.met = faults <= most && pulse->read + pulse->unread > 0;
    if (pulse->read + pulse->unread == 0)
        snprintf(verdict.text, sizeof verdict.text, "no frame came to judge by");
    else
        snprintf(verdict.text, sizeof verdict.text,
                 "%" PRIu64 " faults (%" PRIu64 " dropped, %" PRIu64 " repeated, %" PRIu64
                 " reordered, %" PRIu64 " torn, %" PRIu64 " not read), %" PRIu64 " %s than the "
                 "%" PRIu64 " allowed",
                 faults, pulse->dropped, pulse->repeated, pulse->reordered, pulse->torn,
                 pulse->unread, verdict.met ? most - faults : faults - most,
                 verdict.met ? "less" : "more", most);
    return verdict;
}

const char *pulse_line(const struct pulse *pulse, char *text, size_t bytes)
{
    snprintf(text, bytes,
             "clock: %" PRIu64 " read, %" PRIu64 " not, dropped %" PRIu64 ", repeated %" PRIu64
             ", reordered %" PRIu64 ", torn %" PRIu64 ", latency p50 %.1f ms p99 %.1f ms",
             pulse->read, pulse->unread, pulse->dropped, pulse->repeated, pulse->reordered,
             pulse->torn, (double)tri_histogram_percentile(&pulse->latency, 50) / 1e6,
             (double)tri_histogram_percentile(&pulse->latency, 99) / 1e6);
    return text;
}

json_t *pulse_json(const struct pulse *pulse)
{
    return json_pack("{sI sI sI sI sI sI so}", "read", (json_int_t)pulse->read, "unread",
                     (json_int_t)pulse->unread, "dropped", (json_int_t)pulse->dropped, "repeated",
                     (json_int_t)pulse->repeated, "reordered", (json_int_t)pulse->reordered, "torn",
                     (json_int_t)pulse->torn, "latency_us", stats_spread_us(&pulse->latency));
}

void pulse_free(struct pulse *pulse)
{
    picture_converter *converter = pulse->converter;
    picture_converter_free(&converter);
    pulse->converter = NULL;
    free(pulse->grey);
    pulse->grey = NULL;
    pulse->grey_bytes = 0;
}
