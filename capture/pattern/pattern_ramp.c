/* SPDX-License-Identifier: MIT */
/** Patterns computed per pixel: a gradient, all colours, fine circles. */
#include "pattern.h"

#include <math.h>
#include <stdlib.h>

static void gradient_still(void *state, struct paint *canvas)
{
    const struct paint_rgb black = { 0, 0, 0 };
    const struct paint_rgb white = { 255, 255, 255 };
    const uint32_t height = canvas->video.height;
    (void)state;
    for (uint32_t y = 0; y < height; y++) {
        const double share = height > 1 ? y / (double)(height - 1) : 0;
        paint_fill(canvas, 0, y, canvas->video.width, 1,
                   paint_color(canvas, paint_mix(black, white, share)));
    }
}

const struct pattern pattern_gradient = {
    .name = "gradient",
    .summary = "black at the top to white at the bottom",
    .still = gradient_still,
};

/** The brightest and most saturated colour of `hue` (0 to 1). */
static struct paint_rgb on_the_wheel(double hue)
{
    double channel[3];
    for (int i = 0; i < 3; i++) {
        const double turned = fmod(hue + i * 2 / 3.0, 1) * 6;
        channel[i] = fmin(fmax(fabs(turned - 3) - 1, 0), 1);
    }
    return (struct paint_rgb){
        .r = (uint8_t)lround(channel[0] * 255),
        .g = (uint8_t)lround(channel[2] * 255),
        .b = (uint8_t)lround(channel[1] * 255),
    };
}

static void colors_still(void *state, struct paint *canvas)
{
    const struct paint_rgb black = { 0, 0, 0 };
    const struct paint_rgb white = { 255, 255, 255 };
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    struct paint_color *line = calloc(width, sizeof(*line));
    (void)state;
    if (!line)
        return;
    for (uint32_t y = 0; y < height; y++) {
        const double down = (y + 0.5) / height * 2; // from white over pure colours to black
        for (uint32_t x = 0; x < width; x++) {
            const struct paint_rgb pure = on_the_wheel(x / (double)width);
            line[x] = paint_color(canvas, down < 1 ? paint_mix(white, pure, down)
                                                   : paint_mix(pure, black, down - 1));
        }
        paint_line(canvas, 0, y, width, line);
    }
    free(line);
}

const struct pattern pattern_colors = {
    .name = "colors",
    .summary = "every hue from white to black",
    .still = colors_still,
};

#define WAVE 1024 // steps of one period

static void zone_plate_still(void *state, struct paint *canvas)
{
    const int64_t width = canvas->video.width;
    const int64_t height = canvas->video.height;
    const int64_t side = width > height ? width : height;
    struct paint_color wave[WAVE];
    struct paint_color *line = calloc((size_t)width, sizeof(*line));
    (void)state;
    if (!line)
        return;
    for (int i = 0; i < WAVE; i++) {
        const uint8_t level = (uint8_t)lround(127.5 + 127.5 * cos(2 * M_PI * i / WAVE));
        wave[i] = paint_color(canvas, (struct paint_rgb){ level, level, level });
    }
    // The phase grows with the square of the distance from the centre, so that one period is two
    // pixels, the finest possible, at the end of the longer side.
    for (int64_t y = 0; y < height; y++) {
        const int64_t dy = 2 * y + 1 - height;
        for (int64_t x = 0; x < width; x++) {
            const int64_t dx = 2 * x + 1 - width;
            line[x] = wave[(dx * dx + dy * dy) * (WAVE / 8) / side % WAVE];
        }
        paint_line(canvas, 0, (uint32_t)y, (uint32_t)width, line);
    }
    free(line);
}

const struct pattern pattern_zone_plate = {
    .name = "zone-plate",
    .summary = "circles, finer towards the edge, show scaling",
    .still = zone_plate_still,
};
