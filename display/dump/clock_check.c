/* SPDX-License-Identifier: MIT */
#include "clock_check.h"

#include "picture/component.h"
#include "picture/frame_clock.h"
#include "picture/picture.h"

#include <inttypes.h>
#include <stdio.h>

enum { WINDOW = 64 };                             // numbers that clock_check.seen remembers
#define CLOCK_TIME_MASK ((UINT64_C(1) << 48) - 1) // of clock_code.time_us

/* Points `picture` at the high bytes of a component that carries brightness: Y, or green, which serves
 * because the blocks are black and white. @return false: its samples are no whole bytes */
static bool point_at_brightness(const struct tri_frame *frame, struct clock_picture *picture)
{
    const struct tri_format *format = tri_format_find(frame->info.video.fourcc);
    if (!format || format->components == 0)
        return false;
    const struct tri_component *component = &format->component[format->family == TRI_FAMILY_RGB];
    if (component->across > 1 || component->shift + component->bits != 8 * component->bytes)
        return false;
    const size_t high = component->bytes - 1u; // byte of the word
    picture->luma = frame->data[component->plane] + component_offset(component, 0) + high;
    picture->step = (size_t)component->every * component->bytes;
    picture->stride = frame->shape.plane[component->plane].stride;
    return true;
}

static bool find_brightness(struct clock_check *check, const struct tri_frame *frame,
                            struct clock_picture *picture)
{
    const struct tri_video *video = &frame->info.video;
    *picture = (struct clock_picture){ .width = video->width, .height = video->height };
    if (point_at_brightness(frame, picture))
        return true;

    const uint32_t stride[TRI_PLANES_MAX] = { video->width };
    const size_t bytes = (size_t)video->width * video->height;
    if (!check->converter)
        check->converter = picture_converter_new(check->log);
    if (!check->converter || !scratch_reserve(&check->grey, bytes))
        return false;
    uint8_t *const to[TRI_PLANES_MAX] = { check->grey.data };
    if (picture_convert(check->converter, &frame->info, &frame->shape, frame->data, TRI_FOURCC_GREY,
                        to, stride) != TRI_OK)
        return false;
    picture->luma = check->grey.data;
    picture->step = 1;
    picture->stride = stride[0];
    return true;
}

void clock_check_read(struct clock_check *check, const struct tri_frame *frame,
                      struct clock_reading *reading)
{
    struct clock_picture picture;
    struct clock_code top;
    struct clock_code bottom;
    *reading = (struct clock_reading){ .read = false };
    if (!find_brightness(check, frame, &picture) || !clock_decode(&picture, CLOCK_TOP, &top) ||
        !clock_decode(&picture, CLOCK_BOTTOM, &bottom))
        return;
    reading->read = true;
    reading->torn = top.number != bottom.number;
    reading->number = top.number;
    reading->time_us = top.time_us;
}

static void count_number(struct clock_check *check, uint32_t number)
{
    const int32_t step = (int32_t)(number - check->number);
    if (!check->begun || step <= -WINDOW) { // the first, or the pattern restarted
        check->begun = true;
        check->number = number;
        check->seen = 1;
    } else if (step > 0) {
        check->dropped += (uint64_t)step - 1;
        check->number = number;
        check->seen = step < WINDOW ? check->seen << step | 1 : 1;
    } else if (check->seen >> -step & 1) {
        check->repeated++;
    } else { // late, not lost
        check->reordered++;
        check->dropped -= check->dropped > 0;
        check->seen |= UINT64_C(1) << -step;
    }
}

void clock_check_count(struct clock_check *check, const struct clock_reading *reading,
                       int64_t seen_ns)
{
    if (!reading->read) {
        check->unread++;
        return;
    }
    check->read++;
    check->torn += reading->torn;

    const uint64_t now_us = (uint64_t)seen_ns / 1000 & CLOCK_TIME_MASK;
    const uint64_t age_us = (now_us - reading->time_us) & CLOCK_TIME_MASK;
    if (age_us <=
        CLOCK_TIME_MASK / 2) // the other half is in the future: the clock of another machine
        time_histogram_add(&check->latency, (int64_t)(age_us * 1000));

    count_number(check, reading->number);
}

uint64_t clock_check_faults(const struct clock_check *check)
{
    return check->dropped + check->repeated + check->reordered + check->torn + check->unread;
}

struct expect_verdict clock_check_judge(const struct clock_check *check, uint64_t most)
{
    struct expect_verdict verdict = { .option = "--max-clock-faults" };
    const uint64_t faults = clock_check_faults(check);
    verdict.met = faults <= most && check->read + check->unread > 0;
    if (check->read + check->unread == 0)
        snprintf(verdict.text, sizeof(verdict.text), "no frame arrived");
    else
        snprintf(verdict.text, sizeof(verdict.text),
                 "%" PRIu64 " faults (%" PRIu64 " dropped, %" PRIu64 " repeated, %" PRIu64
                 " reordered, %" PRIu64 " torn, %" PRIu64 " unreadable), %" PRIu64 " %s than the "
                 "%" PRIu64 " allowed",
                 faults, check->dropped, check->repeated, check->reordered, check->torn,
                 check->unread, verdict.met ? most - faults : faults - most,
                 verdict.met ? "less" : "more", most);
    return verdict;
}

const char *clock_check_line(const struct clock_check *check, char *text, size_t bytes)
{
    snprintf(text, bytes,
             "clock: %" PRIu64 " read, %" PRIu64 " unreadable, dropped %" PRIu64
             ", repeated %" PRIu64 ", reordered %" PRIu64 ", torn %" PRIu64
             ", latency p50 %.1f ms p99 %.1f ms",
             check->read, check->unread, check->dropped, check->repeated, check->reordered,
             check->torn, (double)time_histogram_percentile(&check->latency, 50) / 1e6,
             (double)time_histogram_percentile(&check->latency, 99) / 1e6);
    return text;
}

json_t *clock_check_json(const struct clock_check *check)
{
    return json_pack("{sI sI sI sI sI sI so}", "read", (json_int_t)check->read, "unread",
                     (json_int_t)check->unread, "dropped", (json_int_t)check->dropped, "repeated",
                     (json_int_t)check->repeated, "reordered", (json_int_t)check->reordered, "torn",
                     (json_int_t)check->torn, "latency_us", stats_spread_us(&check->latency));
}

void clock_check_free(struct clock_check *check)
{
    picture_converter *converter = check->converter;
    picture_converter_free(&converter);
    check->converter = NULL;
    scratch_finish(&check->grey);
}
