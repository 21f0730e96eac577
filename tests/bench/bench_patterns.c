/* SPDX-License-Identifier: MIT */
/* Cost of a synthetic frame as a multiple of a memset of it: interleaved rounds, medians.
 * Usage: bench-patterns [WIDTH HEIGHT [FORMAT]]; status 1 if a pattern costs more than 1.5 times
 * that. */
#include "pattern/drawing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS    3
#define ROUNDS   7
#define ROUND_NS INT64_C(30000000)
#define BOUND    1.5

struct slots {
    struct tri_draft draft[SLOTS];
    uint64_t turn;
};

static void open_slots(struct slots *slots, const struct tri_video *video)
{
    *slots = (struct slots){ 0 };
    for (uint32_t i = 0; i < SLOTS; i++) {
        struct tri_draft *draft = &slots->draft[i];
        draft->info.video = *video;
        draft->slot_index = i;
        draft->previous_number = 1; // the slot always holds the previous frame
        if (tri_video_shape(video, &draft->shape) != TRI_OK ||
            !(draft->data[0] =
                  aligned_alloc(4096, ((size_t)draft->shape.bytes + 4095) & ~(size_t)4095)))
            exit(1);
        memset(draft->data[0], 1, (size_t)draft->shape.bytes);
        for (uint32_t p = 1; p < draft->shape.planes; p++)
            draft->data[p] = draft->data[0] + draft->shape.plane[p].offset;
    }
}

/** Nanoseconds per frame over one round. NULL: a memset. */
static double time_round(struct slots *slots, struct drawing *drawing)
{
    const int64_t start = tri_now_ns();
    uint64_t frames = 0;
    int64_t now;
    do {
        struct tri_draft *draft = &slots->draft[slots->turn % SLOTS];
        const struct pattern_moment moment = drawing_moment(slots->turn++);
        if (!drawing)
            memset(draft->data[0], (int)slots->turn, (size_t)draft->shape.bytes);
        else if (drawing_draw(drawing, draft, &moment) != TRI_OK)
            exit(1);
        frames++;
        now = tri_now_ns();
    } while (now - start < ROUND_NS);
    return (double)(now - start) / (double)frames;
}

static int by_value(const void *a, const void *b)
{
    const double left = *(const double *)a;
    const double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), by_value);
    return values[ROUNDS / 2];
}

/** Prints a pattern's line. @return the ratio */
static double measure(const struct pattern *pattern, const struct tri_video *video)
{
    struct slots slots;
    struct slots blank;
    struct drawing *drawing = NULL;
    double drawn[ROUNDS];
    double set[ROUNDS];
    open_slots(&slots, video);
    open_slots(&blank, video);
    if (drawing_open(&drawing, pattern, "336699", video) != TRI_OK)
        exit(1);
    time_round(&slots, drawing); // draws the static part
    for (int round = 0; round < ROUNDS; round++) {
        set[round] = time_round(&blank, NULL);
        drawn[round] = time_round(&slots, drawing);
    }
    const double drawn_ns = median(drawn);
    const double set_ns = median(set);
    printf("%-12s %9.1f us  memset %9.1f us  ratio %5.2f\n", pattern->name, drawn_ns / 1e3,
           set_ns / 1e3, drawn_ns / set_ns);
    drawing_close(&drawing);
    for (uint32_t i = 0; i < SLOTS; i++) {
        free(slots.draft[i].data[0]);
        free(blank.draft[i].data[0]);
    }
    return drawn_ns / set_ns;
}

int main(int argc, char **argv)
{
    struct tri_video video = {
        .fourcc = TRI_FOURCC_NV12, .width = 1920, .height = 1080, .fps_num = 60, .fps_den = 1
    };
    bool within = true;
    if (argc > 2) {
        video.width = (uint32_t)strtoul(argv[1], NULL, 10);
        video.height = (uint32_t)strtoul(argv[2], NULL, 10);
    }
    if (argc > 3 && tri_format_from_name(argv[3]))
        video.fourcc = tri_format_from_name(argv[3])->fourcc;
    for (size_t i = 0; pattern_at(i); i++)
        within &= measure(pattern_at(i), &video) <= BOUND;
    return within ? 0 : 1;
}
