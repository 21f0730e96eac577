/* SPDX-License-Identifier: MIT */
/** Options of triptych-display. */
#ifndef VIEWER_CONFIG_H
#define VIEWER_CONFIG_H

#include "program/cli.h"
#include "program/expect.h"

struct geometry {
    struct cli_size size;
    int x;
    int y;
    bool has_size;
    bool has_place;
};

#define STREAMS_MAX 16 // in one window

enum vsync { VSYNC_YES, VSYNC_NO };

struct config {
    const char *names[STREAMS_MAX]; // of the streams, without duplicates
    unsigned name_count;            // 1 or more
    // Picture
    int mode;   // enum tri_reader_mode
    int rotate; // quarter turns clockwise
    bool hflip;
    bool vflip;
    // Window
    bool fullscreen;
    bool no_border;
    bool on_top;
    struct geometry geometry;
    const char *title; // NULL: name, size, format and rates
    int vsync;         // enum vsync
    const char *screenshot_directory;
    const char *detections; // NULL: not shown at first; "": from "NAME.detections" of each stream
    // Run
    bool headless;
    bool json;
    bool exit_on_end;
    uint64_t count;         // 0: no end
    double duration;        // seconds; 0: no end
    double timeout;         // seconds; 0: no limit; below 0: not given
    const char *screenshot; // NULL: none
    struct expect expect;   // of each stream
    struct cli_common common;
};

#endif
