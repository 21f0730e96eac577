/* SPDX-License-Identifier: MIT */
/** What triptych-convert does with the frames of a stream, and the source that does it. */
#ifndef CONVERT_SOURCE_STREAM_H
#define CONVERT_SOURCE_STREAM_H

#include "program/cli.h"
#include "source/frame_source.h"

/** How a picture fits a size of another shape. */
enum fit {
    FIT_STRETCH, // all of it, distorted; the pixels' aspect ratio says so
    FIT_PAD,     // all of it, with black borders
    FIT_CROP,    // its middle
};

enum { ROTATE_OWN = 4 }; // as the stream's frames ask for

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

/** Frames of another stream; options->arg is its name, options->edit what to do with them. */
extern const struct source_ops source_stream;

#endif
