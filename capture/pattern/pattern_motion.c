/* SPDX-License-Identifier: MIT */
/** A white ball, and a white bar that shows tearing as a step, moving over black. */
#include "pattern_ball.h"

#include "pattern.h"

#include <math.h>
#include <stdlib.h>

static const struct paint_rgb black = { 0, 0, 0 };
static const struct paint_rgb white = { 255, 255, 255 };

bool pattern_ball_open(struct paint *part, const struct paint *canvas, uint32_t diameter,
                       struct paint_rgb ink, struct paint_rgb ground)
{
    if (!paint_open_part(part, canvas, diameter, diameter))
        return false;

    const uint32_t side = part->video.width;
    struct paint_color *line = calloc(side, sizeof(*line));
    if (!line)
        return false;
    for (uint32_t y = 0; y < side; y++) {
        for (uint32_t x = 0; x < side; x++) {
            const double away = hypot(x + 0.5 - side / 2.0, y + 0.5 - side / 2.0);
            const double cover = fmin(fmax(side / 2.0 - away, 0), 1);
            line[x] = paint_color(part, paint_mix(ground, ink, cover));
        }
        paint_line(part, 0, y, side, line);
    }
    free(line);
    return true;
}

static void fill_black(void *state, struct paint *canvas)
{
    (void)state;
    paint_fill(canvas, 0, 0, canvas->video.width, canvas->video.height, paint_color(canvas, black));
}

/** Even position on a path of `length` pixels for something of `size` pixels. */
static uint32_t place(uint32_t length, uint32_t size, double share)
{
    return length > size ? (uint32_t)lround((length - size) * share) & ~1u : 0;
}

static void ball_close(void *state)
{
    struct paint *part = state;
    if (part)
        free(part->data[0]);
    free(part);
}

static bool ball_open(void **state, const struct paint *canvas, const struct tri_video *video,
                      const char *arg)
{
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    const uint32_t diameter = (width < height ? width : height) / 6 + 1;
    struct paint *part = calloc(1, sizeof(*part));
    (void)video, (void)arg;
    *state = part;
    return part && pattern_ball_open(part, canvas, diameter, white, black);
}

/** Position on a circle, one turn in four seconds at 60 frames per second. */
static void ball_place(const struct paint *part, const struct paint *canvas, uint64_t number,
                       uint32_t *x, uint32_t *y)
{
    const double angle = 2 * M_PI * (double)(number % 240) / 240;
    *x = place(canvas->video.width, part->video.width, 0.5 + 0.45 * sin(angle));
    *y = place(canvas->video.height, part->video.height, 0.5 - 0.45 * cos(angle));
}

static void ball_moving(void *state, struct paint *canvas, const struct pattern_moment *now,
                        const struct pattern_moment *before)
{
    struct paint *part = state;
    const uint32_t side = part->video.width;
    uint32_t x;
    uint32_t y;
    if (before) {
        ball_place(part, canvas, before->number, &x, &y);
        paint_fill(canvas, x, y, side, side, paint_color(canvas, black));
    }
    ball_place(part, canvas, now->number, &x, &y);
    paint_copy(canvas, x, y, part, 0, 0, side, side);
}

const struct pattern pattern_ball = {
    .name = "ball",
    .summary = "a white ball circling on black",
    .open = ball_open,
    .still = fill_black,
    .moving = ball_moving,
    .close = ball_close,
};

static void bar_moving(void *state, struct paint *canvas, const struct pattern_moment *now,
                       const struct pattern_moment *before)
{
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    const uint32_t size = width / 16 + 2;
    (void)state;
    if (before)
        paint_fill(canvas, place(width, size, pattern_swing(before->number)), 0, size, height,
                   paint_color(canvas, black));
    paint_fill(canvas, place(width, size, pattern_swing(now->number)), 0, size, height,
               paint_color(canvas, white));
}

const struct pattern pattern_bar = {
    .name = "bar",
    .summary = "a white bar swinging over black, shows tearing as a step",
    .still = fill_black,
    .moving = bar_moving,
};
