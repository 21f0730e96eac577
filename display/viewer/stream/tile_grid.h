/* SPDX-License-Identifier: MIT */
/** The streams on the screen, one tile each. */
#ifndef VIEWER_TILE_GRID_H
#define VIEWER_TILE_GRID_H

#include "model/config.h"
#include "reader_thread.h"
#include "stream_view.h"

/** A stream and its place on the screen. */
struct tile {
    struct stream_view stream;
    struct reader_thread *reader_thread;
    struct view_area area; // as arranged last; empty: not visible
};

/** Threads: the window's own. All zero is closed. */
struct tile_grid {
    struct tile *tiles; // `count` of them; too large for the stack
    unsigned count;
    unsigned focus; // index of the tile on which keys act
    bool solo;      // only the tile in focus is shown
    reader_thread_wake *wake;
    void *wake_user;
};

/**
 * Opens a reader of each of the config's streams and waits for their frames.
 *
 * @param wake  called on other threads with `user` when tile_grid_take() has something to do, or when a
 *              signal stops the program
 * @return false: logged, and nothing is left behind
 */
bool tile_grid_open(struct tile_grid *grid, const struct config *config, const tri_log *log,
                    reader_thread_wake *wake, void *user);

/** Ends the readers' threads, frees frames and readers. The renderer still exists. */
void tile_grid_close(struct tile_grid *grid);

/** Shows the detections of all streams, or no longer. Those that come in a stream of their own are read
 *  from `name`; NULL or "": from "NAME.detections" of each. */
void tile_grid_show_detections(struct tile_grid *grid, const char *name, bool on);

/** Gives each tile its place in `area`, or none if `hidden` or another one is shown alone. Frames of an
 *  invisible tile are acquired but not uploaded. */
void tile_grid_arrange(struct tile_grid *grid, const struct view_area *area, bool hidden);

/** Takes the results of the readers' threads. @return whether the screen has to be drawn again */
bool tile_grid_take(struct tile_grid *grid, SDL_Renderer *renderer);

/** Fetches the newest frame of tiles that have become visible again. */
void tile_grid_refresh_stale(struct tile_grid *grid, SDL_Renderer *renderer);

/** Makes sure that SDL can draw the tiles, after the X server alone has shown one. */
void tile_grid_make_drawable(struct tile_grid *grid, SDL_Renderer *renderer);

/** Draws the front of every visible tile, and fills the rest of the tile. */
void tile_grid_draw(const struct tile_grid *grid, SDL_Renderer *renderer);

/** Draws a border, `thick` pixels wide, around the tile in focus if others are visible as well. */
void tile_grid_draw_focus(const struct tile_grid *grid, SDL_Renderer *renderer, int thick);

/** Counts the visible fronts as shown at `now_ns`. */
void tile_grid_presented(struct tile_grid *grid, int64_t now_ns);

/** The tile in focus: keys act on it. */
struct tile *tile_grid_focused(struct tile_grid *grid);

/** The tile at a point of the screen; NULL: none. */
struct tile *tile_grid_at(struct tile_grid *grid, double x, double y);

/** Moves the focus to `tile`; to the next one (`by` 1) or the previous one (`by` -1). */
void tile_grid_focus(struct tile_grid *grid, const struct tile *tile);
void tile_grid_focus_next(struct tile_grid *grid, int by);

/** When a tile changes without an event, on tri_now_ns()'s clock; 0: never. */
int64_t tile_grid_deadline(const struct tile_grid *grid);

/** Checks which streams without a frame have a writer. @return whether that has changed */
bool tile_grid_find_writers(struct tile_grid *grid);

/** Makes the changes that are due. @return whether the screen has to be drawn again */
bool tile_grid_tick(struct tile_grid *grid, int64_t now_ns);

/** Returns whether the title changes every second: a stream has a writer. */
bool tile_grid_has_live_title(const struct tile_grid *grid);

/** The states of all streams as one number, to compare. */
uint32_t tile_grid_states(const struct tile_grid *grid);

/** Returns whether a tile is visible. */
bool tile_is_visible(const struct tile *tile);

#endif
