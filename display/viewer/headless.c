/* SPDX-License-Identifier: MIT */
#include "headless.h"

#include "limits.h"
#include "report.h"
#include "stream_view.h"

#include "program/stop.h"

#define WAIT_MS     200 // longest that limits and signals go unnoticed
#define CANVAS_SIDE 16  // nothing is drawn there: the pictures are textures

/** Borrows until the end of the run. */
static void follow(const struct config *config, struct stream_view *stream, SDL_Renderer *renderer)
{
    while (!stop_asked() && !limits_reached(config, stream)) {
        struct tri_frame frame = { 0 };
        const int64_t deadline = limits_deadline(config, stream);
        const int64_t left_ms = deadline ? (deadline - tri_now_ns()) / 1000000 + 1 : WAIT_MS;
        const enum tri_err err =
            tri_reader_borrow(stream->reader, &frame, (int)SDL_clamp(left_ms, 0, WAIT_MS));

        if (err != TRI_ERR_TIMEOUT && err != TRI_ERR_INTERRUPTED) {
            stream_view_take(stream, renderer, &frame, err);
            stream_view_presented(stream, tri_now_ns());
            if (err != TRI_OK && err != TRI_ERR_AWAY)
                SDL_Delay(WAIT_MS); // refused at once, and again at the next try
        }
        report_second(config, stream);
    }
}

int headless_run(const struct config *config, const tri_log *log)
{
    SDL_Surface *canvas =
        SDL_CreateRGBSurfaceWithFormat(0, CANVAS_SIDE, CANVAS_SIDE, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_Renderer *renderer = canvas ? SDL_CreateSoftwareRenderer(canvas) : NULL;
    struct stream_view stream;
    int status = CLI_FAILED;

    if (renderer) {
        const enum tri_err err = stream_view_open(&stream, config, log);
        if (err == TRI_OK) {
            follow(config, &stream, renderer);
            status = report_end(config, &stream, renderer);
            stream_view_close(&stream);
        } else {
            tri_log_say(log, TRI_LOG_ERROR, "reader", "%s: %s", config->name, tri_strerror(err));
        }
        SDL_DestroyRenderer(renderer);
    } else {
        tri_log_say(log, TRI_LOG_ERROR, "headless", "cannot make a software renderer: %s",
                    SDL_GetError());
    }
    SDL_FreeSurface(canvas);
    return status;
}
