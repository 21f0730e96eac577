/* SPDX-License-Identifier: MIT */
/** What is written over the pictures: state, figures, help, messages. */
#ifndef VIEWER_OVERLAY_H
#define VIEWER_OVERLAY_H

#include "notice.h"
#include "text.h"
#include "wall.h"

#include <SDL2/SDL.h>

enum overlay_level { OVERLAY_RATES, OVERLAY_DROPS, OVERLAY_ALL, OVERLAY_LEVELS };

enum overlay_text {
    OVERLAY_STATISTICS,
    OVERLAY_HELP,
    OVERLAY_MESSAGE,
    OVERLAY_TEXTS,
};

struct overlay {
    struct text text;
    struct notice notices[STREAMS_MAX]; // a tile each
    struct text_block blocks[OVERLAY_TEXTS];
    bool help;
    bool statistics;
    enum overlay_level level;
    int64_t figures_ns;  // when the figures were last written out; 0: they are to be anew
    char figures[1024];  // as they stand on the screen: a number that changes 60 times a second
                         // cannot be read
    unsigned figures_of; // index of the tile whose they are
    char message[256];
    int64_t message_until; // tri_now_ns(); 0: none
};

/** @return false, with a message in TTF_GetError(). */
bool overlay_open(struct overlay *overlay);
void overlay_close(struct overlay *overlay);

/** Shows a message for a few seconds. */
void overlay_say(struct overlay *overlay, const char *format, ...) TRI_PRINTF(2, 3);

/** The figures on or off; one level of detail more, from the last one back to the first. */
void overlay_toggle(struct overlay *overlay);
void overlay_next_level(struct overlay *overlay);

/** When something is to change by itself, on tri_now_ns()'s clock; 0: never. */
int64_t overlay_deadline(const struct overlay *overlay);

/** Draws all that is to be seen over the tiles in `area`; figures are of the tile in focus. */
void overlay_draw(struct overlay *overlay, SDL_Renderer *renderer, const struct wall *wall,
                  const struct view_area *area);

#endif
