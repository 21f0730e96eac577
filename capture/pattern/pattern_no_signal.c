/* SPDX-License-Identifier: MIT */
/** Frames of a stream without a signal. */
#include "lettering.h"
#include "pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct paint_rgb ground = { 18, 22, 44 };
static const struct paint_rgb pale = { 232, 234, 240 };
static const struct paint_rgb dim = { 120, 130, 165 };
static const struct paint_rgb bright = { 90, 110, 190 };

#define WORDS_COUNT 9 // letters of the longer one of both texts
#define TIME_COUNT  8 // "12:34:56"
#define WHY_LINES   3
#define WHY_COUNT   56 // letters of a line

struct sign {
    const char *text; // "NO SIGNAL" or "STANDBY"
    struct lettering words;
    struct lettering time;
    struct lettering why;
    uint32_t words_x;
    uint32_t words_y;
    uint32_t time_x;
    uint32_t time_y;
    uint32_t why_y;
    char line[WHY_LINES][WHY_COUNT + 1]; // the reason, as far as it fits
    uint32_t sweep;                      // a moving light: the stream is alive
    uint32_t sweep_y;
    uint32_t sweep_lines;
};

static uint32_t centred(uint32_t room, uint32_t size)
{
    return room > size ? (room - size) / 2 & ~1u : 0;
}

/** Breaks a text into lines at its blanks. */
static void break_lines(struct sign *sign, const char *text)
{
    for (int i = 0; i < WHY_LINES && *text; i++) {
        size_t length = strlen(text);
        if (length > WHY_COUNT) {
            length = WHY_COUNT;
            while (length > 0 && text[length] != ' ')
                length--;
            length = length ? length : WHY_COUNT;
        }
        memcpy(sign->line[i], text, length);
        text += length;
        text += strspn(text, " ");
    }
}

static bool open_sign(void **state, const struct paint *canvas, const char *text, const char *why)
{
    const uint32_t width = canvas->video.width;
    const uint32_t height = canvas->video.height;
    struct sign *sign = calloc(1, sizeof(*sign));
    *state = sign;
    if (!sign)
        return false;
    lettering_open(&sign->words, lettering_height(WORDS_COUNT + 1, width, height / 4), pale,
                   ground);
    lettering_open(&sign->time, sign->words.height / 2, dim, ground);
    sign->text = text;
    sign->words_x = centred(width, (uint32_t)strlen(text) * sign->words.width);
    sign->words_y = centred(height, sign->words.height * 2);
    sign->time_x = centred(width, TIME_COUNT * sign->time.width);
    sign->time_y = (sign->words_y + sign->words.height * 3 / 2) & ~1u;
    lettering_open(&sign->why, lettering_height(WHY_COUNT + 2, width, sign->time.height), dim,
                   ground);
    sign->why_y = (sign->time_y + sign->time.height * 3 / 2) & ~1u;
    break_lines(sign, why ? why : "");
    sign->sweep = (width / 8 + 2) & ~1u;
    sign->sweep_lines = (height / 60 + 2) & ~1u;
    sign->sweep_y = height > 2 * sign->sweep_lines ? (height - 2 * sign->sweep_lines) & ~1u : 0;
    return true;
}

/** @param arg  the reason; NULL: unknown */
static bool no_signal_open(void **state, const struct paint *canvas, const struct tri_video *video,
                           const char *arg)
{
    (void)video;
    return open_sign(state, canvas, "NO SIGNAL", arg);
}

/** @param arg  as in no_signal_open() */
static bool standby_open(void **state, const struct paint *canvas, const struct tri_video *video,
                         const char *arg)
{
    (void)video;
    return open_sign(state, canvas, "STANDBY", arg);
}

static void sign_close(void *state)
{
    struct sign *sign = state;
    if (!sign)
        return;
    lettering_close(&sign->words);
    lettering_close(&sign->time);
    lettering_close(&sign->why);
    free(sign);
}

static void sign_still(void *state, struct paint *canvas)
{
    struct sign *sign = state;
    paint_fill(canvas, 0, 0, canvas->video.width, canvas->video.height,
               paint_color(canvas, ground));
    lettering_write(&sign->words, canvas, sign->words_x, sign->words_y, sign->text, NULL);
    for (uint32_t i = 0; i < WHY_LINES; i++) {
        const uint32_t length = (uint32_t)strlen(sign->line[i]);
        lettering_write(&sign->why, canvas, centred(canvas->video.width, length * sign->why.width),
                        sign->why_y + i * (sign->why.height * 5 / 4 & ~1u), sign->line[i], NULL);
    }
}

static void format_time(const struct pattern_moment *moment, char text[TIME_COUNT + 1])
{
    const time_t seconds = (time_t)(moment->clock_ns / 1000000000);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(text, TIME_COUNT + 1, "%H:%M:%S", &local);
}

static void draw_sweep(const struct sign *sign, struct paint *canvas, uint64_t number,
                       struct paint_rgb rgb)
{
    const uint32_t width = canvas->video.width;
    const uint32_t way = width > sign->sweep ? width - sign->sweep : 0;
    paint_fill(canvas, (uint32_t)(way * pattern_swing(number)) & ~1u, sign->sweep_y, sign->sweep,
               sign->sweep_lines, paint_color(canvas, rgb));
}

static void sign_moving(void *state, struct paint *canvas, const struct pattern_moment *now,
                        const struct pattern_moment *before)
{
    struct sign *sign = state;
    char text[TIME_COUNT + 1];
    char text_before[TIME_COUNT + 1];
    if (before) {
        format_time(before, text_before);
        draw_sweep(sign, canvas, before->number, ground);
    }
    format_time(now, text);
    lettering_write(&sign->time, canvas, sign->time_x, sign->time_y, text,
                    before ? text_before : NULL);
    draw_sweep(sign, canvas, now->number, bright);
}

const struct pattern pattern_no_signal = {
    .name = "no-signal",
    .summary = "what a stream shows during an outage of its source",
    .open = no_signal_open,
    .still = sign_still,
    .moving = sign_moving,
    .close = sign_close,
};

const struct pattern pattern_standby = {
    .name = "standby",
    .summary = "what a stream shows while its source is closed: --on-demand",
    .open = standby_open,
    .still = sign_still,
    .moving = sign_moving,
    .close = sign_close,
};
