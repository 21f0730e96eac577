/* SPDX-License-Identifier: MIT */
/** Noise, new in every frame. */
#include "pattern.h"

#include <stdlib.h>

/* Each pair of lines is a random section of a strip with noise that is slightly wider than the frame
 * and fits into the first-level cache; no two frames are equal. */
#define SPARE_WIDTH 512
#define PART_LINES  4

/** xorshift64*: fast, and random enough for the eye. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

static void snow_close(void *state)
{
    struct paint *part = state;
    if (part)
        free(part->data[0]);
    free(part);
}

static bool snow_open(void **state, const struct paint *canvas, const struct tri_video *video,
                      const char *arg)
{
    const uint32_t width = canvas->video.width + SPARE_WIDTH < TRI_DIMENSION_MAX
                               ? canvas->video.width + SPARE_WIDTH
                               : TRI_DIMENSION_MAX;
    struct paint *part = calloc(1, sizeof(*part));
    struct paint_color *line = calloc(width, sizeof(*line));
    uint64_t seed = 1;
    (void)video, (void)arg;
    *state = part;
    if (!part || !line || !paint_open_part(part, canvas, width, PART_LINES)) {
        free(line);
        return false;
    }
    for (uint32_t y = 0; y < PART_LINES; y++) {
        for (uint32_t x = 0; x < width; x++) {
            const uint8_t level = (uint8_t)(next_random(&seed) >> 56);
            line[x] = paint_color(part, (struct paint_rgb){ level, level, level });
        }
        paint_line(part, 0, y, width, line);
    }
    free(line);
    return true;
}

static void snow_still(void *state, struct paint *canvas)
{
    (void)state;
    paint_fill(canvas, 0, 0, canvas->video.width, canvas->video.height,
               paint_color(canvas, (struct paint_rgb){ 128, 128, 128 }));
}

static void snow_moving(void *state, struct paint *canvas, const struct pattern_moment *now,
                        const struct pattern_moment *before)
{
    const struct paint *part = state;
    const uint32_t spare = part->video.width - ((canvas->video.width + 1) & ~1u);
    uint64_t seed = (now->number + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    (void)before;
    for (uint32_t y = 0; y < canvas->video.height; y += 2) {
        const uint64_t random = next_random(&seed) >> 16;
        const uint32_t x = (uint32_t)((random >> 8) % (spare + 1)) & ~1u;
        const uint32_t line = (uint32_t)(random % PART_LINES) & ~1u;
        paint_copy_grey(canvas, 0, y, part, x, line, canvas->video.width, 2);
    }
}

const struct pattern pattern_snow = {
    .name = "snow",
    .summary = "noise, new in every frame",
    .open = snow_open,
    .still = snow_still,
    .moving = snow_moving,
    .close = snow_close,
};
