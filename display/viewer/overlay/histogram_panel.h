/* SPDX-License-Identifier: MIT */
/** The histogram on the screen. */
#ifndef VIEWER_HISTOGRAM_PANEL_H
#define VIEWER_HISTOGRAM_PANEL_H

#include "model/tones.h"
#include "model/view.h"
#include "text.h"

/** All zero is empty. */
struct histogram {
    struct text_block shares;
};

/** Draws `tones` in the lower right corner of `area`, with the percentages that are clipped; nothing
 *  without tones. @param pixels  height of letters */
void histogram_panel_draw(struct histogram *histogram, struct text *text, SDL_Renderer *renderer,
                          const struct tones *tones, const struct view_area *area, int pixels);

/** The renderer still exists. */
void histogram_panel_free(struct histogram *histogram);

#endif
