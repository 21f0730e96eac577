/* SPDX-License-Identifier: MIT */
#include "pixels.h"

#include "component.h"
#include "depth.h"

void pixels_luma_shares(const struct tri_video *video, double shares[3])
{
    double red = 0.299; // BT.601
    double blue = 0.114;
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
    case TRI_MATRIX_XV709:
        red = 0.2126;
        blue = 0.0722;
        break;
    case TRI_MATRIX_BT2020:
    case TRI_MATRIX_BT2020C:
        red = 0.2627;
        blue = 0.0593;
        break;
    case TRI_MATRIX_SMPTE240M:
        red = 0.212;
        blue = 0.087;
        break;
    default:
        break;
    }
    shares[0] = red;
    shares[1] = 1 - red - blue;
    shares[2] = blue;
}

bool pixels_open(struct pixels *pixels, const struct tri_video *video,
                 const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX])
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    if (!format || format->components == 0)
        return false;
    *pixels = (struct pixels){
        .format = format,
        .width = video->width,
        .height = video->height,
        .full = tri_video_range(video) == TRI_RANGE_FULL,
    };
    for (uint32_t p = 0; p < shape->planes; p++) {
        pixels->data[p] = data[p];
        pixels->stride[p] = shape->plane[p].stride;
        pixels->rows[p] = shape->plane[p].rows;
    }
    for (unsigned c = 0; c < format->components; c++)
        pixels->bits[c] = (uint8_t)component_bits(&format->component[c], video);
    pixels_luma_shares(video, pixels->shares);
    return true;
}

struct pixel pixels_at(const struct pixels *pixels, uint32_t x, uint32_t y)
{
    struct pixel pixel = { { 0 } };
    for (unsigned c = 0; c < pixels->format->components; c++) {
        const struct tri_component *component = &pixels->format->component[c];
        const unsigned p = component->plane;
        const size_t row = component_row(pixels->format, component, y, pixels->rows[p]);
        pixel.value[c] = component_get(component, pixels->data[p] + row * pixels->stride[p],
                                       x / component->across);
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
    // The codes that correspond to 16 and 235 of 8 bits; with 5 and 6 bits, the same share of the
    // range.
    const double unit = bits >= 8 ? (double)(1u << (bits - 8)) : most / 255;
    return chroma ? (value - middle) / (224 * unit) : (value - 16 * unit) / (219 * unit);
}

void pixels_color(const struct pixels *pixels, const struct pixel *pixel, double rgb[3])
{
    const double *share = pixels->shares;
    const enum tri_family family = pixels->format->family;
    if (family == TRI_FAMILY_RGB || family == TRI_FAMILY_BAYER) {
        for (unsigned c = 0; c < 3; c++)
            rgb[c] = scaled(pixels, pixel, c, false);
        if (family == TRI_FAMILY_BAYER)
            rgb[1] = (rgb[1] + scaled(pixels, pixel, 3, false)) / 2;
        return;
    }
    if (family == TRI_FAMILY_DEPTH) {
        uint8_t color[3];
        depth_color(pixel->value[0], color);
        for (unsigned c = 0; c < 3; c++)
            rgb[c] = color[c] / 255.0;
        return;
    }
    const double luma = scaled(pixels, pixel, 0, false);
    rgb[0] = rgb[1] = rgb[2] = luma;
    if (family == TRI_FAMILY_GREY)
        return;
    rgb[0] = luma + 2 * (1 - share[0]) * scaled(pixels, pixel, 2, true);
    rgb[2] = luma + 2 * (1 - share[2]) * scaled(pixels, pixel, 1, true);
    rgb[1] = (luma - share[0] * rgb[0] - share[2] * rgb[2]) / share[1];
}

double pixels_luma(const struct pixels *pixels, const struct pixel *pixel)
{
    const double *share = pixels->shares;
    const enum tri_family family = pixels->format->family;
    double rgb[3];
    if (family != TRI_FAMILY_RGB && family != TRI_FAMILY_BAYER)
        return scaled(pixels, pixel, 0, false);
    pixels_color(pixels, pixel, rgb);
    return share[0] * rgb[0] + share[1] * rgb[1] + share[2] * rgb[2];
}
