/* SPDX-License-Identifier: MIT */
/** A picture that was kept, beside the ones that come after it. */
#ifndef VIEWER_COMPARE_H
#define VIEWER_COMPARE_H

#include "model/view.h"
#include "texture.h"

enum compare_mode {
    COMPARE_SPLIT,      // the kept one left of a divider
    COMPARE_BLINK,      // in turns
    COMPARE_DIFFERENCE, // what differs, COMPARE_GAIN times as bright
    COMPARE_MODES,
};

#define COMPARE_GAIN 4

/** All zero keeps nothing. */
struct compare {
    SDL_Texture *reference; // of the renderer's own, as the picture was shown
    struct view_picture picture;
    uint64_t number; // of its frame
    enum compare_mode mode;
    double divider;       // share of the tile's width
    bool shows_reference; // it is the kept one's turn
    int64_t blink_ns;
};

/** Keeps a copy of what `texture` shows, and splits. @return false, as SDL_GetError() says. */
bool compare_start(struct compare *compare, SDL_Renderer *renderer, const struct texture *texture,
                   const struct view_picture *picture, uint64_t number);

/** Forgets it; the renderer is still there. */
void compare_stop(struct compare *compare);

bool compare_is_on(const struct compare *compare);

/** The next way to compare that this renderer knows. */
void compare_next_mode(struct compare *compare);

/** Draws over the live picture, which has been drawn with `view` in `area`. */
void compare_draw(const struct compare *compare, SDL_Renderer *renderer, const struct texture *live,
                  const struct view_picture *picture, const struct view *view,
                  const struct view_area *area);

/** Pixels from the area's left edge to the divider. */
int compare_divider(const struct compare *compare, const struct view_area *area);

/** Whether a point is where the divider can be taken hold of, `reach` pixels on each side. */
bool compare_has_divider(const struct compare *compare, const struct view_area *area, double x,
                         double reach);

void compare_move_divider(struct compare *compare, const struct view_area *area, double x);

/** When the other picture's turn comes, on tri_now_ns()'s clock; 0: never. */
int64_t compare_deadline(const struct compare *compare);

/** Gives the other picture its turn when it is due. @return whether it was. */
bool compare_blink(struct compare *compare, int64_t now_ns);

/** "kept: frame 12", "difference from frame 12, x4". */
void compare_label(const struct compare *compare, char *text, size_t bytes);

#endif
