/* SPDX-License-Identifier: MIT */
#include "pixels.h"

static const char *names_of(uint32_t fourcc, enum tri_family family)
{
    if (family == TRI_FAMILY_YUV)
        return "YUV";
    if (family == TRI_FAMILY_GREY)
        return "Y";
    if (fourcc == TRI_FOURCC_AR24 || fourcc == TRI_FOURCC_AB24)
        return "RGBA";
    return fourcc == TRI_FOURCC_XR24 ? "RGBX" : "RGB";
}

bool pixels_open(struct pixels *pixels, const struct tri_video *video,
                 const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX])
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const struct component_layout *layout = component_layout(video->fourcc);

    if (!format || !layout)
        return false;
    *pixels = (struct pixels){
        .layout = layout,
        .width = video->width,
        .height = video->height,
        .components = layout->components,
        .names = names_of(video->fourcc, format->family),
        .family = format->family,
        .full = tri_video_range(video) == TRI_RANGE_FULL,
    };
    for (uint32_t p = 0; p < shape->planes; p++) {
        pixels->data[p] = data[p];
        pixels->stride[p] = shape->plane[p].stride;
    }
    for (unsigned c = 0; c < layout->components; c++)
        pixels->bits[c] = (uint8_t)(layout->bits == 16 && video->bits ? video->bits : layout->bits);
    if (video->fourcc == TRI_FOURCC_RGBP) { // one sample that holds three components
        pixels->components = 3;
        pixels->bits[0] = pixels->bits[2] = 5;
        pixels->bits[1] = 6;
    }
    component_luma_shares(video, pixels->shares);
    return true;
}

static uint16_t sample(const struct pixels *pixels, unsigned c, uint32_t x, uint32_t y)
{
    const struct component *component = &pixels->layout->component[c];
    const uint8_t *at = pixels->data[component->plane] +
                        (size_t)(y / component->down) * pixels->stride[component->plane] +
                        (size_t)(x / component->across) * component->step + component->offset;
    const unsigned value = component->bytes == 2 ? at[0] | (unsigned)at[1] << 8 : at[0];

    return (uint16_t)(value >> pixels->layout->shift);
}

struct pixel pixels_at(const struct pixels *pixels, uint32_t x, uint32_t y)
{
    struct pixel pixel = { { 0 } };

    for (unsigned c = 0; c < pixels->layout->components; c++)
        pixel.value[c] = sample(pixels, c, x, y);
    if (pixels->layout->fourcc == TRI_FOURCC_RGBP) {
        const unsigned packed = pixel.value[0];
        pixel.value[0] = (uint16_t)(packed >> 11);
        pixel.value[1] = packed >> 5 & 0x3f;
        pixel.value[2] = packed & 0x1f;
    }
    return pixel;
}

/** 0 to 1 from black to white, or -0.5 to 0.5 of chroma. */
static double scaled(const struct pixels *pixels, const struct pixel *pixel, unsigned c,
                     bool chroma)
{
    const unsigned bits = pixels->bits[c];
    const double most = (double)((1u << bits) - 1);
    const double middle = chroma ? (double)(1u << (bits - 1)) : 0;
    const double value = (double)pixel->value[c];

    if (pixels->full)
        return (value - middle) / most;
    // What stands for 16 and 235 of 8 bits; of 5 and 6 bits a share of the whole.
    const double unit = bits >= 8 ? (double)(1u << (bits - 8)) : most / 255;
    return chroma ? (value - middle) / (224 * unit) : (value - 16 * unit) / (219 * unit);
}

void pixels_color(const struct pixels *pixels, const struct pixel *pixel, double rgb[3])
{
    const double *share = pixels->shares;

    if (pixels->family == TRI_FAMILY_RGB) {
        for (unsigned c = 0; c < 3; c++)
            rgb[c] = scaled(pixels, pixel, c, false);
        return;
    }
    const double luma = scaled(pixels, pixel, 0, false);
    rgb[0] = rgb[1] = rgb[2] = luma;
    if (pixels->family == TRI_FAMILY_GREY)
        return;
    rgb[0] = luma + 2 * (1 - share[0]) * scaled(pixels, pixel, 2, true);
    rgb[2] = luma + 2 * (1 - share[2]) * scaled(pixels, pixel, 1, true);
    rgb[1] = (luma - share[0] * rgb[0] - share[2] * rgb[2]) / share[1];
}

double pixels_luma(const struct pixels *pixels, const struct pixel *pixel)
{
    const double *share = pixels->shares;
    double rgb[3];

    if (pixels->family != TRI_FAMILY_RGB)
        return scaled(pixels, pixel, 0, false);
    pixels_color(pixels, pixel, rgb);
    return share[0] * rgb[0] + share[1] * rgb[1] + share[2] * rgb[2];
}
