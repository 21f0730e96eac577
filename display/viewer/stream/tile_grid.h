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
    struct reader_thread *reader_thread;
    struct view_area area; // as arranged last; empty: cannot be seen
};

/** One thread's. All zero is closed. */
struct tile_grid {
    struct tile *tiles; // `count` of them; too much for the stack
    unsigned count;
    unsigned focus; // index of the tile that keys act on
    bool solo;      // it is shown, the others are not
};

/**
 * Opens a reader of each of the config's streams and waits for their frames.
 *
 * @param wake  called on other threads with `user` whenever wall_take() has something to do, or the
 *              program is asked to stop
 * @return false: the log says why, and nothing is left behind.
 */
bool tile_grid_open(struct tile_grid *grid, const struct config *config, const tri_log *log,
                    reader_thread_wake *wake, void *user);

/** Ends the waiting, frees pictures and readers. The renderer still lives. */
void tile_grid_close(struct tile_grid *grid);

/** Gives each tile its place in `area`; with `hidden`, or another one alone, none: a tile that
 *  cannot be seen takes its frames and does not upload them. */
void tile_grid_arrange(struct tile_grid *grid, const struct view_area *area, bool hidden);

/** Takes what the streams have. @return whether what is to be drawn has changed. */
bool tile_grid_take(struct tile_grid *grid, SDL_Renderer *renderer);

/** Fetches the newest picture of tiles that can be seen again. */
void tile_grid_refresh_stale(struct tile_grid *grid, SDL_Renderer *renderer);

/** Makes sure that SDL can draw the tiles, after the X server alone has shown one. */
void tile_grid_make_drawable(struct tile_grid *grid, SDL_Renderer *renderer);

/** Draws the picture of every tile that can be seen, and fills the rest of the tile. */
void tile_grid_draw(const struct tile_grid *grid, SDL_Renderer *renderer);

/** Draws a frame, `thick` pixels wide, around the tile in focus, where others are seen as well. */
void tile_grid_draw_focus(const struct tile_grid *grid, SDL_Renderer *renderer, int thick);

/** What was drawn came on the screen at `now_ns`. */
void tile_grid_presented(struct tile_grid *grid, int64_t now_ns);

/** The tile that keys act on. */
struct tile *tile_grid_focused(struct tile_grid *grid);

/** The tile at a point of the screen; NULL: none. */
struct tile *tile_grid_at(struct tile_grid *grid, double x, double y);

/** Puts the focus on `tile`, or on the next one (`by` 1) or the one before (`by` -1). */
void tile_grid_focus(struct tile_grid *grid, const struct tile *tile);
void tile_grid_focus_next(struct tile_grid *grid, int by);

/** When something in a tile changes by itself, on tri_now_ns()'s clock; 0: never. */
int64_t tile_grid_deadline(const struct tile_grid *grid);

/** Finds out which streams without a frame have a writer. @return whether that has changed. */
bool tile_grid_find_writers(struct tile_grid *grid);

/** Does what is due by the clock. @return whether what is to be drawn has changed. */
bool tile_grid_tick(struct tile_grid *grid, int64_t now_ns);

/** Whether the title of any stream changes from second to second, as all do that have a writer.
 *  And the state of all of them as one number, to compare. */
bool tile_grid_has_live_title(const struct tile_grid *grid);
uint32_t tile_grid_states(const struct tile_grid *grid);

/** Whether a tile can be seen. */
bool tile_is_visible(const struct tile *tile);

#endif
