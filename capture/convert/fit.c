/* SPDX-License-Identifier: MIT */
#include "fit.h"

struct size {
    uint32_t width;
    uint32_t height;
};

static struct size turned(struct size size, unsigned quarters)
{
    return quarters % 2 ? (struct size){ size.height, size.width } : size;
}

/** `value` times `by` / `of`, rounded to a multiple of `unit`, from `unit` to `most`. */
static uint32_t share(uint32_t value, uint32_t by, uint32_t of, uint32_t unit, uint32_t most)
{
    const uint64_t exact = ((uint64_t)value * by + of / 2) / of;
    const uint32_t rounded = (uint32_t)((exact + unit / 2) / unit * unit);
    const uint32_t least = unit < most ? unit : most;
    return rounded < least ? least : rounded > most ? most : rounded;
}

/** The largest size of the shape of `shape` inside `size`. */
static struct size inscribe(struct size shape, struct size size, uint32_t across, uint32_t down)
{
    if ((uint64_t)size.width * shape.height > (uint64_t)shape.width * size.height)
        size.width = share(size.height, shape.width, shape.height, across, size.width);
    else
        size.height = share(size.width, shape.height, shape.width, down, size.height);
    return size;
}

/** Half of what `part` leaves of `whole`, a multiple of `unit`. */
static uint32_t middle(uint32_t whole, uint32_t part, uint32_t unit)
{
    return (whole - part) / 2 / unit * unit;
}

static unsigned quarters(const struct stream_edit *edit, const struct tri_video *video)
{
    return edit->rotate == ROTATE_OWN ? video->rotation / 90 : (unsigned)edit->rotate;
}

struct picture_edit fit_source(const struct stream_edit *edit, const struct tri_video *wanted,
                               const struct tri_video *video)
{
    const unsigned turns = quarters(edit, video);
    const bool mirrors = edit->flip != FLIP_NONE;
    struct picture_edit pixels = {
        .crop_x = edit->crop_x,
        .crop_y = edit->crop_y,
        .crop_width = edit->crop_size.width,
        .crop_height = edit->crop_size.height,
        .mirror = mirrors,
        // A flip after a turn is a mirroring before the opposite turn.
        .quarters = mirrors ? (4 - turns + (edit->flip == FLIP_VERTICAL ? 2 : 0)) % 4 : turns,
        .width = wanted->width,
        .height = wanted->height,
        .fourcc = wanted->fourcc,
    };
    if (edit->fit != FIT_CROP || !wanted->width)
        return pixels;
    const bool whole = pixels.crop_width == 0;
    const struct size size = { whole ? video->width : pixels.crop_width,
                               whole ? video->height : pixels.crop_height };
    const struct size shape = turned((struct size){ wanted->width, wanted->height }, turns);
    uint32_t across;
    uint32_t down;
    picture_units(video->fourcc, &across, &down);
    const struct size part = inscribe(shape, size, across, down);
    pixels.crop_x += middle(size.width, part.width, across);
    pixels.crop_y += middle(size.height, part.height, down);
    pixels.crop_width = part.width;
    pixels.crop_height = part.height;
    return pixels;
}

struct fit_place fit_target(const struct stream_edit *edit, const struct tri_video *wanted,
                            const struct tri_video *video, struct picture_edit *pixels)
{
    if (edit->fit != FIT_PAD || !wanted->width)
        return (struct fit_place){ .bordered = false };
    const bool whole = pixels->crop_width == 0;
    const struct size shape = turned((struct size){ whole ? video->width : pixels->crop_width,
                                                    whole ? video->height : pixels->crop_height },
                                     pixels->quarters);
    uint32_t across;
    uint32_t down;
    picture_units(wanted->fourcc ? wanted->fourcc : video->fourcc, &across, &down);
    const struct size part =
        inscribe(shape, (struct size){ wanted->width, wanted->height }, across, down);
    pixels->width = part.width;
    pixels->height = part.height;
    return (struct fit_place){
        .bordered = part.width != wanted->width || part.height != wanted->height,
        .x = middle(wanted->width, part.width, across),
        .y = middle(wanted->height, part.height, down),
        .width = wanted->width,
        .height = wanted->height,
    };
}

void fit_keep_aspect(struct tri_video *result, const struct tri_video *video, unsigned quarters)
{
    result->aspect_num = quarters % 2 ? video->aspect_den : video->aspect_num;
    result->aspect_den = quarters % 2 ? video->aspect_num : video->aspect_den;
}
