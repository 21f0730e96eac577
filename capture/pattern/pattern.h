/* SPDX-License-Identifier: MIT */
/** Synthetic frames: a still part, drawn into each slot once, and a moving part for every frame. */
#ifndef CAPTURE_PATTERN_H
#define CAPTURE_PATTERN_H

#include "paint.h"

/** Identifies the frame to draw. */
struct pattern_moment {
    uint64_t number;  // counted by the source, from 0
    int64_t time_ns;  // CLOCK_MONOTONIC
    int64_t clock_ns; // CLOCK_REALTIME at the same instant, for people
};

/** Adding a pattern: its file pattern_NAME.c and its row in the list in meson.build. */
struct pattern {
    const char *name;
    const char *arg;     // placeholder for what follows the name's "="; NULL: no argument
    const char *summary; // for --help

    /** Whether `text` is a valid argument; NULL where `arg` is. */
    bool (*accepts)(const char *text);

    /**
     * Prepares what is drawn once and copied later. NULL if there is nothing to prepare.
     *
     * @param canvas  has the size and format to draw in, without pixels yet
     * @param video   the stream's frames: of another format if that is compressed
     * @param arg     what follows the name's "=", or NULL
     * @param state   set to the pattern's own state
     * @return false if out of memory
     */
    bool (*open)(void **state, const struct paint *canvas, const struct tri_video *video,
                 const char *arg);

    /** Draws everything that does not move; NULL: moving() draws all. */
    void (*still)(void *state, struct paint *canvas);

    /** Draws what moves; NULL: nothing does. `before` is the frame that the same pixels show now,
     *  NULL if they show the still part only. */
    void (*moving)(void *state, struct paint *canvas, const struct pattern_moment *now,
                   const struct pattern_moment *before);

    void (*close)(void *state); // NULL where open is
};

/** Finds the pattern that `text` names and sets *arg to what follows its "=", or NULL.
 *  @return NULL if there is none */
const struct pattern *pattern_find(const char *text, const char **arg);

/** The patterns in order, from 0; NULL past the last. */
const struct pattern *pattern_at(size_t index);

/** Position, from 0 to 1, of something that swings between two ends, 120 frames each way. */
double pattern_swing(uint64_t number);

#endif
