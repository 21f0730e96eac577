/* SPDX-License-Identifier: MIT */
#include "pixel_text.h"

#include "program/strbuf.h"

#include <math.h>
#include <stdio.h>

/** Number of digits of `most`. */
static int digits(unsigned most)
{
    return snprintf(NULL, 0, "%u", most);
}

void pixel_text_color(const struct pixels *pixels, uint32_t x, uint32_t y, uint8_t rgb[3])
{
    const struct pixel pixel = pixels_at(pixels, x, y);
    double color[3];
    pixels_color(pixels, &pixel, color);
    for (int c = 0; c < 3; c++)
        rgb[c] = (uint8_t)lround(255 * fmax(0, fmin(1, color[c])));
}

/** Adds the components in memory order. Padding is shown only for raw frames. */
static void add_components(struct strbuf *buf, const struct inspect *inspect,
                           const struct pixels *pixels, uint32_t x, uint32_t y)
{
    const struct pixel pixel = pixels_at(pixels, x, y);
    const char *between = "\n";
    for (unsigned c = 0; c < pixels->format->components; c++) {
        if (c == 3 && inspect->source != INSPECT_RAW)
            break;
        strbuf_add(buf, "%s%c %*u", between, pixels->format->component[c].name,
                   digits((1u << pixels->bits[c]) - 1), pixel.value[c]);
        between = "  ";
    }
}

static void add_origin(struct strbuf *buf, const struct inspect *inspect,
                       const struct pixels *pixels)
{
    char fourcc[5];
    if (inspect->source == INSPECT_SHOWN) {
        strbuf_add(buf, "\nas shown, frame gone");
        return;
    }
    if (inspect->source == INSPECT_DECODED) {
        strbuf_add(buf, "\ndecoded from %s", tri_fourcc_name(inspect->coded, fourcc));
        return;
    }
    strbuf_add(buf, "\n%s", tri_fourcc_name(inspect->video.fourcc, fourcc));
    if (pixels->bits[0] > 8)
        strbuf_add(buf, " %u bits", pixels->bits[0]);
    if (pixels->format->family == TRI_FAMILY_YUV)
        strbuf_add(buf, " %s", tri_matrix_name(tri_video_matrix(&inspect->video)));
    strbuf_add(buf, " %s", tri_range_name(tri_video_range(&inspect->video)));
}

void pixel_text_write(char *text, size_t bytes, const struct inspect *inspect, uint32_t x,
                      uint32_t y)
{
    struct strbuf buf;
    struct pixels pixels;
    strbuf_init(&buf, text, bytes);
    if (!inspect_pixels(inspect, &pixels))
        return;
    strbuf_add(&buf, "x %*u  y %*u", digits(pixels.width - 1), x, digits(pixels.height - 1), y);
    add_components(&buf, inspect, &pixels, x, y);
    if (pixels.format->family != TRI_FAMILY_RGB || pixels.bits[0] != 8 || !pixels.full) {
        uint8_t rgb[3];
        pixel_text_color(&pixels, x, y, rgb);
        strbuf_add(&buf, "\nR %3u  G %3u  B %3u", rgb[0], rgb[1], rgb[2]);
    }
    add_origin(&buf, inspect, &pixels);
}
