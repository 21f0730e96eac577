/* SPDX-License-Identifier: MIT */
/** Labels of a stream's tile: its name, what it waits for, whether it is paused. */
#ifndef VIEWER_TILE_LABEL_H
#define VIEWER_TILE_LABEL_H

#include "stream/stream_view.h"
#include "text.h"

enum tile_label_text {
    TILE_LABEL_NAME,     // upper left, with several streams
    TILE_LABEL_TITLE,    // in the middle, large: waiting, no signal
    TILE_LABEL_HINT,     // below the title: what to do
    TILE_LABEL_BADGE,    // upper right: paused
    TILE_LABEL_COMPARED, // lower right: the reference
    TILE_LABEL_TEXTS,
};

/** All zero is empty. */
struct tile_label {
    struct text_block blocks[TILE_LABEL_TEXTS];
};

/** Draws the labels of `stream` in `area`, with letters `pixels` high, or smaller ones in a small area.
 *  @param named  with its name */
void tile_label_draw(struct tile_label *tile_label, struct text *text, SDL_Renderer *renderer,
                     const struct stream_view *stream, const struct view_area *area, int pixels,
                     bool named);

/** Returns whether `stream` has no labels besides its name. */
bool tile_label_is_empty(const struct stream_view *stream);

/** Height of the name with its background; 0: not drawn. */
int tile_label_name_height(const struct tile_label *tile_label);

/** The renderer still exists. */
void tile_label_free(struct tile_label *tile_label);

#endif
