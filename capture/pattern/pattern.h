/* SPDX-License-Identifier: MIT */
/** Synthetic pictures: a still part, drawn into each slot once, and a moving part for every frame. */
#ifndef CAPTURE_PATTERN_H
#define CAPTURE_PATTERN_H

#include "paint.h"

/** The frame to be drawn. */
struct pattern_moment {
    uint64_t number;  // the source's own count, from 0
    int64_t time_ns;  // CLOCK_MONOTONIC
    int64_t clock_ns; // CLOCK_REALTIME at the same instant, for people
};

/** Adding a pattern: its file pattern_<what>.c and one row in pattern.c. */
struct pattern {
    const char *name;
    const char *summary; // for --help

    /**
     * Makes what is drawn once and copied later. NULL where nothing has to be made.
     *
     * @param canvas  of the size and format to be drawn in, without pixels yet
     * @param video   what the stream's frames are: of another format where they are compressed
     * @param arg     what follows the name's "=", or NULL
     * @return its own state in *state; false when out of memory
     */
    bool (*open)(void **state, const struct paint *canvas, const struct tri_video *video,
                 const char *arg);

    /** Draws all of the picture that does not move; NULL: moving() draws everything. */
    void (*still)(void *state, struct paint *canvas);

    /** Draws what moves; NULL: nothing does. `before` is what the same pixels show now, NULL if it
     *  is no more than the still part. */
    void (*moving)(void *state, struct paint *canvas, const struct pattern_moment *now,
                   const struct pattern_moment *before);

    void (*close)(void *state); // NULL where open is
};

/** The pattern of that name; NULL if there is none. *arg: what follows "=", or NULL. */
const struct pattern *pattern_named(const char *text, const char **arg);

/** The patterns in order, from 0; NULL past the last. */
const struct pattern *pattern_at(size_t index);

/** Where something that swings between both ends is, one pass in 120 frames: 0 to 1. */
double pattern_swing(uint64_t number);

extern const struct pattern pattern_clock, pattern_smpte, pattern_gradient, pattern_checkers_1,
    pattern_checkers_8, pattern_ball, pattern_bar, pattern_zone_plate, pattern_snow, pattern_colors,
    pattern_black, pattern_white, pattern_red, pattern_green, pattern_blue, pattern_solid,
    pattern_no_signal;

#endif
