/* SPDX-License-Identifier: MIT */
/** The edit that triptych-convert applies to the frames of a stream, and the source that applies it. */
#ifndef CONVERT_SOURCE_STREAM_H
#define CONVERT_SOURCE_STREAM_H

#include "program/cli.h"
#include "source/frame_source.h"

/** How a picture fits a size of another shape. */
enum fit {
    FIT_STRETCH, // all of it, distorted; the pixel aspect ratio follows
    FIT_PAD,     // all of it, with black borders
    FIT_CROP,    // its middle
};

enum { ROTATE_OWN = 4 }; // by the frames' own rotation

enum flip { FLIP_NONE = -1, FLIP_HORIZONTAL, FLIP_VERTICAL };

/** Outlives the source. source_options.wanted has format, size and highest rate of the result. */
struct stream_edit {
    const char *to;            // name of the stream that is written
    struct cli_size crop_size; // 0x0: all
    uint32_t crop_x;
    uint32_t crop_y;
    int rotate; // quarter turns clockwise, or ROTATE_OWN
    int flip;   // enum flip, after the rotation
    int fit;    // enum fit
    bool exit_on_end;
};

/** Frames of another stream; options->arg is its name, options->edit the edit. */
extern const struct source_ops source_stream;

#endif
