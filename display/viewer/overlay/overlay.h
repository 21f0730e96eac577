/* SPDX-License-Identifier: MIT */
/** Text over the pictures: labels, statistics, help, messages. */
#ifndef VIEWER_OVERLAY_H
#define VIEWER_OVERLAY_H

#include "detection_boxes.h"
#include "help.h"
#include "statistics_panel.h"
#include "stream/tile_grid.h"
#include "text.h"
#include "tile_label.h"

#include <SDL2/SDL.h>

struct overlay {
    struct text text;
    struct tile_label labels[STREAMS_MAX]; // one per tile
    struct detection_boxes boxes[STREAMS_MAX];
    struct help help;
    bool statistics;
    enum statistics_level level;
    struct statistics_panel panel;
    char message[256];
    struct text_block message_block;
    int64_t message_until; // tri_now_ns(); 0: none
};

/** @return false, see TTF_GetError() */
bool overlay_open(struct overlay *overlay);
void overlay_close(struct overlay *overlay);

/** Shows a message for a few seconds. */
void overlay_show_message(struct overlay *overlay, const char *format, ...) TRI_PRINTF(2, 3);

/** Switches the statistics on or off; selects the next level of detail, after the last the first. */
void overlay_toggle_statistics(struct overlay *overlay);
void overlay_next_level(struct overlay *overlay);

/** When the overlay changes without an event, on tri_now_ns()'s clock; 0: never. */
int64_t overlay_deadline(const struct overlay *overlay);

/** Returns whether there is nothing to draw over the pictures. */
bool overlay_is_empty(const struct overlay *overlay, const struct tile_grid *grid);

/** Draws everything over the tiles in `area`; statistics are of the tile in focus.
 *  @param pixels  height of letters */
void overlay_draw(struct overlay *overlay, SDL_Renderer *renderer, const struct tile_grid *grid,
                  const struct view_area *area, int pixels);

#endif
