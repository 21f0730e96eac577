/* SPDX-License-Identifier: MIT */
/** What a stream's own tile says: its name, what it waits for, that it is paused. */
#ifndef VIEWER_TILE_LABEL_H
#define VIEWER_TILE_LABEL_H

#include "stream/stream_view.h"
#include "text.h"

enum tile_label_text {
    TILE_LABEL_NAME,     // upper left, of several streams
    TILE_LABEL_TITLE,    // in the middle, large: waiting, no signal
    TILE_LABEL_HINT,     // below it: what to do
    TILE_LABEL_BADGE,    // upper right: paused
    TILE_LABEL_COMPARED, // lower right: with what
    TILE_LABEL_TEXTS,
};

/** All zero to begin with. */
struct tile_label {
    struct text_block blocks[TILE_LABEL_TEXTS];
};

/** Draws what there is to be said of `stream` in `area`, in letters `pixels` high, or smaller ones
 *  where the area is too small. @param named  with its name */
void tile_label_draw(struct tile_label *tile_label, struct text *text, SDL_Renderer *renderer,
                     const struct stream_view *stream, const struct view_area *area, int pixels,
                     bool named);

/** Returns whether there is nothing to write about `stream` besides its name. */
bool tile_label_is_empty(const struct stream_view *stream);

/** Height of the name, its ground included; 0 when it is not drawn. */
int tile_label_name_height(const struct tile_label *tile_label);

/** The renderer is still there. */
void tile_label_free(struct tile_label *tile_label);

#endif
