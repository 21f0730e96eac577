/* SPDX-License-Identifier: MIT */
/** The default pattern: colour bars, a running clock, and the blocks of frame_clock.h. */
#include "lettering.h"
#include "pattern.h"
#include "pattern_ball.h"
#include "pattern_bars.h"

#include "picture/frame_clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct paint_rgb black = { 0, 0, 0 };
static const struct paint_rgb white = { 255, 255, 255 };
static const struct paint_rgb ground = { 22, 24, 29 };
static const struct paint_rgb groove = { 44, 48, 58 };
static const struct paint_rgb pale = { 236, 238, 242 };
static const struct paint_rgb amber = { 255, 184, 56 };
static const struct paint_rgb dim = { 128, 136, 152 };

#define TIME_TEXT   12 // "12:34:56.789"
#define NUMBER_TEXT 14 // "FRAME 00001234"
#define INFO_LINES  3

/** Positions, from top to bottom; all even. */
struct face {
    uint32_t strip; // lines of the code; 0: the frame is too small for it
    uint32_t ramp;  // first lines of the grey ramp and of the dark panel; its end
    uint32_t panel;
    uint32_t end;
    uint32_t left; // positions of the texts
    uint32_t time;
    uint32_t frame;
    uint32_t info; // the right column: position and line height
    uint32_t info_top;
    uint32_t info_line;
    uint32_t track;
    uint32_t track_lines;
    struct lettering time_text;
    struct lettering number_text;
    struct lettering info_text;
    struct paint ball;
    char info_words[INFO_LINES][16];
};

static uint32_t even(double value)
{
    return (uint32_t)value & ~1u;
}

static void format_info(struct face *face, const struct tri_video *video)
{
    char fourcc[5];
    snprintf(face->info_words[0], sizeof(face->info_words[0]), "%u*%u", video->width,
             video->height);
    snprintf(face->info_words[1], sizeof(face->info_words[1]), "%s",
             tri_fourcc_name(video->fourcc, fourcc));
    if (video->fps_num && video->fps_den)
        snprintf(face->info_words[2], sizeof(face->info_words[2]), "%.4g FPS",
                 video->fps_num / (double)video->fps_den);
    else
        snprintf(face->info_words[2], sizeof(face->info_words[2]), "UNPACED");
}

static void arrange(struct face *face, uint32_t width, uint32_t height)
{
    if (width >= CLOCK_WIDTH_MIN && height >= CLOCK_HEIGHT_MIN)
        face->strip = clock_strip_lines(height);
    const double inner = height - 2.0 * face->strip;
    const double panel = inner * 0.43;
    const double margin = width * 0.04;

    face->end = height - face->strip;
    face->panel = even(face->strip + inner - panel);
    face->ramp = even(face->panel - inner * 0.06);
    face->track_lines = even(panel * 0.16);
    face->track = even(face->end - panel * 0.07 - face->track_lines);

    const uint32_t text_width = even(width * 0.68);
    const double room = face->track - face->panel;
    const uint32_t tall = lettering_height(TIME_TEXT, text_width, even(room * 0.50));
    const uint32_t flat = lettering_height(NUMBER_TEXT, text_width, even(room * 0.34));
    const uint32_t small =
        lettering_height(11, even(width - text_width - 2.5 * margin), even(room * 0.26));

    face->left = even(margin);
    face->time = even(face->panel + (room - tall - flat) * 0.45);
    face->frame = even(face->time + tall + room * 0.05);
    lettering_open(&face->time_text, tall, pale, ground);
    lettering_open(&face->number_text, flat, amber, ground);
    lettering_open(&face->info_text, small, dim, ground);
    face->info = even(width - margin - 10 * face->info_text.width);
    face->info_line = even(fmin(room * 0.28, small * 1.6));
    face->info_top = even(face->panel + (room - INFO_LINES * face->info_line) / 2);
}

static void clock_close(void *state)
{
    struct face *face = state;
    if (!face)
        return;
    lettering_close(&face->time_text);
    lettering_close(&face->number_text);
    lettering_close(&face->info_text);
    free(face->ball.data[0]);
    free(face);
}

static bool clock_open(void **state, const struct paint *canvas, const struct tri_video *video,
                       const char *arg)
{
    struct face *face = calloc(1, sizeof(*face));
    (void)arg;
    *state = face;
    if (!face)
        return false;
    arrange(face, canvas->video.width, canvas->video.height);
    format_info(face, video);
    lettering_prepare(&face->time_text, canvas, "0123456789:.");
    lettering_prepare(&face->number_text, canvas, "FRAME 0123456789");
    return pattern_ball_open(&face->ball, canvas, face->track_lines + 2, amber, groove);
}

static void clock_still(void *state, struct paint *canvas)
{
    struct face *face = state;
    const uint32_t width = canvas->video.width;
    pattern_bars_draw(canvas, face->strip, face->ramp - face->strip);
    for (uint32_t i = 0; i < 16; i++) {
        const uint32_t x = i * width / 16;
        paint_fill(canvas, x, face->ramp, (i + 1) * width / 16 - x, face->panel - face->ramp,
                   paint_color(canvas, paint_mix(black, white, i / 15.0)));
    }
    paint_fill(canvas, 0, face->panel, width, face->end - face->panel, paint_color(canvas, ground));
    paint_fill(canvas, 0, face->track, width, face->ball.video.height, paint_color(canvas, groove));
    for (uint32_t i = 0; i < INFO_LINES; i++)
        lettering_write(&face->info_text, canvas, face->info, face->info_top + i * face->info_line,
                        face->info_words[i], NULL);
}

static void encode(const struct pattern_moment *moment, clock_cells cells)
{
    const struct clock_code code = { .number = (uint32_t)moment->number,
                                     .time_us = (uint64_t)moment->time_ns / 1000 };
    clock_encode(&code, cells);
}

/** Draws the cells of both strips that differ from what the canvas shows. */
static void draw_strips(const struct face *face, struct paint *canvas,
                        const struct pattern_moment *now, const struct pattern_moment *before)
{
    const struct paint_color color[2] = { paint_color(canvas, black), paint_color(canvas, white) };
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    clock_cells cells;
    clock_cells cells_before;
    if (!face->strip)
        return;
    encode(now, cells);
    encode(before ? before : now, cells_before);
    for (uint32_t i = 0; i < 2 * CLOCK_ROWS * CLOCK_COLUMNS; i++) {
        const enum clock_strip strip = i % 2 ? CLOCK_BOTTOM : CLOCK_TOP;
        const uint32_t row = i / 2 / CLOCK_COLUMNS;
        const uint32_t column = i / 2 % CLOCK_COLUMNS;
        if (before && cells[row][column] == cells_before[row][column])
            continue;
        const struct clock_cell at = clock_cell_at(width, height, strip, row, column);
        paint_fill(canvas, at.x, at.y, at.end_x - at.x, at.end_y - at.y, color[cells[row][column]]);
    }
}

static void format_time(const struct pattern_moment *moment, char text[TIME_TEXT + 1])
{
    const time_t seconds = (time_t)(moment->clock_ns / 1000000000);
    struct tm local;
    localtime_r(&seconds, &local);
    snprintf(text, TIME_TEXT + 1, "%02u:%02u:%02u.%03u", (unsigned)local.tm_hour % 24,
             (unsigned)local.tm_min % 60, (unsigned)local.tm_sec % 61,
             (unsigned)(moment->clock_ns / 1000000 % 1000));
}

static void format_number(const struct pattern_moment *moment, char text[NUMBER_TEXT + 1])
{
    snprintf(text, NUMBER_TEXT + 1, "FRAME %08u", (unsigned)(moment->number % 100000000));
}

static uint32_t ball_place(const struct face *face, const struct paint *canvas, uint64_t number)
{
    const uint32_t width = canvas->video.width;
    const uint32_t size = face->ball.video.width;
    return width > size ? even((width - size) * pattern_swing(number)) : 0;
}

static void clock_moving(void *state, struct paint *canvas, const struct pattern_moment *now,
                         const struct pattern_moment *before)
{
    struct face *face = state;
    const uint32_t size = face->ball.video.width;
    char text[TIME_TEXT + 1];
    char number[NUMBER_TEXT + 1];
    char text_before[TIME_TEXT + 1];
    char number_before[NUMBER_TEXT + 1];
    draw_strips(face, canvas, now, before);
    if (before) {
        format_time(before, text_before);
        format_number(before, number_before);
        paint_fill(canvas, ball_place(face, canvas, before->number), face->track, size, size,
                   paint_color(canvas, groove));
    }
    format_time(now, text);
    format_number(now, number);
    lettering_write(&face->time_text, canvas, face->left, face->time, text,
                    before ? text_before : NULL);
    lettering_write(&face->number_text, canvas, face->left, face->frame, number,
                    before ? number_before : NULL);
    paint_copy(canvas, ball_place(face, canvas, now->number), face->track, &face->ball, 0, 0, size,
               size);
}

const struct pattern pattern_clock = {
    .name = "clock",
    .summary = "bars, frame number and time, for people and machines",
    .open = clock_open,
    .still = clock_still,
    .moving = clock_moving,
    .close = clock_close,
};
