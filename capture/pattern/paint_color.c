/* SPDX-License-Identifier: MIT */
/** Converts colours to samples of a format, by its matrix and range. */
#include "paint.h"

#include "picture/pixels.h"

#include <math.h>

bool paint_open(struct paint *paint, const struct tri_video *video)
{
    *paint = (struct paint){ .video = *video, .format = tri_format_find(video->fourcc) };
    if (!paint->format || paint->format->components == 0 ||
        tri_video_shape(video, &paint->shape) != TRI_OK)
        return false;
    pixels_luma_shares(video, paint->luma);
    paint->full = tri_video_range(video) == TRI_RANGE_FULL;
    return true;
}

/** Converts a value from 0 to 1, or from -0.5 to 0.5 if `middle`, to a sample of component `c`. */
static uint16_t quantize(const struct paint *paint, unsigned c, double value, bool middle)
{
    const unsigned bits = paint->format->component[c].bits;
    const double top = (double)((1u << bits) - 1);
    // One step of 8 bits; with 5 and 6 bits, the same share of the range.
    const double unit = bits >= 8 ? (double)(1u << (bits - 8)) : top / 255;
    double sample;
    if (paint->full)
        sample = value * top + (middle ? 128 * unit : 0);
    else
        sample = value * (middle ? 224 : 219) * unit + (middle ? 128 : 16) * unit;
    return (uint16_t)lround(sample < 0 ? 0 : sample > top ? top : sample);
}

struct paint_color paint_color(const struct paint *paint, struct paint_rgb rgb)
{
    const double c[3] = { rgb.r / 255.0, rgb.g / 255.0, rgb.b / 255.0 };
    const double *share = paint->luma;
    const double luma = share[0] * c[0] + share[1] * c[1] + share[2] * c[2];
    struct paint_color color = { { 0 } };
    if (paint->format->family == TRI_FAMILY_RGB || paint->format->family == TRI_FAMILY_BAYER) {
        for (unsigned i = 0; i < 3; i++)
            color.sample[i] = quantize(paint, i, c[i], false);
        // Opaque, where there is an alpha; green once more in a mosaic.
        color.sample[3] = paint->format->family == TRI_FAMILY_RGB ? 255 : color.sample[1];
        return color;
    }
    color.sample[0] = quantize(paint, 0, luma, false);
    if (paint->format->components > 1) {
        color.sample[1] = quantize(paint, 1, (c[2] - luma) / (2 * (1 - share[2])), true);
        color.sample[2] = quantize(paint, 2, (c[0] - luma) / (2 * (1 - share[0])), true);
    }
    return color;
}

struct paint_rgb paint_mix(struct paint_rgb from, struct paint_rgb to, double share)
{
    return (struct paint_rgb){
        .r = (uint8_t)lround(from.r + (to.r - from.r) * share),
        .g = (uint8_t)lround(from.g + (to.g - from.g) * share),
        .b = (uint8_t)lround(from.b + (to.b - from.b) * share),
    };
}
