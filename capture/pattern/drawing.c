/* SPDX-License-Identifier: MIT */
/** Records what each slot shows, so that the still part of a pattern is drawn only once. */
#include "drawing.h"

#include "jpeg_encoder.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/** What the pixels of a slot, or of the buffer for JPEG, show. */
struct drawn {
    const uint8_t *data; // NULL: unknown
    struct pattern_moment moment;
};

struct drawing {
    const struct pattern *pattern;
    void *state;         // of the pattern
    struct paint canvas; // its data is the slot, or the buffer for JPEG
    struct drawn slot[TRI_SLOTS_MAX];
    jpeg_encoder *encoder; // for MJPG, which is drawn in a buffer
    struct drawn buffer;
};

/** Allocates the buffer for MJPG: planar YUV as JFIF specifies it, BT.601, full range. */
static bool open_buffer(struct drawing *drawing, const struct tri_video *video)
{
    struct tri_video picture = { .fourcc = TRI_FOURCC_YU12,
                                 .width = video->width,
                                 .height = video->height,
                                 .fps_num = video->fps_num,
                                 .fps_den = video->fps_den,
                                 .matrix = TRI_MATRIX_601,
                                 .range = TRI_RANGE_FULL };
    drawing->encoder = jpeg_encoder_new();
    if (!drawing->encoder || !paint_open(&drawing->canvas, &picture))
        return false;
    drawing->canvas.data[0] = calloc(1, (size_t)drawing->canvas.shape.bytes);
    for (uint32_t p = 1; p < drawing->canvas.shape.planes; p++)
        drawing->canvas.data[p] = drawing->canvas.data[0] + drawing->canvas.shape.plane[p].offset;
    return drawing->canvas.data[0];
}

bool drawing_possible(uint32_t fourcc)
{
    const struct tri_format *format = tri_format_find(fourcc);
    return format &&
           (format->components > 0 || (fourcc == TRI_FOURCC_MJPG && jpeg_encoder_built_in()));
}

enum tri_err drawing_open(struct drawing **out, const struct pattern *pattern, const char *arg,
                          const struct tri_video *video)
{
    struct tri_shape shape;
    *out = NULL;
    if (!drawing_possible(video->fourcc) || tri_video_shape(video, &shape) != TRI_OK)
        return TRI_ERR_INVALID;
    struct drawing *drawing = calloc(1, sizeof(*drawing));
    if (!drawing)
        return TRI_ERR_NO_RESOURCES;
    drawing->pattern = pattern;
    if (video->fourcc == TRI_FOURCC_MJPG ? !open_buffer(drawing, video)
                                         : !paint_open(&drawing->canvas, video))
        goto fail;
    if (pattern->open && !pattern->open(&drawing->state, &drawing->canvas, video, arg))
        goto fail;
    *out = drawing;
    return TRI_OK;

fail:
    drawing_close(&drawing);
    return TRI_ERR_NO_RESOURCES;
}

static void draw(struct drawing *drawing, struct drawn *drawn, const struct pattern_moment *now)
{
    const struct pattern *pattern = drawing->pattern;
    const bool unknown = drawn->data != drawing->canvas.data[0];
    if (unknown && pattern->still)
        pattern->still(drawing->state, &drawing->canvas);
    if (pattern->moving)
        pattern->moving(drawing->state, &drawing->canvas, now, unknown ? NULL : &drawn->moment);
    drawn->data = drawing->canvas.data[0];
    drawn->moment = *now;
}

enum tri_err drawing_draw(struct drawing *drawing, struct tri_draft *draft,
                          const struct pattern_moment *now)
{
    if (drawing->encoder) {
        draw(drawing, &drawing->buffer, now);
        draft->info.copies = 1;
        draft->info.bytes_used = jpeg_encoder_run(drawing->encoder, &drawing->canvas,
                                                  draft->data[0], draft->shape.plane[0].bytes);
        return draft->info.bytes_used ? TRI_OK : TRI_ERR_NO_RESOURCES;
    }

    struct drawn *drawn = &drawing->slot[draft->slot_index];
    if (!draft->previous_number) // a new segment, or a draft that was cancelled half drawn
        drawn->data = NULL;
    memcpy(drawing->canvas.data, draft->data, sizeof(draft->data));
    drawing->canvas.shape = draft->shape;
    draw(drawing, drawn, now);
    return TRI_OK;
}

struct pattern_moment drawing_moment(uint64_t number)
{
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    return (struct pattern_moment){
        .number = number,
        .time_ns = tri_now_ns(),
        .clock_ns = clock.tv_sec * INT64_C(1000000000) + clock.tv_nsec,
    };
}

void drawing_close(struct drawing **drawing)
{
    struct drawing *d = *drawing;
    *drawing = NULL;
    if (!d)
        return;
    if (d->pattern->close)
        d->pattern->close(d->state);
    if (d->encoder)
        free(d->canvas.data[0]);
    jpeg_encoder_free(&d->encoder);
    free(d);
}
