/* SPDX-License-Identifier: MIT */
/** The colour bars of television, as SMPTE EG 1 arranges them. */
#include "pattern_bars.h"

#include "pattern.h"

/* 75 % bars from left to right, by decreasing brightness. */
static const struct paint_rgb bars[PATTERN_BARS] = {
    { 191, 191, 191 }, { 191, 191, 0 }, { 0, 191, 191 }, { 0, 191, 0 },
    { 191, 0, 191 },   { 191, 0, 0 },   { 0, 0, 191 },
};

static const struct paint_rgb black = { 0, 0, 0 };

/** Fills part `index` of `count` of a row of `width` pixels from `x` on. */
static void fill_part(struct paint *canvas, uint32_t x, uint32_t width, uint32_t index,
                      uint32_t count, uint32_t y, uint32_t height, struct paint_rgb rgb)
{
    const uint32_t left = index * width / count;
    const uint32_t right = (index + 1) * width / count;
    paint_fill(canvas, x + left, y, right - left, height, paint_color(canvas, rgb));
}

void pattern_bars_draw(struct paint *canvas, uint32_t y, uint32_t height)
{
    for (uint32_t i = 0; i < PATTERN_BARS; i++)
        fill_part(canvas, 0, canvas->video.width, i, PATTERN_BARS, y, height, bars[i]);
}

/** Draws blue, magenta, cyan and grey below their complements, for adjusting hue and saturation. */
static void draw_reverse_bars(struct paint *canvas, uint32_t y, uint32_t height)
{
    for (uint32_t i = 0; i < PATTERN_BARS; i++)
        fill_part(canvas, 0, canvas->video.width, i, PATTERN_BARS, y, height,
                  i % 2 ? black : bars[PATTERN_BARS - 1 - i]);
}

/** Draws -I, white, +Q, black, and three shades of black for adjusting brightness. */
static void draw_pluge(struct paint *canvas, uint32_t y, uint32_t height)
{
    static const struct paint_rgb wide[4] = {
        { 0, 33, 76 }, { 255, 255, 255 }, { 50, 0, 106 }, { 0, 0, 0 }
    };
    static const struct paint_rgb narrow[3] = { { 0, 0, 0 }, { 9, 9, 9 }, { 19, 19, 19 } };
    const uint32_t width = canvas->video.width;
    const uint32_t x5 = width * 5 / 7;
    const uint32_t x6 = width * 6 / 7;
    for (uint32_t i = 0; i < 4; i++)
        fill_part(canvas, 0, x5, i, 4, y, height, wide[i]);
    for (uint32_t i = 0; i < 3; i++)
        fill_part(canvas, x5, x6 - x5, i, 3, y, height, narrow[i]);
    paint_fill(canvas, x6, y, width - x6, height, paint_color(canvas, black));
}

static void smpte_still(void *state, struct paint *canvas)
{
    const uint32_t height = canvas->video.height;
    const uint32_t top = height * 2 / 3;
    const uint32_t middle = height * 3 / 4;
    (void)state;
    pattern_bars_draw(canvas, 0, top);
    draw_reverse_bars(canvas, top, middle - top);
    draw_pluge(canvas, middle, height - middle);
}

const struct pattern pattern_smpte = {
    .name = "smpte",
    .summary = "the colour bars of television",
    .still = smpte_still,
};
