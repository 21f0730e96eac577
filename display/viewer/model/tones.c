/* SPDX-License-Identifier: MIT */
#include "tones.h"

#include <math.h>

#define NEARLY 1e-6 // rounding error of the sum of three colours

static unsigned bin_of(double code)
{
    return (unsigned)lround(fmax(0, fmin(TONES_BINS - 1, code)));
}

static void count_luma(struct tones *tones, const struct pixels *pixels, const struct pixel *pixel)
{
    const double luma = pixels_luma(pixels, pixel);
    const double span = tones->white_code - tones->black_code;
    tones->bins[0][bin_of(tones->black_code + span * luma)]++;
    tones->black += luma <= NEARLY;
    tones->white += luma >= 1 - NEARLY;
}

static void count_color(struct tones *tones, const struct pixels *pixels, const struct pixel *pixel)
{
    double rgb[3];
    bool black = false;
    bool white = false;
    pixels_color(pixels, pixel, rgb);
    for (unsigned c = 0; c < TONES_CHANNELS; c++) {
        const unsigned bin = bin_of(rgb[c] * (TONES_BINS - 1));
        tones->bins[c][bin]++;
        black |= bin == 0;
        white |= bin == TONES_BINS - 1;
    }
    tones->black += black;
    tones->white += white;
}

void tones_count(struct tones *tones, const struct pixels *pixels, enum tones_kind kind)
{
    const bool codes = kind == TONES_LUMA && !pixels->full;
    const uint32_t across = pixels->width / TONES_GRID_WIDTH + 1;
    const uint32_t down = pixels->height / TONES_GRID_HEIGHT + 1;
    *tones = (struct tones){ .kind = kind,
                             .black_code = codes ? 16 : 0,
                             .white_code = codes ? 235 : TONES_BINS - 1 };
    if (kind == TONES_NONE)
        return;
    for (uint32_t y = down / 2; y < pixels->height; y += down) {
        // Each row starts at another column; otherwise a fine pattern would alias.
        for (uint32_t x = y / down % across; x < pixels->width; x += across) {
            const struct pixel pixel = pixels_at(pixels, x, y);
            if (kind == TONES_LUMA)
                count_luma(tones, pixels, &pixel);
            else
                count_color(tones, pixels, &pixel);
            tones->counted++;
        }
    }
}

uint32_t tones_peak(const struct tones *tones)
{
    uint32_t peak = 1;
    for (unsigned c = 0; c < TONES_CHANNELS; c++) {
        for (unsigned i = tones->black_code + 1; i < tones->white_code; i++)
            peak = tones->bins[c][i] > peak ? tones->bins[c][i] : peak;
    }
    return peak;
}
