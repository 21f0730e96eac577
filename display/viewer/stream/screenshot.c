/* SPDX-License-Identifier: MIT */
#include "screenshot.h"

#include "stream_draw.h"
#include "stream_playback.h"

#include <triptych/version.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RGB             3   // bytes a pixel
#define SAME_SECOND_MAX 100 // files

/** An image of 8-bit RGB without padding. */
struct rgb {
    uint8_t *pixels;
    uint32_t width;
    uint32_t height;
};

void screenshot_path(char path[SCREENSHOT_PATH_MAX], const char *directory, const char *name,
                     uint64_t frame)
{
    char when[32];
    struct tm local;
    const time_t now = time(NULL);
    strftime(when, sizeof(when), "%Y%m%d-%H%M%S", localtime_r(&now, &local));
    snprintf(path, SCREENSHOT_PATH_MAX, "%s/triptych-%s-%s-%" PRIu64 ".png", directory, name, when,
             frame);
    // A paused frame may be saved twice in a second, with other adjustments.
    for (int i = 2; access(path, F_OK) == 0 && i < SAME_SECOND_MAX; i++)
        snprintf(path, SCREENSHOT_PATH_MAX, "%s/triptych-%s-%s-%" PRIu64 "-%d.png", directory, name,
                 when, frame, i);
}

static bool rgb_make(struct rgb *rgb, uint32_t width, uint32_t height)
{
    *rgb = (struct rgb){ calloc((size_t)width * height, RGB), width, height };
    return rgb->pixels != NULL;
}

/** Mirrors, then rotates, into `to`, which has the rotated size. Exact with every renderer. */
static void orient(const struct rgb *from, const struct view_place *place, const struct rgb *to)
{
    for (uint32_t y = 0; y < from->height; y++) {
        for (uint32_t x = 0; x < from->width; x++) {
            const uint32_t right = from->width - 1;
            const uint32_t bottom = from->height - 1;
            const uint32_t mx = place->hflip ? right - x : x;
            const uint32_t my = place->vflip ? bottom - y : y;
            const uint32_t turned[4][2] = {
                { mx, my }, { bottom - my, mx }, { right - mx, bottom - my }, { my, right - mx }
            };
            const uint32_t *at = turned[place->turns % 4];
            memcpy(to->pixels + ((size_t)at[1] * to->width + at[0]) * RGB,
                   from->pixels + ((size_t)y * from->width + x) * RGB, RGB);
        }
    }
}

/** Writes the time of capture as RFC 3339, in UTC. */
static void write_time(char text[64], int64_t capture_ns)
{
    struct timespec now;
    struct tm utc;
    char seconds[32];
    clock_gettime(CLOCK_REALTIME, &now);
    const int64_t at_ns =
        (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - (tri_now_ns() - capture_ns);
    const time_t at = (time_t)(at_ns / 1000000000);
    strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", gmtime_r(&at, &utc));
    snprintf(text, 64, "%s.%06dZ", seconds, (int)(at_ns % 1000000000 / 1000));
}

static enum tri_err write_file(const struct stream_view *stream, const struct rgb *rgb,
                               const char *path)
{
    const struct tri_video *video = &stream->info.video;
    char number[32];
    char captured[64];
    char size[32];
    char fourcc[5];
    char colors[128];
    char adjusted[128];
    snprintf(number, sizeof(number), "%" PRIu64, stream->info.number);
    write_time(captured, stream->info.capture_ns);
    snprintf(size, sizeof(size), "%ux%u", video->width, video->height);
    snprintf(colors, sizeof(colors), "%s, matrix %s, %s", tri_colorspace_name(video->colorspace),
             tri_matrix_name(tri_video_matrix(video)), tri_range_name(tri_video_range(video)));
    adjust_write_all(&stream_view_front(stream)->adjust, adjusted, sizeof(adjusted));
    static const char software[] = "triptych-display " TRI_VERSION_STRING;
    const char *const text[] = { "Software",
                                 software,
                                 "Title",
                                 stream->name,
                                 "Frame",
                                 number,
                                 "Creation Time",
                                 captured,
                                 "Format",
                                 tri_fourcc_name(video->fourcc, fourcc),
                                 "Size",
                                 size,
                                 "Colours",
                                 colors,
                                 "Adjustments",
                                 adjusted,
                                 NULL };
    return picture_write_png(path, rgb->pixels, rgb->width, rgb->height, rgb->width * RGB, text,
                             stream->log);
}

enum tri_err screenshot_write(struct stream_view *stream, SDL_Renderer *renderer, const char *path)
{
    stream_view_make_drawable(stream, renderer);
    if (!stream->has_picture) {
        tri_log_write(stream->log, TRI_LOG_ERROR, "screenshot", "%s: there is no frame to write",
                      path);
        return TRI_ERR_NO_STREAM;
    }
    const struct view_picture picture = stream_view_picture(stream);
    const struct view_area whole = { 0, 0, (int)picture.width, (int)picture.height };
    const struct view_place place = view_place(&stream->view, &picture, &whole);
    const bool aside = place.turns % 2 == 1;
    struct rgb drawn = { 0 };
    struct rgb seen = { 0 };
    enum tri_err err = TRI_ERR_NO_RESOURCES;

    if (rgb_make(&drawn, picture.width, picture.height) &&
        rgb_make(&seen, aside ? picture.height : picture.width,
                 aside ? picture.width : picture.height) &&
        texture_read(stream_view_front(stream), renderer, drawn.pixels)) {
        orient(&drawn, &place, &seen);
        err = write_file(stream, &seen, path);
    } else {
        tri_log_write(stream->log, TRI_LOG_ERROR, "screenshot", "%s: cannot read %ux%u back: %s",
                      path, picture.width, picture.height, SDL_GetError());
    }
    free(drawn.pixels);
    free(seen.pixels);
    return err;
}
