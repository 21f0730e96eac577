/* SPDX-License-Identifier: MIT */
/** The streams that are looked at: each a tile, all of them the wall. */
#ifndef VIEWER_TILE_GRID_H
#define VIEWER_TILE_GRID_H

#include "model/config.h"
#include "reader_thread.h"
#include "stream_view.h"

/** A stream and its place. */
struct tile {
    struct stream_view stream;
    struct feed *feed;
    struct view_area area; // as arranged last; empty: cannot be seen
};

/** One thread's. All zero is closed. */
struct wall {
    struct tile *tiles; // `count` of them; too much for the stack
    unsigned count;
    unsigned focus; // index of the tile that keys act on
    bool alone;     // it is shown, the others are not
};

/**
 * Opens a reader of each of the config's streams and waits for their frames.
 *
 * @param wake  called on other threads with `user` whenever wall_take() has something to do, or the
 *              program is asked to stop
 * @return false: the log says why, and nothing is left behind.
 */
bool wall_open(struct wall *wall, const struct config *config, const tri_log *log, feed_wake *wake,
               void *user);

/** Ends the waiting, frees pictures and readers. The renderer still lives. */
void wall_close(struct wall *wall);

/** Gives each tile its place in `area`; with `hidden`, or another one alone, none: a tile that
 *  cannot be seen takes its frames and does not upload them. */
void wall_arrange(struct wall *wall, const struct view_area *area, bool hidden);

/** Takes what the streams have. @return whether what is to be drawn has changed. */
bool wall_take(struct wall *wall, SDL_Renderer *renderer);

/** Fetches the newest picture of tiles that can be seen again. */
void wall_catch_up(struct wall *wall, SDL_Renderer *renderer);

/** Draws the picture of every tile that can be seen, and fills the rest of the tile. */
void wall_draw(const struct wall *wall, SDL_Renderer *renderer);

/** Draws a frame, `thick` pixels wide, around the tile in focus, where others are seen as well. */
void wall_draw_focus(const struct wall *wall, SDL_Renderer *renderer, int thick);

/** What was drawn came on the screen at `now_ns`. */
void wall_presented(struct wall *wall, int64_t now_ns);

/** The tile that keys act on. */
struct tile *wall_focused(struct wall *wall);

/** The tile at a point of the screen; NULL: none. */
struct tile *wall_at(struct wall *wall, double x, double y);

/** Puts the focus on `tile`, or on the next one (`by` 1) or the one before (`by` -1). */
void wall_focus(struct wall *wall, const struct tile *tile);
void wall_focus_next(struct wall *wall, int by);

/** When something in a tile changes by itself, on tri_now_ns()'s clock; 0: never. */
int64_t wall_deadline(const struct wall *wall);

/** Finds out which streams without a frame have a writer. @return whether that has changed. */
bool wall_find_writers(struct wall *wall);

/** Does what is due by the clock. @return whether what is to be drawn has changed. */
bool wall_tick(struct wall *wall, int64_t now_ns);

/** Whether the title of any stream changes from second to second, as all do that have a writer.
 *  And the state of all of them as one number, to compare. */
bool wall_may_change(const struct wall *wall);
uint32_t wall_states(const struct wall *wall);

/** Whether a tile can be seen. */
bool tile_is_seen(const struct tile *tile);

#endif
