/* SPDX-License-Identifier: MIT */
/** The pixel probe: place and values of the pixel under the pointer, and its neighbourhood. */
#ifndef VIEWER_PROBE_H
#define VIEWER_PROBE_H

#include "stream/stream_view.h"
#include "text.h"

/** All zero is off. */
struct probe {
    bool on;
    bool inside; // the pointer is in the window
    int x;       // of the pointer, in screen pixels
    int y;
    struct text_block block;
};

/**
 * Draws a cross at the pixel of `stream`, in `tile`, under the pointer, and a panel beside it, inside
 * `window`: the neighbourhood as it is rotated and mirrored on the screen, and the values. Draws
 * nothing if the probe is off or the pointer is not on the picture.
 *
 * @param pixels  height of letters
 */
void probe_draw(struct probe *probe, struct text *text, SDL_Renderer *renderer,
                const struct stream_view *stream, const struct view_area *tile,
                const struct view_area *window, int pixels);

/** The renderer still exists. */
void probe_free(struct probe *probe);

#endif
