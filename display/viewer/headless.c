/* SPDX-License-Identifier: MIT */
#include "headless.h"

#include "run_limits.h"
#include "run_summary.h"
#include "stream/tile_grid.h"

#include "program/stop.h"

#include <stdio.h>

#define WAIT_MS     1000 // until the next line of statistics; a reader's thread ends it earlier
#define CANVAS_SIDE 16   // nothing is drawn: frames are only uploaded

static void wake(void *semaphore)
{
    SDL_SemPost(semaphore);
}

/** Takes frames until the end of the run. */
static void follow(const struct config *config, struct tile_grid *grid, SDL_Renderer *renderer,
                   SDL_sem *woken)
{
    while (!stop_requested() && !run_limits_reached(config, grid) && !ferror(stdout)) {
        const int64_t deadline = run_limits_deadline(config, grid);
        const int64_t left_ms = deadline ? (deadline - tri_now_ns()) / 1000000 + 1 : WAIT_MS;

        if (SDL_SemWaitTimeout(woken, (uint32_t)SDL_clamp(left_ms, 0, WAIT_MS)) == 0)
            tile_grid_take(grid, renderer);
        tile_grid_presented(grid, tri_now_ns());
        run_summary_each_second(config, grid);
    }
}

static int run(const struct config *config, const tri_log *log, SDL_Renderer *renderer)
{
    SDL_sem *woken = SDL_CreateSemaphore(0);
    struct tile_grid grid;
    int status = CLI_FAILED;
    if (!woken) {
        tri_log_write(log, TRI_LOG_ERROR, "headless", "cannot create a semaphore: %s",
                      SDL_GetError());
    } else if (tile_grid_open(&grid, config, log, wake, woken)) {
        if (config->detections)
            tile_grid_show_detections(&grid, config->detections, true);
        follow(config, &grid, renderer, woken);
        status = run_summary_end(config, &grid, renderer);
        tile_grid_close(&grid);
    }
    if (woken)
        SDL_DestroySemaphore(woken);
    return status;
}

int headless_run(const struct config *config, const tri_log *log)
{
    SDL_Surface *canvas =
        SDL_CreateRGBSurfaceWithFormat(0, CANVAS_SIDE, CANVAS_SIDE, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = canvas ? SDL_CreateSoftwareRenderer(canvas) : NULL;
    int status = CLI_FAILED;
    if (renderer) {
        status = run(config, log, renderer);
        SDL_DestroyRenderer(renderer);
    } else {
        tri_log_write(log, TRI_LOG_ERROR, "headless", "cannot create a software renderer: %s",
                      SDL_GetError());
    }
    SDL_FreeSurface(canvas);
    return status;
}
