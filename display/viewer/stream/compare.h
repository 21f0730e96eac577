/* SPDX-License-Identifier: MIT */
/** Comparison of later frames with a kept one: the reference. */
#ifndef VIEWER_COMPARE_H
#define VIEWER_COMPARE_H

#include "model/view.h"
#include "texture.h"

enum compare_mode {
    COMPARE_SPLIT,      // the reference left of a divider
    COMPARE_BLINK,      // both in turn
    COMPARE_DIFFERENCE, // difference, amplified by COMPARE_GAIN
    COMPARE_MODES,
};

#define COMPARE_GAIN 4

/** All zero is off. */
struct compare {
    SDL_Texture *reference; // a render target: the frame as it was shown
    struct view_picture picture;
    uint64_t number; // of its frame
    enum compare_mode mode;
    double divider;       // fraction of the tile's width
    bool shows_reference; // COMPARE_BLINK: now
    int64_t blink_ns;
};

/** Copies what `texture` shows as reference and starts with COMPARE_SPLIT. @return false, see
 *  SDL_GetError() */
bool compare_start(struct compare *compare, SDL_Renderer *renderer, const struct texture *texture,
                   const struct view_picture *picture, uint64_t number);

/** Frees the reference. The renderer still exists. */
void compare_stop(struct compare *compare);

bool compare_is_on(const struct compare *compare);

/** Selects the next mode that this renderer supports. */
void compare_next_mode(struct compare *compare);

/** Draws over the live frame, which has been drawn with `view` in `area`. */
void compare_draw(const struct compare *compare, SDL_Renderer *renderer, const struct texture *live,
                  const struct view_picture *picture, const struct view *view,
                  const struct view_area *area);

/** Pixels from the area's left edge to the divider. */
int compare_divider(const struct compare *compare, const struct view_area *area);

/** Returns whether a point is at most `reach` pixels from the divider. */
bool compare_has_divider(const struct compare *compare, const struct view_area *area, double x,
                         double reach);

void compare_move_divider(struct compare *compare, const struct view_area *area, double x);

/** When the next frame of COMPARE_BLINK is due, on tri_now_ns()'s clock; 0: never. */
int64_t compare_deadline(const struct compare *compare);

/** Switches to it when it is due. @return whether it was */
bool compare_blink(struct compare *compare, int64_t now_ns);

/** Writes "reference: frame 12" or "difference from frame 12, x4". */
void compare_label(const struct compare *compare, char *text, size_t bytes);

#endif
