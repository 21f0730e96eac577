/* SPDX-License-Identifier: MIT */
/** The keys' help over the window, in a small one page by page. */
#ifndef VIEWER_HELP_H
#define VIEWER_HELP_H

#include "model/view.h"
#include "text.h"

/** All zero to begin with. */
struct help {
    unsigned page;  // which is shown, from 1; 0: none
    unsigned pages; // as many as there were when it was drawn last
    struct text_block block;
};

/** Shows it; or its next page; after the last one it goes. */
void help_next(struct help *help);

/** Draws the page, in letters `pixels` high or smaller ones. */
void help_draw(struct help *help, struct text *text, SDL_Renderer *renderer,
               const struct view_area *area, int pixels);

/** The renderer is still there. */
void help_free(struct help *help);

#endif
