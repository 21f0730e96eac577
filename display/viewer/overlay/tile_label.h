/* SPDX-License-Identifier: MIT */
/** What a stream's own tile says: its name, what it waits for, that it is paused. */
#ifndef VIEWER_TILE_LABEL_H
#define VIEWER_TILE_LABEL_H

#include "stream/stream_view.h"
#include "text.h"

enum notice_text {
    NOTICE_NAME,     // upper left, of several streams
    NOTICE_TITLE,    // in the middle, large: waiting, no signal
    NOTICE_HINT,     // below it: what to do
    NOTICE_BADGE,    // upper right: paused
    NOTICE_COMPARED, // lower right: with what
    NOTICE_TEXTS,
};

/** All zero to begin with. */
struct notice {
    struct text_block blocks[NOTICE_TEXTS];
};

/** Draws what there is to be said of `stream` in `area`, in letters `pixels` high, or smaller ones
 *  where the area is too small. @param named  with its name */
void notice_draw(struct notice *notice, struct text *text, SDL_Renderer *renderer,
                 const struct stream_view *stream, const struct view_area *area, int pixels,
                 bool named);

/** Height of the name, its ground included; 0 when it is not drawn. */
int notice_name_height(const struct notice *notice);

/** The renderer is still there. */
void notice_free(struct notice *notice);

#endif
