/* SPDX-License-Identifier: MIT */
/** One colour, and checkers. */
#include "pattern.h"

#include <stdlib.h>
#include <string.h>

static void fill_all(struct paint *canvas, struct paint_rgb rgb)
{
    paint_fill(canvas, 0, 0, canvas->video.width, canvas->video.height, paint_color(canvas, rgb));
}

#define PLAIN(id, text, line, red, green, blue)                   \
    static void id##_still(void *state, struct paint *canvas)     \
    {                                                             \
        (void)state;                                              \
        fill_all(canvas, (struct paint_rgb){ red, green, blue }); \
    }                                                             \
    const struct pattern pattern_##id = { .name = text, .summary = line, .still = id##_still }

PLAIN(black, "black", "all black", 0, 0, 0);
PLAIN(white, "white", "all white", 255, 255, 255);
PLAIN(red, "red", "all red", 255, 0, 0);
PLAIN(green, "green", "all green", 0, 255, 0);
PLAIN(blue, "blue", "all blue", 0, 0, 255);

static bool solid_accepts(const char *text)
{
    return strlen(text) == 6 && strspn(text, "0123456789abcdefABCDEF") == 6;
}

static bool solid_open(void **state, const struct paint *canvas, const struct tri_video *video,
                       const char *arg)
{
    struct paint_rgb *rgb = calloc(1, sizeof(*rgb));
    (void)canvas, (void)video;
    if (rgb && arg) {
        const unsigned long value = strtoul(arg, NULL, 16);
        *rgb = (struct paint_rgb){ (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };
    }
    *state = rgb;
    return rgb;
}

static void solid_still(void *state, struct paint *canvas)
{
    const struct paint_rgb *rgb = state;
    fill_all(canvas, *rgb);
}

const struct pattern pattern_solid = {
    .name = "solid",
    .arg = "RRGGBB",
    .summary = "one colour: solid=RRGGBB",
    .accepts = solid_accepts,
    .open = solid_open,
    .still = solid_still,
    .close = free,
};

/** Draws black and white squares of `side` pixels; the upper left one is black. */
static void draw_checkers(struct paint *canvas, uint32_t side)
{
    const struct paint_color color[2] = {
        paint_color(canvas, (struct paint_rgb){ 0, 0, 0 }),
        paint_color(canvas, (struct paint_rgb){ 255, 255, 255 }),
    };
    struct paint_color *line = calloc(canvas->video.width, sizeof(*line));
    if (!line)
        return;
    for (uint32_t y = 0; y < 2 * side && y < canvas->video.height; y++) {
        for (uint32_t x = 0; x < canvas->video.width; x++)
            line[x] = color[(x / side + y / side) % 2];
        paint_line(canvas, 0, y, canvas->video.width, line);
    }
    paint_repeat(canvas, 0, 2 * side, canvas->video.height);
    free(line);
}

static void checkers_1_still(void *state, struct paint *canvas)
{
    (void)state;
    draw_checkers(canvas, 1);
}

static void checkers_8_still(void *state, struct paint *canvas)
{
    (void)state;
    draw_checkers(canvas, 8);
}

const struct pattern pattern_checkers_1 = {
    .name = "checkers-1",
    .summary = "black and white squares of 1 pixel",
    .still = checkers_1_still,
};

const struct pattern pattern_checkers_8 = {
    .name = "checkers-8",
    .summary = "black and white squares of 8 pixels",
    .still = checkers_8_still,
};
