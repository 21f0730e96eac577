/* SPDX-License-Identifier: MIT */
/** Finds the outdated rows of a slot. A slot still contains the picture that was last written to it, so
 *  only rows that have changed since must be read. */
#ifndef CAPTURE_SCREEN_BANDS_H
#define CAPTURE_SCREEN_BANDS_H

#include "screen_area.h"

#include <xcb/xfixes.h>

#define SCREEN_BANDS 64                 // of equal height, from the top; one bit each
#define SCREEN_RUNS  (SCREEN_BANDS / 2) // separate groups of bands, at most

/** Starts as zero. */
struct screen_bands {
    uint32_t height;                // of the picture
    uint64_t picture;               // number of the newest one, from 1; 0: none
    uint64_t changed[SCREEN_BANDS]; // by picture: bands that differ from the one before
    struct {
        int shm_id;
        uint64_t picture; // 0: not known
        uint64_t cursor;  // bands in which the cursor was drawn
    } slot[TRI_SLOTS_MAX];
};

/** Rows of successive bands. */
struct screen_rows {
    uint32_t top;
    uint32_t count;
};

/** Forgets all slots: the pictures have another size, or come from elsewhere. */
void screen_bands_reset(struct screen_bands *bands, uint32_t height);

/** The bands of rows `top` to before `bottom`, which may lie outside the picture. */
uint64_t screen_bands_between(const struct screen_bands *bands, int32_t top, int32_t bottom);

/** The bands of the area that a region of its window touches. */
uint64_t screen_bands_touched(const struct screen_bands *bands, const struct screen_area *area,
                              const xcb_xfixes_fetch_region_reply_t *region);

/** Begins a picture in which `changed` differs from the one before. @return the bands to read into the
 *  draft's slot, whose contents are unknown until screen_bands_finish() */
uint64_t screen_bands_begin(struct screen_bands *bands, const struct tri_draft *draft,
                            uint64_t changed);

/** Records that the draft contains the picture, with the cursor drawn into the bands `cursor`. */
void screen_bands_finish(struct screen_bands *bands, const struct tri_draft *draft,
                         uint64_t cursor);

/** Takes the topmost group of successive bands out of *which. @return its rows; count 0: none left */
struct screen_rows screen_bands_take(const struct screen_bands *bands, uint64_t *which);

#endif
