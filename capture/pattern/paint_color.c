/* SPDX-License-Identifier: MIT */
/** From colours as people say them to a format's samples, by its matrix and range. */
#include "paint.h"

#include <math.h>

bool paint_open(struct paint *paint, const struct tri_video *video)
{
    *paint = (struct paint){ .video = *video,
                             .layout = component_layout(video->fourcc),
                             .format = tri_format_find(video->fourcc) };
    if (!paint->layout || tri_video_shape(video, &paint->shape) != TRI_OK)
        return false;
    component_luma_shares(video, paint->luma);
    paint->full = tri_video_range(video) == TRI_RANGE_FULL;
    return true;
}

/** A sample whose range is 0 to 1, or -0.5 to 0.5 where `middle` is set. */
static uint16_t quantize(const struct paint *paint, double value, bool middle)
{
    const unsigned bits = paint->layout->bits;
    const double unit = (double)(1u << (bits - 8)), top = (double)((1u << bits) - 1);
    double sample;

    if (paint->full)
        sample = value * top + (middle ? 128 * unit : 0);
    else
        sample = value * (middle ? 224 : 219) * unit + (middle ? 128 : 16) * unit;
    sample = sample < 0 ? 0 : sample > top ? top : sample;
    return (uint16_t)((unsigned)lround(sample) << paint->layout->shift);
}

static uint16_t pack_565(const struct paint *paint, const double rgb[3])
{
    const double low = paint->full ? 0 : 16 / 255.0, span = paint->full ? 1 : 219 / 255.0;
    const long r = lround((low + span * rgb[0]) * 31), g = lround((low + span * rgb[1]) * 63),
               b = lround((low + span * rgb[2]) * 31);

    return (uint16_t)(r << 11 | g << 5 | b);
}

struct paint_color paint_color(const struct paint *paint, struct paint_rgb rgb)
{
    const double c[3] = { rgb.r / 255.0, rgb.g / 255.0, rgb.b / 255.0 };
    const double *share = paint->luma;
    const double luma = share[0] * c[0] + share[1] * c[1] + share[2] * c[2];
    struct paint_color color = { { 0 } };

    if (paint->video.fourcc == TRI_FOURCC_RGBP) {
        color.sample[0] = pack_565(paint, c);
    } else if (paint->format->family == TRI_FAMILY_RGB) {
        for (int i = 0; i < 3; i++)
            color.sample[i] = quantize(paint, c[i], false);
        color.sample[3] = 255; // opaque, where there is an alpha
    } else {
        color.sample[0] = quantize(paint, luma, false);
        color.sample[1] = quantize(paint, (c[2] - luma) / (2 * (1 - share[2])), true);
        color.sample[2] = quantize(paint, (c[0] - luma) / (2 * (1 - share[0])), true);
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
