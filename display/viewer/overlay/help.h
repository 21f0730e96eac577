/* SPDX-License-Identifier: MIT */
/** The help of the keys over the window; in a small window page by page. */
#ifndef VIEWER_HELP_H
#define VIEWER_HELP_H

#include "model/key_help.h"
#include "model/view.h"
#include "text.h"

/** All zero has no rows. */
struct help {
    struct key_help rows[KEY_HELP_MAX];
    size_t row_count;
    unsigned page;  // shown, from 1; 0: none
    unsigned pages; // when it was last drawn
    struct text_block block;
};

/** Shows the first page, or the next one; hides the last one. */
void help_next(struct help *help);

/** Draws the page with letters `pixels` high, or smaller ones. */
void help_draw(struct help *help, struct text *text, SDL_Renderer *renderer,
               const struct view_area *area, int pixels);

/** The renderer still exists. */
void help_free(struct help *help);

#endif
